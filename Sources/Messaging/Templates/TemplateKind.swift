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
