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
