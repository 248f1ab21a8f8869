import Mustache

/// A check that finds problems in templates before messages are sent.
public struct TemplateCheck: Sendable {
    private let specification: TemplateSpecification
    private let maximumSegments: Int
    private let segments: @Sendable (String) -> Int

    /// Creates a check.
    ///
    /// - Parameters:
    ///   - specification: The specification of the messages.
    ///   - maximumSegments: The maximum number of segments of a text message.
    ///   - segments: Returns the number of segments of a text.
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
    ///   - sources: The source of each template by its file name.
    ///   - own: The operator's replaced or added templates; only these are reported as unused.
    /// - Returns: The findings, sorted by file and line.
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

    /// Returns the tags of the templates that can be parsed, and the problems of the others.
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

    /// Renders every message with all values and with only the required ones, and returns the problems found.
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
    /// The same value, changed so that it hides its section.
    fileprivate var hidden: TemplateValue {
        switch self {
        case .text: .text("")
        case .flag: .flag(false)
        case .list: .list([])
        }
    }
}

/// The specification of templates: the messages, and the values available to each.
public struct TemplateSpecification: Sendable {
    /// Sample values of a message, as long as real ones can be; their names are the only ones available to templates.
    public typealias Samples = @Sendable (TemplateLanguage?) -> [String: TemplateValue]

    /// A message.
    public struct Message: Sendable {
        /// The forms that the message is sent in.
        public let forms: Set<TemplateForm>
        /// The values available to the message.
        public let samples: Samples

        /// Creates a message.
        ///
        /// - Parameters:
        ///   - forms: The forms that the message is sent in; each requires its templates.
        ///   - samples: Returns the available values in a language.
        public init(_ forms: Set<TemplateForm>, samples: @escaping Samples) {
            self.forms = forms
            self.samples = samples
        }
    }

    /// The messages by base name.
    public var messages: [String: Message]
    /// The languages that clients may choose in addition to the default one.
    public let languages: [TemplateLanguage]
    /// The values available to messages that an operator has added.
    public let others: Samples

    /// Creates a specification.
    ///
    /// - Parameters:
    ///   - messages: The messages by base name.
    ///   - languages: The languages in addition to the default one.
    ///   - others: Returns the values available to messages that an operator has added.
    public init(messages: [String: Message], languages: [TemplateLanguage], others: @escaping Samples) {
        self.messages = messages
        self.languages = languages
        self.others = others
    }
}
