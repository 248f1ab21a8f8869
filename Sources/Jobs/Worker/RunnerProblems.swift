import Locking
package import Logging
import Postgres
package import Telemetry

/// The log of a runner's problems; a database outage is one problem, whichever parts of the runner it affects.
///
/// The outage ends when each part that detected it has reached the database again.
package final class RunnerProblems: Sendable {
    private struct State {
        /// The parts that cannot reach the database.
        var parts: Set<String> = []
        var outage = LastingProblem()
        /// The end of the last outage.
        var ended: ContinuousClock.Instant?
    }

    /// The problems with other causes.
    package let others: ProblemLog
    private let logger: Logger
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let state = Guarded(State())

    /// Creates a log without current problems.
    ///
    /// - Parameters:
    ///   - logger: The logger to write to.
    ///   - clock: The clock that measures the duration of a problem.
    package init(logger: Logger, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        others = ProblemLog(logger: logger, clock: clock)
        self.logger = logger
        self.clock = clock
    }

    /// Logs that a part of the runner fails: as part of the outage where the database is the cause, otherwise
    /// separately.
    ///
    /// - Parameters:
    ///   - part: The part's name.
    ///   - message: The consequence.
    ///   - error: The cause.
    ///   - began: The start of the failed operation. An outage that ended after that is not reported again.
    ///   - metadata: Details without personal data.
    package func occurs(
        _ part: String, _ message: @autoclosure () -> Logger.Message, error: any Error,
        began: ContinuousClock.Instant, metadata: Logger.Metadata = [:]
    ) {
        let details = metadata.merging(["error": "\(error)"]) { $1 }
        guard let outage = error as? PostgresError, outage.isOutage else {
            end(part)
            return others.occurs(part, message(), metadata: details)
        }
        logger.debug(message(), metadata: details)
        let now = clock()
        let event = state.withLock { state -> LastingProblem.Event? in
            if state.parts.isEmpty, let ended = state.ended, began < ended { return nil }
            state.parts.insert(part)
            return state.outage.occurs(at: now)
        }
        guard let event else { return }
        var metadata: Logger.Metadata = ["error": "\(error)"]
        if case .lasts(let duration) = event { metadata["lasts"] = "\(duration.rounded)" }
        logger.warning(
            outage.isRefusedConnection
                ? "the database refuses connections; trying again" : "the database does not answer; trying again",
            metadata: metadata)
    }

    /// Logs that a part of the runner works again, if it failed before.
    ///
    /// - Parameters:
    ///   - part: The part's name.
    ///   - message: The recovery message, where the cause was not an outage.
    package func ends(_ part: String, _ message: @autoclosure () -> Logger.Message) {
        end(part)
        others.ends(part, message())
    }

    /// Records that a part has reached the database.
    private func end(_ part: String) {
        let now = clock()
        let duration = state.withLock { state -> Duration? in
            guard state.parts.remove(part) != nil, state.parts.isEmpty else { return nil }
            state.ended = now
            return state.outage.ends(at: now)
        }
        guard let duration else { return }
        logger.notice("the database answers again", metadata: ["lasted": "\(duration.rounded)"])
    }
}
