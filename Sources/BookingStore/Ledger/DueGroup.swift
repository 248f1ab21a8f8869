/// Messages that are due, of one rule, channel and studio, and alike in what would become of them.
public struct DueGroup: Sendable, Equatable {
    /// The rule.
    public let rule: String
    /// How they go out.
    public let channel: String
    /// The studio's id.
    public let studio: String
    /// Why they would be skipped; `nil` where they would not.
    public let skipReason: String?
    /// Whether quiet hours would keep them waiting.
    public let waits: Bool
    /// How many.
    public let count: Int64
}
