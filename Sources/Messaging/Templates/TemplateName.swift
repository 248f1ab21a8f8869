/// A language that templates are written in, by its code (RFC 5646): `es`.
public struct TemplateLanguage: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// Two or three small letters.
    public let code: String

    /// Accepts a code of two or three small letters; `nil` for anything else.
    public init?(code: some StringProtocol) {
        guard (2...3).contains(code.utf8.count), code.utf8.allSatisfy({ (0x61...0x7A).contains($0) }) else {
            return nil
        }
        self.code = String(code)
    }

    /// Takes a code that is written in a program.
    public init(stringLiteral code: StaticString) {
        self.code = code.description
    }

    /// The code itself.
    public var description: String { code }
}

/// The name of a template's file: `one-day.es.txt` is the plain text of `one-day` in Spanish.
public struct TemplateName: Hashable, Sendable, CustomStringConvertible {
    /// The message, or a part that messages share.
    public let base: String
    /// The language; `nil` is the one that every message is written in.
    public let language: TemplateLanguage?
    /// What it makes.
    public let kind: TemplateKind

    /// Names a template by its parts.
    public init(_ base: String, _ kind: TemplateKind, in language: TemplateLanguage? = nil) {
        self.base = base
        self.language = language
        self.kind = kind
    }

    /// Reads `NAME.KIND` or `NAME.LANGUAGE.KIND`; `nil` for anything else.
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

/// What a template makes, which decides how values are escaped in it.
public enum TemplateKind: String, Sendable, Hashable, CaseIterable {
    /// One line of plain text.
    case subject
    /// Plain text.
    case text = "txt"
    /// HTML.
    case html
    /// A text message: short plain text in characters that phones can be sent cheaply.
    case sms

    /// The most of one value that a text message repeats, in UTF-16 units: each segment is paid for.
    static let longestValueInSMS = 80

    /// A value as it may stand in the output.
    func escape(_ value: String) -> String {
        switch self {
        case .subject: value.safeSingleLine
        case .text: value.safeMultiline
        case .html: Self.escapeHTML(value.safeMultiline)
        case .sms: value.safeSingleLine.shortened(to: Self.longestValueInSMS)
        }
    }

    /// The whole output, brought into its form.
    func finish(_ output: String) -> String {
        switch self {
        case .subject: output.safeSingleLine
        case .text, .html: output
        case .sms: output.foldedForSMS
        }
    }

    /// Escapes scalar by scalar: seen as characters, a `<` with a combining accent would slip through.
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

/// What a message is sent as, and so which templates it is made of.
public enum TemplateForm: String, Sendable, Hashable, CaseIterable {
    /// A mail: `NAME.subject`, `NAME.txt`, `NAME.html`.
    case mail
    /// A text message: `NAME.sms`.
    case sms

    /// The templates that it needs, all of them.
    public var parts: [TemplateKind] {
        switch self {
        case .mail: [.subject, .text, .html]
        case .sms: [.sms]
        }
    }
}
