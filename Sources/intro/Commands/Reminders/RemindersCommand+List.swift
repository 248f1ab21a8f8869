import ArgumentParser
import Booking
import BookingStore
import Postgres

extension RemindersCommand {
    /// `intro reminders list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List messages with status and reason.",
            discussion:
                "The reason of a queued message is what it waits for, or why it would be skipped now."
        )

        @Argument(help: ArgumentHelp("Only this session's messages.", valueName: "ref"))
        var reference: String?

        @Option(help: "Only this status: queued, attempting, sent, failed, unknown or skipped.")
        var status: LedgerStatus?

        @Option(
            parsing: .unconditional, help: ArgumentHelp("Maximum number of messages: the newest ones.", valueName: "n"))
        var limit = "1000"

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let reference = try reference.map { try Reference($0) }
            let status = status?.rawValue
            let limit = try count(limit, field: "--limit", in: 1...1_000_000)
            let (entries, rest) = try await intro.database().withConnection { [now = intro.now] connection in
                if let reference { _ = try await SessionRepository(connection).named(reference) }
                let ledger = LedgerRepository(connection)
                let entries = try await ledger.judgedEntries(
                    of: reference, status: status, limit: limit, now: now)
                let rest = try await ListRest(shown: entries.count, limit: limit) {
                    try await ledger.count(of: reference, status: status, upTo: $0)
                }
                return (entries, rest)
            }
            try intro.console.report(entries.map { LedgerRecord($0) }, leavingOut: rest) {
                guard !entries.isEmpty else { return "No messages." }
                var table = Table([
                    .init("REFERENCE"), .init("RULE"), .init("DUE"), .init("STATUS"), .init("WHY"), .init("TO"),
                ])
                for entry in entries {
                    table.append([
                        entry.about, entry.rule, entry.clock.text(entry.dueAt), entry.status,
                        entry.reasonText, entry.recipient ?? "",
                    ])
                }
                return table.text(colored: intro.console.isColored)
            }
        }
    }
}

extension LedgerEntry {
    /// What it is about, for people: the session's reference, or whose day.
    var about: String { reference?.description ?? trainer ?? "" }
}

/// What `--status` may name.
enum LedgerStatus: String, CaseIterable, ExpressibleByArgument {
    case queued, attempting, sent, failed, unknown, skipped
}
