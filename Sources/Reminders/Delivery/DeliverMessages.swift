import Booking
public import BookingStore
public import Jobs
public import Logging
import Telemetry

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
        guard batch.mode != .continuous, let reason = report.unreachable.values.first else {
            return jobs.map { _ in .done }
        }
        return jobs.map { _ in .retry(after: ChannelBackoff.interval(after: 0), because: reason) }
    }
}

/// What a runner logs of messages that cannot be sent: each problem when it begins, once an hour, and when it ends.
public final class DeliveryNotices: Sendable {
    private let problems: ProblemLog

    /// Starts with nothing logged.
    ///
    /// - Parameters:
    ///   - logger: Where to log.
    ///   - clock: What tells how long a problem lasts.
    public init(logger: Logger, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        problems = ProblemLog(logger: logger, clock: clock)
    }

    /// Logs what has begun and ended with a batch.
    ///
    /// - Parameters:
    ///   - report: The batch's result. Of a server's replies, only those that are about every message are logged: others
    ///     may name the recipient.
    ///   - templateProblems: What is wrong with templates now; `nil` where that is not known.
    public func log(_ report: DeliveryRun.Report, templateProblems: [String]? = nil) {
        for channel in Channel.allCases { log(report, channel) }
        logTemplates(templateProblems, changes: report.templateProblems)
        logHeld(report.held)
        for (failure, count) in report.failures.sorted(by: { $0.key.reason < $1.key.reason })
        where isReported(failure, report) {
            problems.occurs(
                "\(failure.channel.rawValue) \(failure.reason)",
                failure.isPostponed
                    ? "messages were put off" : "messages failed: see `intro reminders list --status failed`",
                metadata: [
                    "channel": "\(failure.channel.rawValue)", "reason": "\(failure.reason)", "messages": "\(count)",
                ])
        }
        // What could be sent again has ended; the next failure is logged when it begins.
        for channel in report.sent.keys {
            for reason in ["not_sent", "rejected_for_now", "channel_paused"]
            where !report.failures.keys.contains(where: { $0.channel == channel && $0.reason == reason }) {
                problems.ends("\(channel.rawValue) \(reason)", "messages for \(channel.words) are no longer put off")
            }
        }
    }

    private func logHeld(_ held: HeldMessages?) {
        if let held, held.reason == .held, held.count > 0 {
            problems.occurs(
                "held", "messages are held after a restore of the database: see `intro reminders hold --help`",
                metadata: ["messages": "\(held.count)"])
        } else {
            problems.ends("held", "messages are no longer held after a restore of the database")
        }
    }

    private func log(_ report: DeliveryRun.Report, _ channel: Channel) {
        let problem = "\(channel.rawValue) server"
        let reason =
            report.unreachable[channel] ?? report.refused[channel] ?? report.deferred[channel]
            ?? report.paused[channel]?.reason
        if let reason {
            problems.occurs(
                problem,
                report.refused[channel] == nil && report.paused[channel]?.code != .refused
                    ? "the server for \(channel.words) is unavailable; messages stay queued"
                    : "the server for \(channel.words) refuses this sender; messages stay queued",
                metadata: ["reason": "\(reason)"])
        } else if report.sent[channel] != nil {
            problems.ends(
                problem, "the server for \(channel.words) accepts messages again", after: report.resumed[channel])
        }
    }

    private func logTemplates(_ current: [String]?, changes: [String]) {
        for problem in current ?? changes {
            problems.occurs(
                "template \(problem)", level: .error, "a message template cannot be used; its messages wait",
                metadata: ["problem": "\(problem)"])
        }
        guard let current else { return }
        problems.endOthers("template ", than: current, "a message template can be used again")
    }

    /// Whether a failure is worth a line: that of a server is logged with its reason, a blocked address needs no action.
    private func isReported(_ failure: DeliveryRun.Failure, _ report: DeliveryRun.Report) -> Bool {
        let channel = failure.channel
        let isServers =
            report.unreachable[channel] != nil || report.refused[channel] != nil || report.deferred[channel] != nil
        return !(failure.isPostponed && isServers) && !failure.isAddressBlocked
    }
}
