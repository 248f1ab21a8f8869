public import Booking

/// An administrative change, with the sessions to come that it affects.
public struct OfficeChange<Subject: Sendable>: Sendable {
    /// As it was before the change.
    public let before: Subject
    /// As it is now.
    public let after: Subject
    /// Sessions to come that somebody has to look at, by start.
    public let affected: [Session]
}
