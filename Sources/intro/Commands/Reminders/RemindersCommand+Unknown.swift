import ArgumentParser
import Booking
import BookingStore
import Postgres

extension RemindersCommand {
    /// `intro reminders unknown`.
    struct Unknown: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "unknown",
            abstract: "List messages with unknown delivery status.",
            discussion: "Ask the client or check the server's log, then `resend` or `settle` each.")

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let entries = try await intro.database().withConnection { connection in
                try await LedgerRepository(connection).entries(of: nil, status: "unknown", limit: .max)
            }
            try intro.report(entries, empty: "No message is unknown.")
        }
    }
}

extension Intro {
    /// Shows rows of the ledger with their numbers.
    ///
    /// - Parameters:
    ///   - entries: The rows.
    ///   - empty: What to say where there are none.
    /// - Throws: `OutputProblem`.
    func report(_ entries: [LedgerEntry], empty: String) throws {
        try console.report(entries.map { LedgerRecord($0) }) {
            entries.isEmpty ? empty : table(of: entries)
        }
    }

    /// Rows of the ledger with their numbers, as a table.
    ///
    /// - Parameter entries: The rows.
    /// - Returns: The table.
    func table(of entries: [LedgerEntry]) -> String {
        var table = Table(["MESSAGE", "ABOUT", "RULE", "TO", "TRIED", "STATUS", "WHY"].map { Table.Column($0) })
        for entry in entries {
            table.append([
                entry.id.map { "\($0)" } ?? "", entry.about, entry.rule, entry.recipient ?? "",
                entry.attemptedAt.map { entry.clock.text($0) } ?? "", entry.status, entry.reason ?? "",
            ])
        }
        return table.text(colored: console.isColored)
    }
}
