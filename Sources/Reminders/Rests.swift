import Booking
import Messaging
import Postgres

/// The channels whose servers asked to be left alone for a while, as long as this process lives.
final class Rests: Sendable {
    /// How long, where the server does not say.
    private static let usual: Duration = .seconds(300)
    /// How long a server that cannot be used at all is left alone, while the other channels go on.
    static let unreachable: Duration = .seconds(60)

    private let ends = Guarded<[Channel: ContinuousClock.Instant]>([:])
    /// The channels whose stored pause, if there is one, does not hold any more.
    private let outdated = Guarded(Set(Channel.allCases))

    /// How long a server asked to be left alone.
    static func length(asked reply: String) -> Duration {
        RetryHint(reading: reply)?.wait ?? usual
    }

    /// Leaves a channel alone for a while.
    func begin(_ channel: Channel, for length: Duration) {
        ends.withLock { $0[channel] = .now + length }
        outdated.withLock { _ = $0.insert(channel) }
    }

    /// The channels that are used again, or for the first time by this process; each is named once.
    func takeResumed() -> [Channel] {
        let used = Channel.allCases.filter { left(of: $0) == nil }
        return outdated.withLock { outdated in
            let resumed = used.filter { outdated.contains($0) }
            outdated.subtract(resumed)
            return resumed
        }
    }

    /// How long a channel is still to be left alone; `nil` where it may be used.
    func left(of channel: Channel) -> Duration? {
        ends.withLock { ends in
            guard let end = ends[channel], end > .now else { return nil }
            return end - .now
        }
    }
}
