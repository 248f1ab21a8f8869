/// The messages that a sender claims at once.
public struct MessageBatch: Sendable {
    /// The messages to send.
    public internal(set) var messages: [ClaimedMessage] = []
    /// The outcomes of messages that cannot be rendered because of their session's stored data.
    public internal(set) var unreadable: [DeliveryRecord] = []
    /// The number of messages that were out of date and are skipped.
    public internal(set) var skipped = 0
    /// The number of messages that wait for the end of quiet hours.
    public internal(set) var postponed = 0
    /// The number of messages that wait because their session cannot take place.
    public internal(set) var blocked = 0

    /// The number of claimed messages.
    public var count: Int { messages.count + unreadable.count + skipped }

    /// Whether nothing was due.
    public var isEmpty: Bool { count + postponed + blocked == 0 }
}
