/// A problem that lasts: worth a line in the log when it begins, once an hour while it lasts, and when it ends.
package struct LastingProblem: Sendable, Equatable {
    /// What there is to report.
    package enum News: Sendable, Equatable {
        /// It has begun.
        case began
        /// It has lasted so long.
        case lasts(Duration)
    }

    private static let interval: Duration = .seconds(3600)

    private var since: ContinuousClock.Instant?
    private var reported: ContinuousClock.Instant?

    /// No problem.
    package init() {}

    /// Takes note that the problem is there.
    ///
    /// - Parameter now: The present instant.
    /// - Returns: What to report; `nil` where it was reported less than an hour ago.
    package mutating func occurs(at now: ContinuousClock.Instant) -> News? {
        if let reported, now - reported < Self.interval { return nil }
        reported = now
        guard let since else {
            since = now
            return .began
        }
        return .lasts(now - since)
    }

    /// Takes note that the problem is not there.
    ///
    /// - Parameter now: The present instant.
    /// - Returns: How long it lasted; `nil` where there was none.
    package mutating func ends(at now: ContinuousClock.Instant) -> Duration? {
        defer { self = LastingProblem() }
        return since.map { now - $0 }
    }
}

extension Duration {
    /// The duration in words for a log, in the largest unit that it fills: `40 s`, `5 min`, `3 h`.
    package var rounded: String {
        let seconds = components.seconds
        return seconds < 120 ? "\(seconds) s" : seconds < 7200 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
    }
}
