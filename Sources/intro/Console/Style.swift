/// The few looks that text on a terminal can have.
enum Style {
    /// Headings and labels.
    static func bold(_ text: String, when colored: Bool) -> String {
        wrapped(text, in: "1", when: colored)
    }

    /// What may be overlooked.
    static func dim(_ text: String, when colored: Bool) -> String {
        wrapped(text, in: "2", when: colored)
    }

    /// What must not be overlooked.
    static func red(_ text: String, when colored: Bool) -> String {
        wrapped(text, in: "1;31", when: colored)
    }

    private static func wrapped(_ text: String, in code: String, when colored: Bool) -> String {
        colored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
