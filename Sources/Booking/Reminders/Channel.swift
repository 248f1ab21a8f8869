/// A way in which people are written to.
public enum Channel: String, Sendable, Hashable, CaseIterable {
    /// Mail.
    case email
    /// Texts.
    case sms

    /// The channel in a sentence.
    public var words: String { self == .email ? "mail" : "texts" }
}
