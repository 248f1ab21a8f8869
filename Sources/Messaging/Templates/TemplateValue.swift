/// A value for a template.
public enum TemplateValue: Hashable, Sendable, ExpressibleByStringInterpolation, ExpressibleByBooleanLiteral {
    /// Text, escaped as the template's kind asks; empty text hides a section.
    case text(String)
    /// Shows or hides a section.
    case flag(Bool)
    /// Repeats a section; each item also sees the values around it.
    case list([[String: TemplateValue]])

    /// Text that may be absent; then it hides a section and prints nothing.
    public static func optional(_ text: String?) -> TemplateValue {
        .text(text ?? "")
    }

    /// Makes text.
    public init(stringLiteral value: String) {
        self = .text(value)
    }

    /// Makes a flag.
    public init(booleanLiteral value: Bool) {
        self = .flag(value)
    }
}
