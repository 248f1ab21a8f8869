public import BookingStore
public import Jobs
public import Logging

extension DeliverMessages {
    /// Sends what is due, once for all the jobs that ask for it.
    ///
    /// - Parameters:
    ///   - jobs: Those that ask.
    ///   - batch: How to send.
    ///   - logger: Where the result is told.
    /// - Returns: Done, for each; again at once where there is more; another try in a minute where a server cannot be used at all, and after its rest where it
    ///   asked for one.
    /// - Throws: What sending throws; `CancellationError` where it was cut short, so that another runner goes on.
    public static func run(
        _ jobs: [BatchedJob<DeliverMessages>], with batch: ReminderRun, logger: Logger
    ) async throws -> [JobOutcome] {
        let report = try await batch.send(until: nil, limit: nil)
        if report.tally.due > 0 {
            logger.info(
                "messages were sent",
                metadata: [
                    "sent": "\(report.tally.sent)", "failed": "\(report.tally.failed)",
                    "unknown": "\(report.tally.unknown)", "skipped": "\(report.tally.skipped)",
                ])
        }
        try Task.checkCancellation()
        if let reason = report.unreachable.values.first {
            return jobs.map { _ in .retry(after: .seconds(60), because: reason) }
        }
        if report.isCutShort { return jobs.map { _ in .snooze(.zero) } }
        // The server has asked to be left alone: that is no failure of ours.
        let rest = report.deferred.values.map { Rests.length(asked: $0) }.max()
        return jobs.map { _ in rest.map { .snooze($0) } ?? .done }
    }
}
