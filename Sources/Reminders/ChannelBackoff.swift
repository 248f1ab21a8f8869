import BookingStore
import FoundationEssentials
import Messaging

/// How long a paused channel is left alone before one message is tried.
enum ChannelBackoff {
    private static let first: Duration = .seconds(60)
    private static let longest: Duration = .seconds(3600)

    /// The interval before the next trial: a minute, doubled by each trial that failed, up to an hour.
    ///
    /// - Parameter retries: How many trials have failed.
    /// - Returns: The interval.
    static func interval(after retries: Int) -> Duration {
        min(longest, first * (1 << min(max(retries, 0), 10)))
    }

    /// When a channel that has stopped is tried.
    ///
    /// - Parameters:
    ///   - stop: Why it has stopped. A server that asks for a time gets it, where that is longer.
    ///   - pause: The pause that was stored before; `nil` for a new one.
    ///   - now: The present instant.
    /// - Returns: The instant of the next trial.
    static func nextTrial(of stop: ChannelHealth.Stop, after pause: ChannelPause?, now: Date) -> Date {
        let asked = stop.code == .deferred ? RetryHint(reading: stop.reason)?.wait : nil
        let retries = pause.map { $0.retries + 1 } ?? 0
        return now + max(interval(after: retries), asked ?? .zero) / .seconds(1)
    }
}
