/// Messages that are due, of one rule, channel and studio, and alike in what would become of them.
public struct DueGroup: Sendable, Equatable {
    /// The rule.
    public let rule: String
    /// How they go out.
    public let channel: String
    /// The studio's id.
    public let studio: String
    /// Why they would be skipped, or what they would wait for where ``waits`` is true; `nil` where they would be sent, and
    /// where quiet hours would keep them waiting.
    public let skipReason: String?
    /// Whether they would wait: for quiet hours to end, or with a reason until their session can take place.
    public let waits: Bool
    /// How many.
    public let count: Int64
}
