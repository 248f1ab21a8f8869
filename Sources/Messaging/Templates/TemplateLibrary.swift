import Mustache

/// A set of Mustache templates; the end of a template's name says what it makes.
///
/// `.html` escapes values for HTML, `.txt` leaves them as they are, `.subject` makes one line. Values are never read as
/// templates, so `{{{ }}}` in a person's name stays those six signs. Templates include each other as `{{> name.html}}`.
public struct TemplateLibrary: Sendable {
    /// The three texts of one message.
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
    /// - Parameter sources: Each template's source by its name, such as `confirmation.html`.
    /// - Throws: `TemplateError.unknownKind` or `.malformed`.
    public init(_ sources: [String: String]) throws(TemplateError) {
        var templates: [String: MustacheTemplate] = [:]
        for (name, source) in sources {
            guard TemplateKind(name: name) != nil else { throw .unknownKind(name: name) }
            templates[name] = try Self.parse(source, name: name)
        }
        library = MustacheLibrary(templates: templates)
    }

    /// Renders one template.
    ///
    /// - Parameters:
    ///   - name: The template's name, with its ending.
    ///   - values: A value for every name that the template uses.
    /// - Returns: The text, HTML or subject line.
    /// - Throws: `TemplateError.notFound` or `.missingValue`.
    public func render(_ name: String, with values: [String: TemplateValue]) throws(TemplateError) -> String {
        guard let kind = TemplateKind(name: name), let template = library.getTemplate(named: name) else {
            throw .notFound(name: name)
        }
        let outline = try outlines.outline(of: name, for: values) { () throws(TemplateError) in
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
        if let missing = scope.findings.miss { throw .missingValue(name: name, value: missing) }
        return (output, scope.findings)
    }

    /// Renders the three templates of one message: `NAME.subject`, `NAME.txt` and `NAME.html`.
    ///
    /// - Parameters:
    ///   - name: The name that the three share.
    ///   - values: A value for every name that they use.
    /// - Returns: The three texts.
    /// - Throws: `TemplateError.notFound` or `.missingValue`.
    public func renderMessage(_ name: String, with values: [String: TemplateValue]) throws(TemplateError) -> Texts {
        Texts(
            subject: try render("\(name).subject", with: values),
            text: try render("\(name).txt", with: values),
            html: try render("\(name).html", with: values)
        )
    }

    /// Values arrive escaped, so the templates themselves must not escape again.
    private static func parse(_ source: String, name: String) throws(TemplateError) -> MustacheTemplate {
        guard TemplateOutline.canRead(source) else {
            throw .malformed(name: name, line: 1, reason: "U+FFFF is no character")
        }
        do {
            return try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}\n" + source)
        } catch let error as MustacheTemplate.ParserError {
            let line = max(1, error.context.lineNumber - 1)
            throw .malformed(name: name, line: line, reason: "\(error.error)")
        } catch {
            throw .malformed(name: name, line: 1, reason: "\(error)")
        }
    }
}
