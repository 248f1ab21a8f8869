public import FoundationEssentials

/// When to try a message again that was refused for now.
public enum RetryDelay {
    /// The wait after each attempt; the last repeats.
    private static let waits: [Duration] = [2, 5, 15, 30, 60].map { .seconds($0 * 60) }
    /// Jitter makes a wait longer by up to a quarter, so that messages refused together do not come back together.
    private static let spread = 0.25

    /// The instant of the next attempt: after what the server asks for, else after 2, 5, 15, 30 and then 60 minutes.
    ///
    /// Never sooner than asked, even with the least jitter: who comes back early to a greylist begins anew.
    ///
    /// - Parameters:
    ///   - attempt: How many attempts were made, from 1.
    ///   - hint: What the server asked for.
    ///   - jitter: A random number from 0 to 1.
    ///   - now: The instant of the refusal.
    ///   - deadline: The instant after which the message must not go out, when there is one.
    /// - Returns: `nil` when the next attempt would come after the deadline, so that there is none.
    public static func nextAttempt(
        after attempt: Int, hint: RetryHint? = nil, jitter: Double, now: Date, deadline: Date?
    ) -> Date? {
        let wait = hint?.wait ?? waits[min(max(attempt, 1), waits.count) - 1]
        let stretched = wait * (1 + spread * min(max(jitter, 0), 1))
        let next = now + stretched.timeInterval
        return deadline.map { next <= $0 } ?? true ? next : nil
    }
}

extension Duration {
    fileprivate var timeInterval: TimeInterval { self / .seconds(1) }
}
