import Mustache

/// Finds what is wrong with templates before they are sent to anybody.
public struct TemplateCheck: Sendable {
    private let specification: TemplateSpecification
    private let maximumSegments: Int
    private let segments: @Sendable (String) -> Int

    /// Prepares a check.
    ///
    /// - Parameters:
    ///   - specification: What the templates are for.
    ///   - maximumSegments: How many segments a text message may take.
    ///   - segments: Counts a text's segments.
    public init(
        _ specification: TemplateSpecification, maximumSegments: Int = 2,
        segments: @escaping @Sendable (String) -> Int = { TextSegments(of: $0).count }
    ) {
        self.specification = specification
        self.maximumSegments = maximumSegments
        self.segments = segments
    }

    /// Checks all templates together.
    ///
    /// - Parameters:
    ///   - sources: Each template's source by its file's name.
    ///   - own: What an operator has replaced, or added; only of these it is worth saying that nothing uses them.
    /// - Returns: What is wrong, by file and line.
    public func findings(
        in sources: [String: String], overriddenBy own: [String: String] = [:]
    ) -> [TemplateFinding] {
        let sources = sources.merging(own) { _, own in own }
        let (tags, faults) = read(sources)
        let templates = CheckedTemplates(tags, specification: specification)
        var findings = faults.union(templates.findings())
        if !findings.contains(where: \.isError) {
            findings.formUnion(templates.unusedFiles().filter { own[$0.file] != nil })
            findings.formUnion(writingFindings(in: sources, templates))
        }
        return findings.sorted { ($0.file, $0.line ?? 0, $0.description) < ($1.file, $1.line ?? 0, $1.description) }
    }

    /// The tags of what can be read, none for what is not Mustache, and what stands in the way of the rest.
    private func read(_ sources: [String: String]) -> (tags: [String: [TemplateTag]], faults: Set<TemplateFinding>) {
        var (tags, faults): ([String: [TemplateTag]], Set<TemplateFinding>) = ([:], [])
        for (file, source) in sources {
            if let problem = problem(inNameOf: file) {
                faults.insert(TemplateFinding(file: file, line: nil, problem: problem))
                continue
            }
            do {
                tags[file] = try TemplateTag.read(source)
                _ = try MustacheTemplate(source: source)
            } catch {
                tags[file] = []
                faults.insert(TemplateFinding(file: file, line: error.line, problem: .malformed(reason: error.reason)))
            }
        }
        return (tags, faults)
    }

    private func problem(inNameOf file: String) -> TemplateFinding.Problem? {
        guard let name = TemplateName(file: file) else { return .unknownName }
        guard let language = name.language, !specification.languages.contains(language) else { return nil }
        return .unknownLanguage(code: language.code)
    }

    /// Writes every message, with all values and with no more than must be there.
    private func writingFindings(in sources: [String: String], _ templates: CheckedTemplates) -> [TemplateFinding] {
        do {
            let library = try TemplateLibrary(sources)
            return templates.roots.flatMap { root in
                let full = root.samples(root.name.language)
                return [full, full.mapValues(\.hidden)].compactMap { finding(in: root.name, of: library, with: $0) }
            }
        } catch {
            let file = error.name ?? ""
            return [TemplateFinding(file: file, line: nil, problem: .unwritable(reason: "\(error)"))]
        }
    }

    private func finding(
        in name: TemplateName, of library: TemplateLibrary, with values: [String: TemplateValue]
    ) -> TemplateFinding? {
        let file = name.description
        do {
            let text = try library.render(file, with: values)
            let count = name.kind == .sms ? segments(text) : 0
            guard count > maximumSegments else { return nil }
            return TemplateFinding(
                file: file, line: nil, problem: .tooManySegments(count: count, most: maximumSegments))
        } catch {
            return TemplateFinding(file: file, line: nil, problem: .unwritable(reason: "\(error)"))
        }
    }
}

extension TemplateValue {
    /// The same value where it shows no section.
    fileprivate var hidden: TemplateValue {
        switch self {
        case .text: .text("")
        case .flag: .flag(false)
        case .list: .list([])
        }
    }
}

/// What templates are for: which messages there are, and what each may speak of.
public struct TemplateSpecification: Sendable {
    /// Values like those that a message is given, as long as real ones get; their names are all that it may speak of.
    public typealias Samples = @Sendable (TemplateLanguage?) -> [String: TemplateValue]

    /// One message.
    public struct Message: Sendable {
        /// What it is sent as.
        public let forms: Set<TemplateForm>
        /// What it may speak of.
        public let samples: Samples

        /// Describes a message.
        ///
        /// - Parameters:
        ///   - forms: What it is sent as; each needs its templates.
        ///   - samples: What it may speak of, in a language.
        public init(_ forms: Set<TemplateForm>, samples: @escaping Samples) {
            self.forms = forms
            self.samples = samples
        }
    }

    /// The messages by the names that their templates share.
    public var messages: [String: Message]
    /// The languages that readers may choose besides the one that every message is written in.
    public let languages: [TemplateLanguage]
    /// What messages may speak of that an operator has added.
    public let others: Samples

    /// Describes what templates are for.
    ///
    /// - Parameters:
    ///   - messages: The messages by the names that their templates share.
    ///   - languages: The languages besides the one that every message is written in.
    ///   - others: What messages may speak of that an operator has added.
    public init(messages: [String: Message], languages: [TemplateLanguage], others: @escaping Samples) {
        self.messages = messages
        self.languages = languages
        self.others = others
    }
}
