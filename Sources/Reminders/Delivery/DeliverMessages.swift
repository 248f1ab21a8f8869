import Booking
public import BookingStore
public import Jobs
public import Logging
import Telemetry

extension DeliverMessages {
    /// Sends due messages, once for all jobs of a batch.
    ///
    /// - Parameters:
    ///   - jobs: The jobs.
    ///   - batch: The run that sends.
    ///   - notices: The problems that have been logged.
    ///   - logger: The log of results.
    /// - Returns: The outcome of each job: done; a retry at once if messages are left; for a drain, a retry after one
    ///   minute if a server is unreachable.
    /// - Throws: The errors of ``DeliveryRun/send(until:limit:)``; `CancellationError` if the task was cancelled, so
    ///   that another runner continues.
    public static func run(
        _ jobs: [BatchedJob<DeliverMessages>], with batch: DeliveryRun, notices: DeliveryNotices, logger: Logger
    ) async throws -> [JobOutcome] {
        let began = ContinuousClock.now
        let report = try await batch.send(until: nil, limit: nil)
        if report.hasFinalOutcomes {
            logger.info("a batch of messages was sent", metadata: report.logMetadata(duration: .now - began))
        }
        notices.log(report, templateProblems: batch.templates?.currentProblems)
        try Task.checkCancellation()
        if report.isCutShort { return jobs.map { _ in .snooze(.zero) } }
        // A job is enqueued each minute for the messages due by then. Retrying because of one channel would delay the
        // other.
        guard batch.mode != .continuous, let reason = report.unreachable.values.first else {
            return jobs.map { _ in .done }
        }
        return jobs.map { _ in .retry(after: ChannelBackoff.interval(after: 0), because: reason) }
    }
}

extension DeliveryRun.Report {
    /// Whether a message was sent, failed permanently, was skipped, or has an unknown delivery status.
    ///
    /// Postponed messages are logged by ``DeliveryNotices``, because a paused channel postpones them each minute.
    fileprivate var hasFinalOutcomes: Bool {
        counts.sent + counts.unknown + counts.skipped > 0 || failures.keys.contains { !$0.isPostponed }
    }

    /// Returns the counts for the log: by outcome, of sent messages by channel and rule, of failures by reason.
    fileprivate func logMetadata(duration: Duration) -> Logger.Metadata {
        let seconds = (duration / .milliseconds(1)).rounded() / 1000
        var metadata: Logger.Metadata = [
            "sent": .stringConvertible(counts.sent), "failed": .stringConvertible(counts.failed),
            "unknown": .stringConvertible(counts.unknown), "skipped": .stringConvertible(counts.skipped),
            "duration_seconds": .stringConvertible(seconds),
        ]
        for channel in Channel.allCases {
            metadata["sent_\(channel.rawValue)"] = .stringConvertible(sent[channel, default: 0])
        }
        if !sentByRule.isEmpty { metadata["rules"] = .dictionary(sentByRule.mapValues { .stringConvertible($0) }) }
        let reasons = failures.reduce(into: [:]) { $0[$1.key.reason.rawValue, default: 0] += $1.value }
        if !reasons.isEmpty { metadata["reasons"] = .dictionary(reasons.mapValues { .stringConvertible($0) }) }
        return metadata
    }
}

/// The log of delivery problems: each problem when it begins, once an hour, and when it ends.
public final class DeliveryNotices: Sendable {
    private let problems: ProblemLog
    private let advice: DeliveryAdvice

    /// Creates a log without known problems.
    ///
    /// - Parameters:
    ///   - logger: The log.
    ///   - advice: The advice that the log adds.
    ///   - clock: The clock that measures the duration of a problem.
    public init(
        logger: Logger, advice: DeliveryAdvice = .none,
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        problems = ProblemLog(logger: logger, clock: clock)
        self.advice = advice
    }

    /// Logs the problems that began or ended with a batch.
    ///
    /// - Parameters:
    ///   - report: The batch's result. A server's reply is logged only if it concerns every message: other replies may
    ///     contain the recipient.
    ///   - templateProblems: The current template problems; `nil` if they are unknown.
    public func log(_ report: DeliveryRun.Report, templateProblems: [String]? = nil) {
        for channel in Channel.allCases { log(report, channel) }
        logTemplates(templateProblems, changes: report.templateProblems)
        logHeld(report.held)
        logUnknown(report)
        for (failure, count) in report.failures.sorted(by: { $0.key.reason.rawValue < $1.key.reason.rawValue })
        where isReported(failure, report) {
            problems.occurs(
                "\(failure.channel.rawValue) \(failure.reason.rawValue)",
                "\(failure.isPostponed ? "messages were postponed" : advice.message("messages failed", on: .failed))",
                metadata: [
                    "channel": "\(failure.channel.rawValue)", "reason": "\(failure.reason.rawValue)",
                    "messages": .stringConvertible(count),
                ])
        }
        // A problem with retried messages has ended; the next failure is logged when it begins.
        for channel in report.sent.keys {
            for reason in [MessageReason.notSent, .rejectedForNow, .channelPaused]
            where !report.failures.keys.contains(where: { $0.channel == channel && $0.reason == reason }) {
                problems.ends(
                    "\(channel.rawValue) \(reason.rawValue)", "messages for \(channel.words) are no longer postponed")
            }
        }
    }

    /// Logs messages that may or may not have arrived: the server did not reply, or their sender crashed.
    private func logUnknown(_ report: DeliveryRun.Report) {
        if report.counts.unknown > 0 {
            problems.occurs(
                "unknown", "\(advice.message("messages have an unknown delivery status", on: .unknown))",
                metadata: ["messages": .stringConvertible(report.counts.unknown)])
        } else if report.counts.sent > 0 {
            problems.ends("unknown", "messages have a known delivery status again")
        }
    }

    private func logHeld(_ held: HeldMessages?) {
        if let held, held.reason == .held, held.count > 0 {
            problems.occurs(
                "held", "\(advice.message("messages are held after a restore of the database", on: .held))",
                metadata: ["messages": .stringConvertible(held.count)])
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

    /// Returns whether a failure is logged by itself: a server's failure is logged with its reason, and a blocked
    /// address needs no action.
    private func isReported(_ failure: DeliveryRun.Failure, _ report: DeliveryRun.Report) -> Bool {
        let channel = failure.channel
        let isServerFailure =
            report.unreachable[channel] != nil || report.refused[channel] != nil || report.deferred[channel] != nil
        return !(failure.isPostponed && isServerFailure) && !failure.isAddressBlocked
    }
}
