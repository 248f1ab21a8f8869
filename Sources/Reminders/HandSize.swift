/// How many messages a courier takes up at once.
///
/// What is in hand when a sender dies is unknown for ever. A hand is therefore no larger than what goes out in about
/// fifty milliseconds: one message with a slow server, dozens with a fast one. Smaller hands would cost a fast server's
/// couriers a fifth more of the database, which takes up and writes down each hand by itself.
struct HandSize {
    private static let largest = 64
    private static let reach: Duration = .milliseconds(50)

    private(set) var messages = 1

    /// Learns how long a hand took to carry.
    mutating func adapt(to duration: Duration) {
        messages = duration < Self.reach ? min(messages * 2, Self.largest) : max(messages / 2, 1)
    }
}
