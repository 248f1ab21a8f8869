import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Jobs
import Postgres
import Reminders

extension RemindersCommand {
    /// `intro reminders send`.
    struct Send: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "send",
            abstract: "Send due messages, each once.",
            discussion: """
                A message with unknown delivery status is listed and not sent again automatically. A message that the server \
                postponed is tried again in the next batch. On a paused channel, one message is tried first.

                Exit codes: 65 messages failed permanently; 69 a server cannot be reached or refuses the sender; 75 \
                messages were postponed; 78 a template is broken, or messages are held after a restore.

                Example: intro reminders send --limit 100
                """)

        @OptionGroup var until: UntilOptions

        @Option(parsing: .unconditional, help: ArgumentHelp("Maximum number of messages.", valueName: "n"))
        var limit: String?

        @Flag(help: "Preview the batch; sends nothing.")
        var dryRun = false

        @Flag(help: "Send real messages even with --now.")
        var yes = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws { try until.check() }

        func run(in intro: Intro) async throws {
            let limit = try limit.map { try count($0, field: "--limit", in: 0...1_000_000_000) }
            let database = try await intro.database()
            let until = try await until.instant(in: intro)
            let batch = try intro.reminders(database, templates: try await intro.checkedTemplates(for: database))
            if dryRun {
                let forecast = try await Failure.describingPreview {
                    try await batch.forecastReport(until: until, limit: limit)
                }
                return try intro.console.report(DeliverySummaryRecord(forecast)) { forecastText(forecast) }
            }
            try SimulatedTime.confirm(yes, in: intro)
            // This batch delivers the messages of the enqueued delivery jobs, so those jobs are withdrawn.
            if limit == nil {
                try await database.withConnection { try await JobQueue($0).withdraw(DeliverMessages.self) }
            }
            let report = try await Interruptible.run { try await batch.send(until: until, limit: limit) }
            try intro.console.report(DeliverySummaryRecord(report)) { summary(report) }
            if report.unanswered > 0 {
                intro.console.note(
                    "note: \(counted(report.unanswered, "message")) may or may not have arrived, because the server did "
                        + "not reply: see `intro reminders unknown`")
            }
            if let failure = report.failure { throw failure }
        }

        private func forecastText(_ report: DeliveryRun.Report) -> String {
            let counts = report.counts
            let lines = ["\(counts.due) due, \(counts.skipped) of them would be skipped. Nothing was sent."]
            return (lines + waitingLines(report)).joined(separator: "\n")
        }

        /// Returns a line for each kind of messages that wait and are not part of the counts.
        private func waitingLines(_ report: DeliveryRun.Report) -> [String] {
            var lines: [String] = []
            if let held = report.held, held.count > 0 { lines.append(held.text) }
            if report.blocked > 0 {
                let waiting = report.blocked == 1 ? "1 message waits" : "\(report.blocked) messages wait"
                lines.append("\(waiting): the session cannot take place. See `intro agenda STUDIO --affected`.")
            }
            return lines
        }

        private func summary(_ report: DeliveryRun.Report) -> String {
            let counts = report.counts
            var lines = [
                "\(counts.due) due: \(counts.sent) sent, \(counts.failed - report.postponed) failed, "
                    + (report.postponed > 0 ? "\(report.postponed) postponed, " : "")
                    + "\(counts.unknown) unknown, \(counts.skipped) skipped."
            ]
            if !report.abandoned.isEmpty {
                let list = report.abandoned.map(\.description).joined(separator: ", ")
                lines.append("Unknown since an earlier batch was interrupted: \(list)")
            }
            if report.restored > 0 {
                lines.append(
                    "\(counted(report.restored, "message")) unknown: sent before the database was restored, "
                        + "according to the journal.")
            }
            lines += waitingLines(report)
            lines += report.deferred.sorted { $0.key.rawValue < $1.key.rawValue }.map { channel, reply in
                "The server for \(channel.words) accepts no messages for now: \(reply.visible)"
            }
            return lines.joined(separator: "\n")
        }
    }
}

extension DeliveryRun.Report {
    /// Returns the failure for messages that were not sent; `nil` when all due messages were sent.
    fileprivate var failure: Failure? {
        let held = held?.failure
        return held?.exit == .misconfigured ? held : unreachableFailure ?? partialFailure ?? held
    }

    /// Returns the failure for a transport that cannot be used.
    private var unreachableFailure: Failure? {
        if let reason = refused[.email] {
            return Failure(
                code: "mail_unreachable", message: "the mail server refuses this sender", reason: reason.visible,
                hint: "correct the cause: due messages stay queued, and one at a time is tried",
                exit: .unreachable)
        }
        if let reason = unreachable[.email] {
            return Failure(
                code: "mail_unreachable", message: "the mail server cannot be used", reason: reason.visible,
                hint: "correct INTRO_MAIL_URL or start the server: due messages stay queued", exit: .unreachable)
        }
        return (refused[.sms] ?? unreachable[.sms]).map { reason in
            Failure(
                code: "sms_unreachable", message: "texts cannot be sent", reason: reason.visible,
                hint: "correct INTRO_SMS_URL: due messages stay queued", exit: .unreachable)
        }
    }

    /// Returns the failure for postponed or rejected messages; `nil` when only blocked addresses were rejected.
    private var partialFailure: Failure? {
        let failures = failures.filter { !$0.key.isAddressBlocked }
        guard !failures.isEmpty else { return nil }
        let reasons = Dictionary(failures.map { ($0.key.reason.text, $0.value) }, uniquingKeysWith: +)
        let list = reasons.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        let replies = deferred.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value.visible)
        let isPostponed = failures.keys.contains(where: \.isPostponed)
        return Failure(
            code: isPostponed ? "messages_put_off" : "messages_failed",
            message: "\(counted(failures.values.reduce(0, +), "message")) could not be sent",
            reason: ([list] + replies).joined(separator: ": "),
            hint: isPostponed
                ? "send again later: postponed messages stay queued; see `intro reminders list`"
                : "see `intro reminders list --status failed`; `intro reminders resend` sends again",
            exit: isPostponed ? .tryAgain : .invalidInput)
    }
}
