/// A rate limit: a number of messages in a period, spread evenly.
public struct SendingRate: Hashable, Sendable {
    /// The time from one message to the next.
    public let interval: Duration

    /// Creates a rate; `nil` when the numbers are not positive.
    ///
    /// - Parameters:
    ///   - count: The number of messages, at least one.
    ///   - period: The period, greater than zero.
    public init?(_ count: Int, per period: Duration) {
        guard count > 0, period > .zero else { return nil }
        interval = period / count
    }

    /// Reads `10/s`, `90/min` or `1000/h`.
    ///
    /// - Parameter text: A whole number, a slash and a unit of time; `nil` for any other text.
    public init?(parsing text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count <= 9, let count = Int(parts[0]) else { return nil }
        switch parts[1] {
        case "s": self.init(count, per: .seconds(1))
        case "min": self.init(count, per: .seconds(60))
        case "h": self.init(count, per: .seconds(3600))
        default: return nil
        }
    }
}

/// The turns that were given out at a rate.
struct Turns<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    private var free: Instant?

    /// Takes the next turn.
    ///
    /// - Parameters:
    ///   - weight: For how many messages the turn counts.
    ///   - pace: How fast turns may follow each other.
    ///   - now: The present instant; time that nobody has used is not saved up.
    /// - Returns: When the turn is: now, or later.
    mutating func take(_ weight: Int = 1, at pace: SendingRate, now: Instant) -> Instant {
        let turn = max(now, free ?? now)
        free = turn.advanced(by: pace.interval * weight)
        return turn
    }
}
