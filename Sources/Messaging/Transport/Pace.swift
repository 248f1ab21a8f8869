/// How fast messages may go out: so many in so much time, evenly.
public struct Pace: Hashable, Sendable {
    /// The time from one message to the next.
    public let interval: Duration

    /// Sets the pace, or none when the numbers make no sense.
    ///
    /// - Parameters:
    ///   - count: How many messages, at least one.
    ///   - period: In how much time, more than none.
    public init?(_ count: Int, per period: Duration) {
        guard count > 0, period > .zero else { return nil }
        interval = period / count
    }

    /// Reads `10/s`, `90/min` or `1000/h`.
    ///
    /// - Parameter text: A whole number, a slash and a unit of time; anything else is no pace.
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

/// The turns that have been given out under a pace.
struct Turns<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    private var free: Instant?

    /// Takes the next turn.
    ///
    /// - Parameters:
    ///   - weight: For how many messages the turn counts.
    ///   - pace: How fast turns may follow each other.
    ///   - now: The present instant; time that nobody has used is not saved up.
    /// - Returns: When the turn is: now, or later.
    mutating func take(_ weight: Int = 1, at pace: Pace, now: Instant) -> Instant {
        let turn = max(now, free ?? now)
        free = turn.advanced(by: pace.interval * weight)
        return turn
    }
}
