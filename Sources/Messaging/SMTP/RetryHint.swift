/// How long a server asks to wait before the next attempt, in the words of its 4yz reply.
///
/// No standard says how a reply tells a time, so only a number with its unit counts that follows a word such as
/// "again", "wait" or "greylisted": status codes, addresses, limits ("100 messages in 60 seconds") and ids are none.
public struct RetryHint: Hashable, Sendable {
    /// Nothing is tried again sooner than the first, and no server is granted more than the last.
    public static let bounds: ClosedRange<Duration> = .seconds(10) ... .seconds(4 * 3600)

    /// How long to wait, within `bounds`.
    public let wait: Duration

    /// Looks for a time to wait; `nil` where the server names none.
    ///
    /// - Parameter reply: The server's words, as a `DeliveryOutcome` holds them.
    public init?(reading reply: String) {
        guard let seconds = RetryPhrase(reply).seconds else { return nil }
        wait = min(max(.seconds(seconds), Self.bounds.lowerBound), Self.bounds.upperBound)
    }
}
