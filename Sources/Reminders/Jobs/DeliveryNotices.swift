import Booking
public import Logging
import Postgres

/// What a runner logs of messages that cannot be sent: each kind of failure when it begins, and again after an hour.
public final class DeliveryNotices: Sendable {
    private static let interval: Duration = .seconds(3600)

    private let logger: Logger
    /// When a kind of failure was last logged.
    private let logged = Guarded<[String: ContinuousClock.Instant]>([:])

    /// Starts with nothing logged.
    ///
    /// - Parameter logger: Where to log.
    public init(logger: Logger) {
        self.logger = logger
    }

    /// Logs what a batch met for the first time.
    ///
    /// - Parameter report: The batch's result. Of a server's replies, only those that are about every message are logged:
    ///   others may name the recipient.
    public func log(_ report: ReminderRun.Report) {
        // What could be sent again has ended; the next outage is logged when it begins.
        for channel in report.sent.keys { forget("\(channel.rawValue) server") }
        for problem in report.templateProblems {
            logger.error("a message template cannot be used; its messages wait", metadata: ["problem": "\(problem)"])
        }
        for (channel, reason) in report.unreachable.merging(report.deferred, uniquingKeysWith: { first, _ in first })
        where isDue("\(channel.rawValue) server") {
            logger.error(
                "the server for \(channel.words) is unavailable; messages stay queued",
                metadata: ["reason": "\(reason)"])
        }
        for (failure, count) in report.failures.sorted(by: { $0.key.reason < $1.key.reason })
        where isReported(failure, report) && isDue("\(failure.channel.rawValue) \(failure.reason)") {
            logger.warning(
                failure.isPutOff
                    ? "messages were put off" : "messages failed: see `intro reminders list --status failed`",
                metadata: [
                    "channel": "\(failure.channel.rawValue)", "reason": "\(failure.reason)", "messages": "\(count)",
                ])
        }
    }

    /// Whether a failure is worth a line: that of a server is logged with its reason, a blocked address needs no action.
    private func isReported(_ failure: ReminderRun.Failure, _ report: ReminderRun.Report) -> Bool {
        let isServers = report.unreachable[failure.channel] != nil || report.deferred[failure.channel] != nil
        return !(failure.isPutOff && isServers) && !failure.isAddressBlocked
    }

    private func isDue(_ kind: String) -> Bool {
        let now = ContinuousClock.now
        return logged.withLock { logged in
            if let last = logged[kind], now - last < Self.interval { return false }
            logged[kind] = now
            return true
        }
    }

    private func forget(_ kind: String) {
        logged.withLock { $0[kind] = nil }
    }
}
