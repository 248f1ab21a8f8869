public import BookingStore
public import Jobs
public import Logging

extension DeliverMessages {
    /// Sends what is due, once for all the jobs that ask for it.
    ///
    /// - Parameters:
    ///   - jobs: Those that ask.
    ///   - batch: How to send.
    ///   - notices: Which failures have been logged already.
    ///   - logger: Where the result is told.
    /// - Returns: Done, for each; again at once where there is more; for a drain, another try in a minute where a server cannot
    ///   be reached.
    /// - Throws: What sending throws; `CancellationError` where it was cut short, so that another runner goes on.
    public static func run(
        _ jobs: [BatchedJob<DeliverMessages>], with batch: DeliveryRun, notices: DeliveryNotices, logger: Logger
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
        notices.log(report, templateProblems: batch.templates?.currentProblems)
        try Task.checkCancellation()
        if report.isCutShort { return jobs.map { _ in .snooze(.zero) } }
        // Each minute asks for what is due by then. A job that waited for one channel would hold up the other.
        guard batch.patience != .asLongAsNeeded, let reason = report.unreachable.values.first else {
            return jobs.map { _ in .done }
        }
        return jobs.map { _ in .retry(after: ChannelBackoff.interval(after: 0), because: reason) }
    }
}
