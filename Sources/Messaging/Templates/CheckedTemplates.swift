/// The templates that could be read, and what their tags say to each other.
struct CheckedTemplates {
    /// A template that is a part of a message, and so is given the message's values.
    struct Root {
        let name: TemplateName
        let samples: TemplateGuide.Samples
    }

    private let tags: [String: [TemplateTag]]
    private let guide: TemplateGuide
    private let inclusions: TemplateInclusions
    /// The messages that are known, and those that an operator has added.
    private let messages: [String: TemplateGuide.Message]

    /// Sorts templates whose names are in order; what could not be read comes without tags.
    init(_ tags: [String: [TemplateTag]], guide: TemplateGuide) {
        self.tags = tags
        self.guide = guide
        inclusions = TemplateInclusions(tags)
        messages = guide.messages.merging(Self.added(tags.keys, guide: guide)) { known, _ in known }
    }

    /// A template that nobody knows is a message of the operator's own where it is what a message begins with.
    private static func added(
        _ files: some Collection<String>, guide: TemplateGuide
    ) -> [String: TemplateGuide.Message] {
        var forms: [String: Set<TemplateForm>] = [:]
        for name in files.compactMap({ TemplateName(file: $0) }) {
            if name.kind == .subject { forms[name.base, default: []].insert(.mail) }
            if name.kind == .sms { forms[name.base, default: []].insert(.sms) }
        }
        return forms.mapValues { TemplateGuide.Message($0, samples: guide.others) }
    }

    /// All templates that are parts of messages.
    var roots: [Root] {
        tags.keys.sorted().compactMap { file in
            guard let name = TemplateName(file: file), let message = messages[name.base],
                message.forms.contains(where: { $0.parts.contains(name.kind) })
            else { return nil }
            return Root(name: name, samples: message.samples)
        }
    }

    /// What is wrong with the templates as far as their tags show it.
    func findings() -> Set<TemplateFinding> {
        var findings = Set(inclusionFindings() + missingParts() + markedTags())
        for root in roots {
            let file = root.name.description
            let scope = TemplatePreview(root.samples(root.name.language), message: root.name.base)
            walk(file, scope, path: [file], into: &findings)
        }
        return findings
    }

    private func inclusionFindings() -> [TemplateFinding] {
        tags.keys.flatMap { file in
            inclusions.faults(of: file).map { line, fault in
                let problem: TemplateFinding.Problem =
                    switch fault {
                    case .missing(let name): .unknownInclusion(name: name, nearest: tags.keys.nearest(to: name))
                    case .endless(let path): .endlessInclusion(path: path)
                    case .unnamed: .unnamedInclusion
                    }
                return TemplateFinding(file: file, line: line, problem: problem)
            }
        }
    }

    /// In the language of every message each form is needed; in others, what has been begun is to be whole.
    private func missingParts() -> [TemplateFinding] {
        messages.flatMap { message, needs in
            ([nil] + guide.languages.map(Optional.some)).flatMap { language in
                needs.forms.flatMap { form in
                    let parts = form.parts.map { TemplateName(message, $0, in: language).description }
                    let isDue = language == nil || parts.contains { tags[$0] != nil }
                    return (isDue ? parts : []).filter { tags[$0] == nil }.map {
                        TemplateFinding(file: $0, line: nil, problem: .missingPart(message: message))
                    }
                }
            }
        }
    }

    /// Templates that are part of no message, and that no part of one includes.
    func unusedFiles() -> [TemplateFinding] {
        let used = roots.reduce(into: Set<String>()) { $0.formUnion(inclusions.closure(of: $1.name.description)) }
        let needed = guide.messages.flatMap { message, needs in
            needs.forms.flatMap { $0.parts.map { TemplateName(message, $0).description } }
        }
        return tags.keys.filter { !used.contains($0) }.map {
            TemplateFinding(file: $0, line: nil, problem: .unused(nearest: needed.nearest(to: $0)))
        }
    }

    /// Tags that are wrong, or needless, whatever the values are.
    private func markedTags() -> [TemplateFinding] {
        tags.flatMap { file, tags in
            let isHTML = TemplateName(file: file)?.kind == .html
            return tags.compactMap { tag in
                switch tag.role {
                case .setting: TemplateFinding(file: file, line: tag.line, problem: .setting)
                case .bracedValue where isHTML:
                    TemplateFinding(file: file, line: tag.line, problem: .needlessBraces(name: tag.name))
                default: nil
                }
            }
        }
    }

    /// Follows a template, and what it includes where it does so, with the values that are in sight there.
    private func walk(
        _ file: String, _ sight: TemplatePreview, path: [String], into findings: inout Set<TemplateFinding>
    ) {
        var sights = [sight]
        for tag in tags[file, default: []] {
            guard let sight = sights.last else { return }
            if let problem = sight.problem(with: tag) {
                findings.insert(TemplateFinding(file: file, line: tag.line, problem: problem))
            }
            if tag.isOpening { sights.append(sight.inside(tag)) }
            if tag.role == .end { sights.removeLast() }
            guard tag.role == .inclusion || tag.role == .inheritance, !path.contains(tag.name) else { continue }
            walk(tag.name, sight, path: path + [tag.name], into: &findings)
        }
    }
}
