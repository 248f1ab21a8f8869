import Mustache

/// A set of Mustache templates; the end of a template's name says what it makes, and a code before it in which language.
///
/// `.html` escapes values for HTML, `.txt` leaves them as they are, `.subject` makes one line, `.sms` a text message.
/// Values are never read as templates, so `{{{ }}}` in a person's name stays those six signs. Templates include each
/// other by their whole names, as `{{> details.es.txt}}`, so that each says what it shows.
public struct TemplateLibrary: Sendable {
    /// The three texts of one mail.
    public struct Texts: Hashable, Sendable {
        /// The subject line.
        public let subject: String
        /// The text for programs that show no HTML.
        public let text: String
        /// The same as HTML.
        public let html: String
    }

    private let library: MustacheLibrary
    private let outlines = TemplateOutlines()

    /// Reads the templates.
    ///
    /// - Parameter sources: Each template's source by its name, such as `confirmation.html` or `confirmation.es.html`.
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

    /// Reads the templates, some of which an operator has replaced, or added, in a folder.
    ///
    /// - Parameters:
    ///   - sources: Each template's source by its name.
    ///   - folder: The folder with the operator's own, which is read now and not again.
    /// - Throws: `TemplateError`, which names the file in the folder, where the fault is in one.
    public init(_ sources: [String: String], overriddenBy folder: String) throws(TemplateError) {
        let own = try TemplateFolder.read(folder)
        do {
            try self.init(sources.merging(own) { _, own in own })
        } catch {
            throw error.name.map { own[$0] != nil } == true ? error.located(in: folder) : error
        }
    }

    /// An inclusion that leads nowhere would leave a gap in a mail, and one that leads back to itself would never end.
    private static func checkInclusions(_ tags: [String: [TemplateTag]]) throws(TemplateError) {
        let inclusions = TemplateInclusions(tags)
        for name in tags.keys.sorted() {
            guard let (line, fault) = inclusions.faults(of: name).first else { continue }
            switch fault {
            case .missing(let included): throw .unknownInclusion(name: name, line: line, included: included)
            case .endless: throw .endlessInclusion(name: name, line: line)
            case .unnamed: throw .malformed(name: name, line: line, reason: "no value names a template")
            }
        }
    }
}

extension TemplateLibrary {
    /// The language in which a message is written: the preferred one where the library has every part of it there.
    ///
    /// Ask before the values are made, since days and times are told in the same language.
    ///
    /// - Parameters:
    ///   - message: The name that the parts share.
    ///   - form: What it is sent as.
    ///   - preferred: The reader's language.
    /// - Returns: That language, or `nil` for the one that every message is written in.
    public func language(
        of message: String, as form: TemplateForm, preferring preferred: TemplateLanguage?
    ) -> TemplateLanguage? {
        guard let preferred else { return nil }
        let isComplete = form.parts.allSatisfy { holds(TemplateName(message, $0, in: preferred)) }
        return isComplete ? preferred : nil
    }

    /// Whether the library has every part of a message, in the language that every message is written in.
    ///
    /// - Parameters:
    ///   - message: The name that the parts share.
    ///   - form: What it is sent as.
    /// - Returns: Whether it can be written.
    public func holds(_ message: String, as form: TemplateForm) -> Bool {
        form.parts.allSatisfy { holds(TemplateName(message, $0)) }
    }

    private func holds(_ name: TemplateName) -> Bool { library.getTemplate(named: name.description) != nil }

    /// Renders one template.
    ///
    /// - Parameters:
    ///   - name: The template's name, with its ending.
    ///   - values: A value for every name that the template uses.
    /// - Returns: The text, HTML or subject line.
    /// - Throws: `TemplateError.notFound` or `.missingValue`.
    public func render(_ name: String, with values: [String: TemplateValue]) throws(TemplateError) -> String {
        guard let kind = TemplateName(file: name)?.kind else { throw .notFound(name: name) }
        return try render(name, kind, with: values, outlines.shape(of: values))
    }

    /// Renders the three templates of one mail: `NAME.subject`, `NAME.txt` and `NAME.html`.
    ///
    /// - Parameters:
    ///   - name: The name that the three share.
    ///   - language: The language; where the library lacks any of the three in it, the one of every message.
    ///   - values: A value for every name that they use.
    /// - Returns: The three texts.
    /// - Throws: `TemplateError.notFound` or `.missingValue`.
    public func renderMessage(
        _ name: String, in language: TemplateLanguage? = nil, with values: [String: TemplateValue]
    ) throws(TemplateError) -> Texts {
        let language = self.language(of: name, as: .mail, preferring: language)
        let shape = outlines.shape(of: values)
        func part(_ kind: TemplateKind) throws(TemplateError) -> String {
            try render(TemplateName(name, kind, in: language).description, kind, with: values, shape)
        }
        return Texts(subject: try part(.subject), text: try part(.text), html: try part(.html))
    }

    /// Renders the template of one text message: `NAME.sms`.
    ///
    /// - Parameters:
    ///   - name: The message's name.
    ///   - language: The language; where the library lacks the message in it, the one of every message.
    ///   - values: A value for every name that it uses.
    /// - Returns: The text, in the alphabet of seven bits wherever its meaning allows.
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

/// A template that cannot be used: it is missing, malformed, or asks for what nobody gave.
public enum TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name does not end in `.subject`, `.txt`, `.html` or `.sms`.
    case unknownKind(name: String)
    /// The source is not Mustache.
    case malformed(name: String, line: Int, reason: String)
    /// The library holds no template of this name.
    case notFound(name: String)
    /// The template uses a value that it was not given.
    case missingValue(name: String, value: String)
    /// The template includes one that the library does not hold.
    case unknownInclusion(name: String, line: Int, included: String)
    /// The template includes itself, by way of others or not.
    case endlessInclusion(name: String, line: Int)
    /// The file, or the folder, cannot be read.
    case unreadable(path: String, reason: String)

    /// What is wrong with which template, and what to do.
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
            "The template \(name) uses {{\(value)}}, which was not given. Correct its name, or pass the value."
        case .unknownInclusion(let name, let line, let included):
            "The template \(name) cannot be used: line \(line) includes \(included.isEmpty ? "nothing" : included), "
                + "which is not there. Add that file, or correct the name."
        case .endlessInclusion(let name, let line):
            "The template \(name) cannot be used: what line \(line) includes leads back to it and would never end. "
                + "Take that line out."
        case .unreadable(let path, let reason):
            "The templates at \(path) cannot be read: \(reason). Correct that, or take the file away."
        }
    }

    /// The same, where the template's file lies in a folder.
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

    /// The template that is at fault.
    var name: String? {
        switch self {
        case .unknownKind(let name), .malformed(let name, _, _), .notFound(let name), .missingValue(let name, _),
            .unknownInclusion(let name, _, _), .endlessInclusion(let name, _):
            name
        case .unreadable: nil
        }
    }
}
