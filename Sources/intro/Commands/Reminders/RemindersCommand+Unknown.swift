import ArgumentParser
import Booking
import BookingStore
import Postgres

extension RemindersCommand {
    /// `intro reminders unknown`.
    struct Unknown: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "unknown",
            abstract: "List the messages of which nobody knows whether they arrived.",
            discussion: "Ask the client, or look into the server's log; then `resend` or `settle` each.")

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let entries = try await intro.database().withConnection { connection in
                try await LedgerRepository(connection).entries(of: nil, status: "unknown")
            }
            try intro.report(entries, empty: "No message is unknown.")
        }
    }

    /// `intro reminders resend`.
    struct Resend: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "resend",
            abstract: "Send what is unknown or failed once more, unless it is no longer true.")

        @Argument(help: "The message's number, or a booking reference for all of that session.")
        var message: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let target = try LedgerDesk.Target(typed: message)
            let entries = try await intro.ledgerDesk(intro.database()).resend(target, now: intro.now)
            try intro.report(entries, empty: "")
        }
    }

    /// `intro reminders settle`.
    struct Settle: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "settle",
            abstract: "Write down what became of an unknown message; it is not sent again.")

        /// What somebody has found out.
        enum Outcome: String, CaseIterable, ExpressibleByArgument {
            case sent, failed
        }

        @Argument(help: "The message's number, or a booking reference for all of that session.")
        var message: String

        @Option(help: ArgumentHelp("Whether it arrived: sent or failed. (default: sent)", valueName: "outcome"))
        var outcome: Outcome = .sent

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let target = try LedgerDesk.Target(typed: message)
            let entries = try await intro.ledgerDesk(intro.database()).settle(target, arrived: outcome == .sent)
            try intro.report(entries, empty: "")
        }
    }
}

extension LedgerDesk.Target {
    /// Reads a message's number or a booking reference; eight signs are a reference, and `#` marks a number.
    fileprivate init(typed text: String) throws(InvalidInput) {
        if let reference = try? Reference(text) {
            self = .session(reference)
        } else if let id = Int64(text.hasPrefix("#") ? String(text.dropFirst()) : text), id > 0 {
            self = .message(id)
        } else {
            throw InvalidInput(
                field: "the message",
                problem: "\(quoted(text)) is neither a message's number nor a booking reference",
                hint: "take the number from `intro reminders unknown`")
        }
    }
}

extension Intro {
    /// Shows rows of the ledger with their numbers.
    fileprivate func report(_ entries: [LedgerEntry], empty: String) throws {
        try console.report(entries.map { LedgerRecord($0) }) {
            guard !entries.isEmpty else { return empty }
            var table = Table(
                ["MESSAGE", "ABOUT", "RULE", "TO", "TRIED", "STATUS", "WHY"].map { Table.Column($0) })
            for entry in entries {
                table.append([
                    entry.id.map { "\($0)" } ?? "", entry.about, entry.rule, entry.recipient ?? "",
                    entry.attemptedAt.map { entry.clock.text($0) } ?? "", entry.status, entry.reason ?? "",
                ])
            }
            return table.text(colored: console.isColored)
        }
    }
}
