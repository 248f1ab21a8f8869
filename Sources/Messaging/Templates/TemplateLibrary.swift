import Mustache

/// A set of Mustache templates; a template's name determines the kind and language of its output.
///
/// `.html` escapes values for HTML, `.txt` leaves them unchanged, `.subject` produces one line, `.sms` a text message.
/// Values are never parsed as templates, so `{{{ }}}` in a person's name is output literally. Templates include each
/// other by their full names, as in `{{> details.es.txt}}`.
public struct TemplateLibrary: Sendable {
    /// The three parts of an e-mail.
    public struct MailParts: Hashable, Sendable {
        /// The subject line.
        public let subject: String
        /// The plain text.
        public let text: String
        /// The HTML.
        public let html: String
    }

    private let library: MustacheLibrary
    private let outlines = TemplateOutlines()

    /// Parses the templates.
    ///
    /// - Parameter sources: The source of each template by its name, such as `confirmation.html` or
    ///   `confirmation.es.html`.
    /// - Throws: `TemplateError.unknownKind`, `.malformed`, `.unknownInclusion` or `.endlessInclusion`.
    public init(_ sources: [String: String]) throws(TemplateError) {
        var templates: [String: MustacheTemplate] = [:]
        var tags: [String: [TemplateTag]] = [:]
        for (name, source) in sources.sorted(by: { $0.key < $1.key }) {
            guard TemplateName(file: name) != nil else { throw .unknownKind(name: name) }
            do {
                tags[name] = try TemplateTag.read(source)
                templates[name] = try MustacheTemplate(source: source)
            } catch {
                throw .malformed(name: name, line: error.line, reason: error.reason)
            }
        }
        try Self.checkInclusions(tags)
        library = MustacheLibrary(templates: templates)
    }

    /// Parses the templates, some of which are replaced or added by an operator's folder.
    ///
    /// - Parameters:
    ///   - sources: The source of each template by its name.
    ///   - folder: The folder with the operator's templates, which is read once.
    /// - Throws: `TemplateError`, with the file's location when the template is in the folder.
    public init(_ sources: [String: String], overriddenBy folder: String) throws(TemplateError) {
        let overrides = try TemplateFolder.read(folder)
        do {
            try self.init(sources.merging(overrides) { _, replacement in replacement })
        } catch {
            throw error.name.map { overrides[$0] != nil } == true ? error.located(in: folder) : error
        }
    }

    /// Unknown inclusions would leave a gap in a message, and circular ones would never end.
    private static func checkInclusions(_ tags: [String: [TemplateTag]]) throws(TemplateError) {
        let inclusions = TemplateInclusions(tags)
        for name in tags.keys.sorted() {
            guard let (line, fault) = inclusions.faults(of: name).first else { continue }
            switch fault {
            case .missing(let included): throw .unknownInclusion(name: name, line: line, included: included)
            case .endless: throw .endlessInclusion(name: name, line: line)
            case .unnamed: throw .malformed(name: name, line: line, reason: "a value cannot name a template")
            }
        }
    }
}

extension TemplateLibrary {
    /// Returns the language for a message: the preferred one if the library has every part of the message in it.
    ///
    /// Call it before creating the values, because dates and times are formatted in the same language.
    ///
    /// - Parameters:
    ///   - message: The base name of the parts.
    ///   - form: The form that the message is sent in.
    ///   - preferred: The reader's language.
    /// - Returns: The preferred language, or `nil` for the default language.
    public func language(
        of message: String, as form: TemplateForm, preferring preferred: TemplateLanguage?
    ) -> TemplateLanguage? {
        guard let preferred else { return nil }
        let isComplete = form.parts.allSatisfy { holds(TemplateName(message, $0, in: preferred)) }
        return isComplete ? preferred : nil
    }

    /// Returns whether the library has every part of a message in the default language.
    ///
    /// - Parameters:
    ///   - message: The base name of the parts.
    ///   - form: The form that the message is sent in.
    /// - Returns: Whether the message can be rendered.
    public func holds(_ message: String, as form: TemplateForm) -> Bool {
        form.parts.allSatisfy { holds(TemplateName(message, $0)) }
    }

    private func holds(_ name: TemplateName) -> Bool { library.getTemplate(named: name.description) != nil }

    /// Renders one template.
    ///
    /// - Parameters:
    ///   - name: The template's full name.
    ///   - values: A value for every name that the template uses.
    /// - Returns: The plain text, HTML, subject line or text message.
    /// - Throws: `TemplateError.notFound` or `.missingValue`.
    public func render(_ name: String, with values: [String: TemplateValue]) throws(TemplateError) -> String {
        guard let kind = TemplateName(file: name)?.kind else { throw .notFound(name: name) }
        return try render(name, kind, with: values, outlines.shape(of: values))
    }

    /// Renders the three templates of an e-mail: `NAME.subject`, `NAME.txt` and `NAME.html`.
    ///
    /// - Parameters:
    ///   - name: The base name of the three templates.
    ///   - language: The language; the default one is used unless the library has all three templates in it.
    ///   - values: A value for every name that the templates use.
    /// - Returns: The three parts.
    /// - Throws: `TemplateError.notFound` or `.missingValue`.
    public func renderMessage(
        _ name: String, in language: TemplateLanguage? = nil, with values: [String: TemplateValue]
    ) throws(TemplateError) -> MailParts {
        let language = self.language(of: name, as: .mail, preferring: language)
        let shape = outlines.shape(of: values)
        func part(_ kind: TemplateKind) throws(TemplateError) -> String {
            try render(TemplateName(name, kind, in: language).description, kind, with: values, shape)
        }
        return MailParts(subject: try part(.subject), text: try part(.text), html: try part(.html))
    }

    /// Renders the template of a text message: `NAME.sms`.
    ///
    /// - Parameters:
    ///   - name: The message's name.
    ///   - language: The language; the default one is used unless the library has the message in it.
    ///   - values: A value for every name that the template uses.
    /// - Returns: The text, in GSM-7 characters where its meaning allows.
    /// - Throws: `TemplateError.notFound` or `.missingValue`.
    public func renderSMS(
        _ name: String, in language: TemplateLanguage? = nil, with values: [String: TemplateValue]
    ) throws(TemplateError) -> String {
        let language = self.language(of: name, as: .sms, preferring: language)
        return try render(TemplateName(name, .sms, in: language).description, with: values)
    }

    private func render(
        _ name: String, _ kind: TemplateKind, with values: [String: TemplateValue], _ shape: TemplateOutlines.Shape
    ) throws(TemplateError) -> String {
        guard let template = library.getTemplate(named: name) else { throw .notFound(name: name) }
        let outline = try shape.outline(of: name) { () throws(TemplateError) in
            let (marked, findings) = try render(template, name, with: values, as: .mark)
            return findings.dependsOnValues ? nil : TemplateOutline(marked: marked)
        }
        if let outline { return kind.finish(outline.filled(with: values, kind: kind)) }
        return kind.finish(try render(template, name, with: values, as: .value(kind)).output)
    }

    private func render(
        _ template: MustacheTemplate, _ name: String, with values: [String: TemplateValue],
        as wording: TemplateScope.Wording
    ) throws(TemplateError) -> (output: String, findings: TemplateScope.Findings) {
        let scope = TemplateScope(values: values, wording: wording, findings: TemplateScope.Findings())
        let output = template.render(scope, library: library)
        if let missing = scope.findings.missingName { throw .missingValue(name: name, value: missing) }
        return (output, scope.findings)
    }
}

/// An error in a template: it is missing or malformed, or uses a missing value.
public enum TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name does not end in `.subject`, `.txt`, `.html` or `.sms`.
    case unknownKind(name: String)
    /// The source is not valid Mustache.
    case malformed(name: String, line: Int, reason: String)
    /// The library has no template of this name.
    case notFound(name: String)
    /// The template uses a value that was not provided.
    case missingValue(name: String, value: String)
    /// The template includes one that does not exist.
    case unknownInclusion(name: String, line: Int, included: String)
    /// The template includes itself, directly or indirectly.
    case endlessInclusion(name: String, line: Int)
    /// The file or folder cannot be read.
    case unreadable(path: String, reason: String)

    /// The template, its problem and the remedy.
    public var description: String {
        switch self {
        case .unknownKind(let name):
            "The template \(name) is of no known kind: its name decides how values are escaped. Call it NAME.KIND, or "
                + "NAME.LANGUAGE.KIND, where KIND is subject, txt, html or sms."
        case .malformed(let name, let line, let reason):
            "The template \(name) cannot be read: line \(line) is not Mustache (\(reason)). Correct that line."
        case .notFound(let name):
            "There is no template \(name) in the library. Add it, or correct the name."
        case .missingValue(let name, let value):
            "The template \(name) uses {{\(value)}}, which has no value. Correct its name, or pass the value."
        case .unknownInclusion(let name, let line, let included):
            "The template \(name) cannot be used: line \(line) includes \(included.isEmpty ? "nothing" : included), "
                + "which does not exist. Add that file, or correct the name."
        case .endlessInclusion(let name, let line):
            "The template \(name) cannot be used: the template that line \(line) includes would include it again, "
                + "without end. Remove that line."
        case .unreadable(let path, let reason):
            "The templates at \(path) cannot be read: \(reason). Correct that, or remove the file."
        }
    }

    /// Returns the same error with the path of the template's file in a folder.
    func located(in folder: String) -> TemplateError {
        switch self {
        case .unknownKind(let name): .unknownKind(name: "\(folder)/\(name)")
        case .malformed(let name, let line, let reason):
            .malformed(name: "\(folder)/\(name)", line: line, reason: reason)
        case .notFound(let name): .notFound(name: "\(folder)/\(name)")
        case .missingValue(let name, let value): .missingValue(name: "\(folder)/\(name)", value: value)
        case .unknownInclusion(let name, let line, let included):
            .unknownInclusion(name: "\(folder)/\(name)", line: line, included: included)
        case .endlessInclusion(let name, let line): .endlessInclusion(name: "\(folder)/\(name)", line: line)
        case .unreadable: self
        }
    }

    /// The name of the template, if any.
    var name: String? {
        switch self {
        case .unknownKind(let name), .malformed(let name, _, _), .notFound(let name), .missingValue(let name, _),
            .unknownInclusion(let name, _, _), .endlessInclusion(let name, _):
            name
        case .unreadable: nil
        }
    }
}
