import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Jobs
import Postgres
import Reminders

/// `intro reminders`: what clients are told.
struct RemindersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reminders",
        abstract: "Send what is due, and see what was sent.",
        subcommands: [Send.self, List.self]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// `intro reminders send`.
    struct Send: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "send",
            abstract: "Send the messages that are due, each once.",
            discussion: """
                A message of which nobody knows whether it arrived is listed as unknown and never sent again by itself. \
                One that the server put off is tried again in the next batch.
                """)

        @Option(help: ArgumentHelp("Also what is due until then. (default: now)", valueName: "time"))
        var until: String?

        @Option(parsing: .unconditional, help: ArgumentHelp("How many messages at the most.", valueName: "n"))
        var limit: String?

        @Flag(help: "Only tell what would be sent.")
        var dryRun = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let limit = try limit.map { try count($0, field: "--limit", in: 0...1_000_000_000) }
            let database = try await intro.database()
            let until = try await self.until(intro)
            let batch = try intro.reminders(database)
            if dryRun {
                let tally = try await batch.rehearse(until: until, limit: limit)
                return try intro.console.report(TallyRecord(tally)) {
                    "\(tally.due) due, \(tally.skipped) of them would be skipped. Nothing was sent."
                }
            }
            // This batch does what the bookings before it have asked the runners for.
            if limit == nil {
                try await database.withConnection { try await JobQueue($0).withdraw(DeliverMessages.self) }
            }
            let report = try await Interruptible.run { try await batch.send(until: until, limit: limit) }
            try intro.console.report(TallyRecord(report.tally)) { summary(report) }
            if let reason = report.unreachable {
                throw Failure(
                    code: "mail_unreachable", message: "the mail server cannot be used", reason: reason.visible,
                    hint: "correct INTRO_MAIL_URL or start the server: what is due stays queued", exit: .unreachable)
            }
        }

        /// `--until` is read in the only studio's zone; where there are several, it needs an offset.
        private func until(_ intro: Intro) async throws -> Date? {
            guard let until else { return nil }
            if let instant = RFC3339.parse(until) { return instant }
            let studio = try await intro.setting(studio: nil, trainer: nil, in: intro.database()).studio
            return try typedPhrase(until, field: "--until", clock: studio.clock, now: intro.now).end(studio.clock)
        }

        private func summary(_ report: ReminderRun.Report) -> String {
            let tally = report.tally
            var lines = [
                "\(tally.due) due: \(tally.sent) sent, \(tally.failed) failed, \(tally.unknown) unknown, "
                    + "\(tally.skipped) skipped."
            ]
            if !report.orphans.isEmpty {
                let list = report.orphans.map(\.description).joined(separator: ", ")
                lines.append("Unknown since an earlier batch was cut off: \(list)")
            }
            return lines.joined(separator: "\n")
        }
    }

    /// `intro reminders list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List what was sent, waits, or was skipped, and why."
        )

        @Argument(help: ArgumentHelp("One session's messages.", valueName: "ref"))
        var reference: String?

        @Option(help: "Only those that are queued, attempting, sent, failed, unknown or skipped.")
        var status: LedgerStatus?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let reference = try reference.map { try Reference($0) }
            let status = status?.rawValue
            let entries = try await intro.database().withConnection { connection in
                if let reference { _ = try await SessionRepository(connection).named(reference) }
                return try await LedgerRepository(connection).entries(of: reference, status: status)
            }
            try intro.console.report(entries.map { LedgerRecord($0) }) {
                guard !entries.isEmpty else { return "There is no such message." }
                var table = Table([
                    .init("REFERENCE"), .init("RULE"), .init("DUE"), .init("STATUS"), .init("WHY"), .init("TO"),
                ])
                for entry in entries {
                    table.append([
                        entry.reference.description, entry.rule, entry.clock.text(entry.dueAt), entry.status,
                        entry.reason ?? "", entry.recipient ?? "",
                    ])
                }
                return table.text(colored: intro.console.isColored)
            }
        }
    }
}

/// What `--status` may name.
enum LedgerStatus: String, CaseIterable, ExpressibleByArgument {
    case queued, attempting, sent, failed, unknown, skipped
}
