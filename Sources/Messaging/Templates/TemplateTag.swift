import Mustache

/// A tag of a template, such as `{{name}}` or `{{> details.txt}}`.
struct TemplateTag: Hashable, Sendable {
    /// The function of a tag.
    enum Role: Hashable, Sendable {
        /// Renders a value: `{{name}}`.
        case value
        /// Renders a value with the syntax that disables escaping in standard Mustache: `{{{name}}}`, `{{&name}}`.
        case bracedValue
        /// Begins a section that is rendered when the value is present, or for each item of a list: `{{#name}}`.
        case section
        /// Begins a section that is rendered when the value is absent: `{{^name}}`.
        case invertedSection
        /// Begins a block that including templates may override: `{{$name}}`.
        case block
        /// Ends a section, block or inheritance: `{{/name}}`.
        case end
        /// Includes a template: `{{> name}}`.
        case inclusion
        /// Includes a template with some of its blocks overridden, up to the end tag: `{{< name}}`.
        case inheritance
        /// Configures the parser: `{{% CONTENT_TYPE:TEXT}}`.
        case setting
    }

    let role: Role
    /// The name of the value or template.
    let name: String
    /// The transforms applied to the value, outermost first: `{{uppercased(name)}}`.
    let transforms: [String]
    /// The line, counted from 1.
    let line: Int

    /// Whether the tag requires an end tag.
    var isOpening: Bool {
        switch role {
        case .section, .invertedSection, .block, .inheritance: true
        case .value, .bracedValue, .end, .inclusion, .setting: false
        }
    }
}

/// A Mustache syntax error in a template's source.
struct TemplateSyntaxError: Error, Hashable {
    let line: Int
    let reason: String
}

extension TemplateTag {
    /// Parses the tags of a template, without comments.
    ///
    /// - Throws: `TemplateSyntaxError` for an unterminated tag or section.
    static func read(_ source: String) throws(TemplateSyntaxError) -> [TemplateTag] {
        var reader = TemplateTagReader(source)
        var (tags, open): ([TemplateTag], [TemplateTag]) = ([], [])
        while let tag = try reader.next() {
            tags.append(tag)
            if tag.isOpening { open.append(tag) }
            guard tag.role == .end else { continue }
            guard let opening = open.popLast() else {
                throw TemplateSyntaxError(line: tag.line, reason: "{{/\(tag.name)}} has no section to close")
            }
            guard (opening.name, opening.transforms) == (tag.name, tag.transforms) else {
                let expected = "{{/\(opening.name)}} of line \(opening.line)"
                throw TemplateSyntaxError(line: tag.line, reason: "found {{/\(tag.name)}} instead of \(expected)")
            }
        }
        if let opening = open.last {
            throw TemplateSyntaxError(
                line: opening.line, reason: "the section that begins here has no {{/\(opening.name)}}")
        }
        return tags
    }
}

/// A scanner that returns a source's tags one by one.
private struct TemplateTagReader {
    private let octets: [UInt8]
    private var position = 0
    private var line = 1
    private var opening = Array("{{".utf8)
    private var closing = Array("}}".utf8)

    init(_ source: String) {
        octets = Array(source.utf8)
    }

    /// Returns the next tag that is not a comment or a delimiter change.
    mutating func next() throws(TemplateSyntaxError) -> TemplateTag? {
        while skip(past: opening) != nil {
            let start = line
            guard let content = skip(past: closing) else {
                throw TemplateSyntaxError(line: start, reason: "the tag has no \(Self.text(closing))")
            }
            if let tag = try tag(content, line: start) { return tag }
        }
        return nil
    }

    private mutating func tag(_ content: ArraySlice<UInt8>, line: Int) throws(TemplateSyntaxError) -> TemplateTag? {
        let text = Self.text(content)
        switch text.first {
        case "!": return nil
        case "=":
            try setDelimiters(text, line: line)
            return nil
        case "#": return Self.tag(.section, text.dropFirst(), line)
        case "^": return Self.tag(.invertedSection, text.dropFirst(), line)
        case "$": return Self.tag(.block, text.dropFirst(), line)
        case "/": return Self.tag(.end, text.dropFirst(), line)
        case ">": return Self.tag(.inclusion, text.dropFirst(), line)
        case "<": return Self.tag(.inheritance, text.dropFirst(), line)
        case "%": return TemplateTag(role: .setting, name: Self.trimmed(text.dropFirst()), transforms: [], line: line)
        case "&": return Self.tag(.bracedValue, text.dropFirst(), line)
        case "{":
            // In {{{name}}}, the end of the tag was found one brace too early.
            if !text.hasSuffix("}"), position < octets.count, octets[position] == UInt8(ascii: "}") { position += 1 }
            return Self.tag(.bracedValue, text.dropFirst().split(separator: "}").first ?? "", line)
        default: return Self.tag(.value, text[...], line)
        }
    }

    private mutating func setDelimiters(_ text: String, line: Int) throws(TemplateSyntaxError) {
        let pair = text.dropFirst().dropLast().split(whereSeparator: \.isWhitespace)
        guard pair.count == 2, text.hasSuffix("=") else {
            throw TemplateSyntaxError(line: line, reason: "{{=…=}} takes two delimiters with a space between them")
        }
        (opening, closing) = (Array(pair[0].utf8), Array(pair[1].utf8))
    }

    /// Moves past the next occurrence of a delimiter and returns the octets before it, or `nil` when there is none.
    private mutating func skip(past sign: [UInt8]) -> ArraySlice<UInt8>? {
        let start = position
        while position + sign.count <= octets.count {
            if octets[position] == sign.first, octets[position...].starts(with: sign) {
                defer { position += sign.count }
                return octets[start..<position]
            }
            if octets[position] == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
        return nil
    }

    private static func tag(_ role: TemplateTag.Role, _ text: Substring, _ line: Int) -> TemplateTag {
        let parts = trimmed(text).split(separator: "(", omittingEmptySubsequences: false)
        let name = parts.last.map { $0.prefix { $0 != ")" } } ?? ""
        return TemplateTag(role: role, name: String(name), transforms: parts.dropLast().map { String($0) }, line: line)
    }

    private static func trimmed(_ text: Substring) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static func text(_ octets: some Collection<UInt8>) -> String { String(decoding: octets, as: UTF8.self) }
}

extension MustacheTemplate {
    /// Parses a template without escaping, because the inserted values are escaped already.
    init(source: String) throws(TemplateSyntaxError) {
        guard TemplateOutline.canRead(source) else {
            throw TemplateSyntaxError(line: 1, reason: "U+FFFF is not a character")
        }
        do {
            try self.init(string: "{{% CONTENT_TYPE:TEXT}}\n" + source)
        } catch let error as MustacheTemplate.ParserError {
            let reason = (error.error as? MustacheTemplate.Error)?.reason ?? "it ends within a tag"
            throw TemplateSyntaxError(line: max(1, error.context.lineNumber - 1), reason: reason)
        } catch {
            throw TemplateSyntaxError(line: 1, reason: "\(error)")
        }
    }
}

extension MustacheTemplate.Error {
    /// The reason, worded for the template's author.
    fileprivate var reason: String {
        switch self {
        case .sectionCloseNameIncorrect: "the end of a section has another name than its beginning"
        case .unfinishedName: "a name may contain letters and digits, but no spaces"
        case .expectedSectionEnd: "a section has no end"
        case .invalidSetDelimiter: "{{=…=}} takes two delimiters with a space between them"
        case .transformAppliedToInheritanceSection: "a {{$block}} cannot be transformed"
        case .illegalTokenInsideInheritSection, .textInsideInheritSection: "{{<…}} may contain only {{$blocks}}"
        case .invalidConfigVariableSyntax, .unrecognisedConfigVariable: "{{%…}} is an unknown setting"
        }
    }
}
