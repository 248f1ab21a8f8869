/// The templates that could be parsed, and the relations between their tags.
struct CheckedTemplates {
    /// A template that is a part of a message and therefore receives the message's values.
    struct Root {
        let name: TemplateName
        let samples: TemplateSpecification.Samples
    }

    private let tags: [String: [TemplateTag]]
    private let specification: TemplateSpecification
    private let inclusions: TemplateInclusions
    /// The specified messages, and those that an operator has added.
    private let messages: [String: TemplateSpecification.Message]

    /// Creates the collection from templates with valid names; templates that could not be parsed have no tags.
    init(_ tags: [String: [TemplateTag]], specification: TemplateSpecification) {
        self.tags = tags
        self.specification = specification
        inclusions = TemplateInclusions(tags)
        messages = specification.messages.merging(Self.added(tags.keys, specification: specification)) { specified, _ in
            specified
        }
    }

    /// Returns a message for each base name that has a `.subject` or `.sms` template; specified ones take precedence.
    private static func added(
        _ files: some Collection<String>, specification: TemplateSpecification
    ) -> [String: TemplateSpecification.Message] {
        var forms: [String: Set<TemplateForm>] = [:]
        for name in files.compactMap({ TemplateName(file: $0) }) {
            if name.kind == .subject { forms[name.base, default: []].insert(.mail) }
            if name.kind == .sms { forms[name.base, default: []].insert(.sms) }
        }
        return forms.mapValues { TemplateSpecification.Message($0, samples: specification.others) }
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

    /// Returns the problems that the tags reveal.
    func findings() -> Set<TemplateFinding> {
        var findings = Set(inclusionFindings() + missingParts() + markedTags())
        for root in roots {
            let file = root.name.description
            let scope = VisibleValues(root.samples(root.name.language), message: root.name.base)
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

    /// Returns the missing parts: the default language needs every form, another language only those already begun.
    private func missingParts() -> [TemplateFinding] {
        messages.flatMap { message, needs in
            ([nil] + specification.languages.map(Optional.some)).flatMap { language in
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

    /// Returns the templates that are not part of a message, and that no part includes.
    func unusedFiles() -> [TemplateFinding] {
        let used = roots.reduce(into: Set<String>()) { $0.formUnion(inclusions.closure(of: $1.name.description)) }
        let needed = specification.messages.flatMap { message, needs in
            needs.forms.flatMap { $0.parts.map { TemplateName(message, $0).description } }
        }
        return tags.keys.filter { !used.contains($0) }.map {
            TemplateFinding(file: $0, line: nil, problem: .unused(nearest: needed.nearest(to: $0)))
        }
    }

    /// Returns the tags that are wrong or redundant whatever the values are.
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

    /// Checks a template, and those that it includes at their place, against the values visible there.
    private func walk(
        _ file: String, _ scope: VisibleValues, path: [String], into findings: inout Set<TemplateFinding>
    ) {
        var scopes = [scope]
        for tag in tags[file, default: []] {
            guard let scope = scopes.last else { return }
            if let problem = scope.problem(with: tag) {
                findings.insert(TemplateFinding(file: file, line: tag.line, problem: problem))
            }
            if tag.isOpening { scopes.append(scope.inside(tag)) }
            if tag.role == .end { scopes.removeLast() }
            guard tag.role == .inclusion || tag.role == .inheritance, !path.contains(tag.name) else { continue }
            walk(tag.name, scope, path: path + [tag.name], into: &findings)
        }
    }
}

/// The values that are visible at one place of a template.
struct VisibleValues {
    private let values: [String: TemplateValue]
    private let message: String
    /// Whether the innermost section is of a text, which `{{.}}` then prints.
    private let isInText: Bool
    /// Whether a section of a list encloses the place, so that its items can be counted.
    private let isInList: Bool

    /// Creates the values that are visible outside all sections.
    init(_ values: [String: TemplateValue], message: String) {
        self.init(values, message: message, isInText: false, isInList: false)
    }

    private init(_ values: [String: TemplateValue], message: String, isInText: Bool, isInList: Bool) {
        self.values = values
        self.message = message
        self.isInText = isInText
        self.isInList = isInList
    }

    /// Returns the values that are visible inside a section.
    func inside(_ tag: TemplateTag) -> VisibleValues {
        guard tag.role == .section, tag.transforms.isEmpty else { return self }
        switch values[tag.name] {
        case .list(let items)?:
            let names = items.reduce(values) { $0.merging($1) { _, inner in inner } }
            return VisibleValues(names, message: message, isInText: false, isInList: true)
        case .text?:
            return VisibleValues(values, message: message, isInText: true, isInList: isInList)
        case .flag?, nil:
            return self
        }
    }

    /// Returns the problem of a tag at this place, if any.
    func problem(with tag: TemplateTag) -> TemplateFinding.Problem? {
        switch tag.role {
        case .value, .bracedValue, .section, .invertedSection: break
        case .block, .end, .inclusion, .inheritance, .setting: return nil
        }
        if tag.name == ".", isInText { return nil }
        if tag.name.isEmpty, isInList, !tag.transforms.isEmpty { return nil }
        guard let value = values[tag.name] else {
            return .unknownValue(name: tag.name, message: message, nearest: values.keys.nearest(to: tag.name))
        }
        if let first = tag.transforms.last {
            return value.transforms.contains(first) ? nil : .unknownTransform(name: first, of: tag.name)
        }
        let isPrinted = tag.role == .value || tag.role == .bracedValue
        if isPrinted, case .list = value { return .printedList(name: tag.name) }
        return nil
    }
}

extension TemplateValue {
    /// The transforms that such a value supports.
    fileprivate var transforms: Set<String> {
        switch self {
        case .text: ["capitalized", "lowercased", "uppercased", "reversed", "empty"]
        case .flag: []
        case .list: ["count", "empty", "first", "last", "reversed"]
        }
    }
}

/// The inclusions between templates.
struct TemplateInclusions {
    /// A problem with an inclusion.
    enum Fault: Hashable {
        /// The included template does not exist.
        case missing(String)
        /// The template includes itself through the listed templates.
        case endless([String])
        /// The included template's name is given by a value, which is not supported.
        case unnamed
    }

    private let tags: [String: [TemplateTag]]

    /// Creates the relation from the tags of all templates, by name.
    init(_ tags: [String: [TemplateTag]]) {
        self.tags = tags.mapValues { $0.filter { $0.role == .inclusion || $0.role == .inheritance } }
    }

    /// Returns the problems of a template's own inclusions, with their lines.
    func faults(of template: String) -> [(line: Int, fault: Fault)] {
        tags[template, default: []].compactMap { tag in
            fault(of: tag, in: template).map { (tag.line, $0) }
        }
    }

    /// Returns the template and all templates that it includes, directly or indirectly.
    func closure(of template: String) -> Set<String> {
        var (found, waiting): (Set<String>, [String]) = ([], [template])
        while let next = waiting.popLast() {
            guard found.insert(next).inserted else { continue }
            waiting += tags[next, default: []].map(\.name).filter { tags[$0] != nil }
        }
        return found
    }

    private func fault(of tag: TemplateTag, in template: String) -> Fault? {
        if tag.name.hasPrefix("*") { return .unnamed }
        guard tags[tag.name] != nil else { return .missing(tag.name) }
        return path(from: tag.name, to: template).map { .endless($0) }
    }

    /// Returns the chain of inclusions from one template to another, beginning with the first; `nil` without one.
    private func path(from start: String, to end: String) -> [String]? {
        var (visited, waiting): (Set<String>, [[String]]) = ([start], [[start]])
        while let path = waiting.popLast(), let last = path.last {
            if last == end { return path }
            for tag in tags[last, default: []] where visited.insert(tag.name).inserted {
                waiting.append(path + [tag.name])
            }
        }
        return nil
    }
}
