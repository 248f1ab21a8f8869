/// The number of messages that a worker claims at once.
///
/// Messages that are claimed when a sender crashes stay unknown. A batch is therefore no larger than what is sent in about
/// fifty milliseconds: one message with a slow server, dozens with a fast one. Smaller batches would cost a fifth more of
/// the database's time with a fast server, because each batch is claimed and recorded by itself.
struct BatchSize {
    private static let largest = 64
    private static let reach: Duration = .milliseconds(50)

    private(set) var messages = 1

    /// Adapts the size to the time that a batch took.
    mutating func adapt(to duration: Duration) {
        messages = duration < Self.reach ? min(messages * 2, Self.largest) : max(messages / 2, 1)
    }
}
