/// A way in which people are written to.
public enum Channel: String, Sendable, Hashable, CaseIterable {
    /// Mail.
    case email
    /// Texts.
    case sms

    /// The channel in a sentence.
    public var words: String { self == .email ? "mail" : "texts" }
}

/// Whom a message is for.
public enum Audience: String, Sendable, Hashable, CaseIterable {
    /// The person whose session it is.
    case client
    /// Who gives the session.
    case trainer
    /// The front desk.
    case studio
}
