package import Logging

/// Logs problems that last, each told apart by a name: when it begins, once an hour while it lasts, and when it ends.
package final class ProblemLog: Sendable {
    private let logger: Logger
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let problems = Guarded<[String: LastingProblem]>([:])

    /// Starts without problems.
    ///
    /// - Parameters:
    ///   - logger: Where to log.
    ///   - clock: What tells how long a problem lasts.
    package init(logger: Logger, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.logger = logger
        self.clock = clock
    }

    /// Logs that a problem is there, unless that was logged less than an hour ago.
    ///
    /// - Parameters:
    ///   - problem: The problem's name.
    ///   - level: How bad it is.
    ///   - message: What the problem is.
    ///   - metadata: What is known of it; no person's data.
    package func occurs(
        _ problem: String, level: Logger.Level = .warning, _ message: @autoclosure () -> Logger.Message,
        metadata: @autoclosure () -> Logger.Metadata = [:]
    ) {
        let now = clock()
        guard let event = problems.withLock({ $0[problem, default: LastingProblem()].occurs(at: now) }) else { return }
        var details = metadata()
        if case .lasts(let duration) = event { details["lasts"] = "\(duration.rounded)" }
        logger.log(level: level, message(), metadata: details)
    }

    /// Logs that a problem has ended, where there was one.
    ///
    /// - Parameters:
    ///   - problem: The problem's name.
    ///   - message: What works again.
    ///   - known: How long the problem lasted, where another process met it; `nil` where none did.
    package func ends(_ problem: String, _ message: @autoclosure () -> Logger.Message, after known: Duration? = nil) {
        let now = clock()
        guard let duration = problems.withLock({ $0[problem]?.ends(at: now) }) ?? known else { return }
        logger.notice(message(), metadata: ["lasted": "\(max(duration, known ?? .zero).rounded)"])
    }

    /// Logs the end of the problems whose name begins alike and that are not there any more.
    ///
    /// - Parameters:
    ///   - prefix: How their names begin.
    ///   - current: The rest of the names of those that are still there.
    ///   - message: What works again.
    package func endOthers(_ prefix: String, than current: [String], _ message: Logger.Message) {
        let kept = Set(current.map { prefix + $0 })
        let ended = problems.withLock { $0.keys.filter { $0.hasPrefix(prefix) && !kept.contains($0) } }
        for problem in ended.sorted() {
            ends(problem, message)
            problems.withLock { $0[problem] = nil }
        }
    }
}

/// A problem that lasts: worth a line in the log when it begins, once an hour while it lasts, and when it ends.
package struct LastingProblem: Sendable, Equatable {
    /// What there is to report.
    package enum Event: Sendable, Equatable {
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
    package mutating func occurs(at now: ContinuousClock.Instant) -> Event? {
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
