import Locking
package import Logging

/// A log of lasting problems, identified by name: each is logged when it begins, hourly while it lasts, and when it
/// ends.
package final class ProblemLog: Sendable {
    private let logger: Logger
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let problems = Guarded<[String: LastingProblem]>([:])

    /// Creates a log without current problems.
    ///
    /// - Parameters:
    ///   - logger: The logger to write to.
    ///   - clock: The clock that measures the duration of a problem.
    package init(logger: Logger, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.logger = logger
        self.clock = clock
    }

    /// Logs that a problem exists, unless that was logged less than an hour ago.
    ///
    /// - Parameters:
    ///   - problem: The problem's name.
    ///   - level: The severity.
    ///   - message: The description of the problem.
    ///   - metadata: Details, without personal data.
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

    /// Logs that a problem has ended, if it existed.
    ///
    /// - Parameters:
    ///   - problem: The problem's name.
    ///   - message: The recovery message.
    ///   - known: The duration of the problem in another process that detected it; `nil` where none did.
    package func ends(_ problem: String, _ message: @autoclosure () -> Logger.Message, after known: Duration? = nil) {
        let now = clock()
        guard let duration = problems.withLock({ $0[problem]?.ends(at: now) }) ?? known else { return }
        logger.notice(message(), metadata: ["lasted": "\(max(duration, known ?? .zero).rounded)"])
    }

    /// Logs the end of the problems whose name has a prefix and which no longer exist.
    ///
    /// - Parameters:
    ///   - prefix: The prefix of the names.
    ///   - current: The rest of the names of the problems that still exist.
    ///   - message: The recovery message.
    package func endOthers(_ prefix: String, than current: [String], _ message: Logger.Message) {
        let currentProblems = Set(current.map { prefix + $0 })
        let ended = problems.withLock { $0.keys.filter { $0.hasPrefix(prefix) && !currentProblems.contains($0) } }
        for problem in ended.sorted() {
            ends(problem, message)
            problems.withLock { $0[problem] = nil }
        }
    }
}

/// A lasting problem, which is reported when it begins, hourly while it lasts, and when it ends.
package struct LastingProblem: Sendable, Equatable {
    /// An event to report.
    package enum Event: Sendable, Equatable {
        /// The problem has begun.
        case began
        /// The problem has lasted for a duration.
        case lasts(Duration)
    }

    private static let interval: Duration = .seconds(3600)

    private var since: ContinuousClock.Instant?
    private var reported: ContinuousClock.Instant?

    /// Creates the state without a problem.
    package init() {}

    /// Records that the problem exists.
    ///
    /// - Parameter now: The current time.
    /// - Returns: The event to report; `nil` where the problem was reported less than an hour ago.
    package mutating func occurs(at now: ContinuousClock.Instant) -> Event? {
        if let reported, now - reported < Self.interval { return nil }
        reported = now
        guard let since else {
            since = now
            return .began
        }
        return .lasts(now - since)
    }

    /// Records that the problem does not exist.
    ///
    /// - Parameter now: The current time.
    /// - Returns: The duration of the problem; `nil` where there was none.
    package mutating func ends(at now: ContinuousClock.Instant) -> Duration? {
        defer { self = LastingProblem() }
        return since.map { now - $0 }
    }
}

extension Duration {
    /// The duration as text for a log, in the largest suitable unit: `40 s`, `5 min`, `3 h`.
    package var rounded: String {
        let seconds = components.seconds
        return seconds < 120 ? "\(seconds) s" : seconds < 7200 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
    }
}
