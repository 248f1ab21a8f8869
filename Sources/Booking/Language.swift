/// A language in which clients are written to.
public enum Language: String, Sendable, Hashable, CaseIterable {
    /// English.
    case english = "en"
    /// Spanish.
    case spanish = "es"

    /// Accepts a language by its code (RFC 5646), of which only the language itself counts: `es-MX` is Spanish.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - field: What an error calls it.
    /// - Throws: `InvalidInput` where there are no messages in that language.
    public init(_ text: String, field: String = "language") throws(InvalidInput) {
        let code = text.lowercased().split(whereSeparator: { $0 == "-" || $0 == "_" }).first ?? ""
        guard let language = Language(rawValue: String(code)) else {
            throw InvalidInput(
                field: field, problem: "\(quoted(text)) is no language that messages are written in",
                hint: "write one of: " + Language.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self = language
    }
}
