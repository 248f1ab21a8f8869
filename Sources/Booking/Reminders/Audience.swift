/// Whom a message is for.
public enum Audience: String, Sendable, Hashable, CaseIterable {
    /// The person whose session it is.
    case client
    /// Who gives the session.
    case trainer
    /// The front desk.
    case studio
}
