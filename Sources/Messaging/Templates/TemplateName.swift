/// The language of a template, identified by its code (RFC 5646): `es`.
public struct TemplateLanguage: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The code of two or three lower-case letters.
    public let code: String

    /// Creates a language from a code of two or three lower-case letters; `nil` for any other text.
    public init?(code: some StringProtocol) {
        guard (2...3).contains(code.utf8.count), code.utf8.allSatisfy({ (0x61...0x7A).contains($0) }) else {
            return nil
        }
        self.code = String(code)
    }

    /// Creates a language from a code literal, without validation.
    public init(stringLiteral code: StaticString) {
        self.code = code.description
    }

    /// The language's code.
    public var description: String { code }
}

/// The name of a template's file: `one-day.es.txt` is the plain text of `one-day` in Spanish.
public struct TemplateName: Hashable, Sendable, CustomStringConvertible {
    /// The name of the message, or of a partial that messages share.
    public let base: String
    /// The language; `nil` for the default language, which every message has.
    public let language: TemplateLanguage?
    /// The kind of output.
    public let kind: TemplateKind

    /// Creates a name from its parts.
    public init(_ base: String, _ kind: TemplateKind, in language: TemplateLanguage? = nil) {
        self.base = base
        self.language = language
        self.kind = kind
    }

    /// Parses `NAME.KIND` or `NAME.LANGUAGE.KIND`; `nil` for any other text.
    ///
    /// - Parameter file: The name of a file, without its folder.
    public init?(file: String) {
        let parts = file.split(separator: ".", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), !parts[0].isEmpty,
            let kind = TemplateKind(rawValue: String(parts.last ?? ""))
        else { return nil }
        var language: TemplateLanguage?
        if parts.count == 3 {
            guard let written = TemplateLanguage(code: parts[1]) else { return nil }
            language = written
        }
        self.init(String(parts[0]), kind, in: language)
    }

    /// The name of the file.
    public var description: String {
        guard let language else { return "\(base).\(kind.rawValue)" }
        return "\(base).\(language.code).\(kind.rawValue)"
    }
}

/// The kind of a template's output, which determines how values are escaped.
public enum TemplateKind: String, Sendable, Hashable, CaseIterable {
    /// One line of plain text.
    case subject
    /// Plain text.
    case text = "txt"
    /// HTML.
    case html
    /// A text message: short plain text, preferably in GSM-7 characters.
    case sms

    /// The maximum length of a value in a text message, in UTF-16 units, because each segment is charged.
    static let longestValueInSMS = 80

    /// Returns a value escaped for the output.
    func escape(_ value: String) -> String {
        switch self {
        case .subject: value.safeSingleLine
        case .text: value.safeMultiline
        case .html: Self.escapeHTML(value.safeMultiline)
        case .sms: value.safeSingleLine.shortened(to: Self.longestValueInSMS)
        }
    }

    /// Returns the complete output in its final form.
    func finish(_ output: String) -> String {
        switch self {
        case .subject: output.safeSingleLine
        case .text, .html: output
        case .sms: output.foldedForSMS
        }
    }

    /// Escapes scalar by scalar: comparing characters would miss a `<` with a combining accent.
    private static func escapeHTML(_ value: String) -> String {
        guard value.utf8.contains(where: { "<>&\"'".utf8.contains($0) }) else { return value }
        var escaped = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            switch scalar {
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}

/// The form that a message is sent in, which determines the templates that it needs.
public enum TemplateForm: String, Sendable, Hashable, CaseIterable {
    /// An e-mail: `NAME.subject`, `NAME.txt`, `NAME.html`.
    case mail
    /// A text message: `NAME.sms`.
    case sms

    /// The kinds of templates that the form requires.
    public var parts: [TemplateKind] {
        switch self {
        case .mail: [.subject, .text, .html]
        case .sms: [.sms]
        }
    }
}
