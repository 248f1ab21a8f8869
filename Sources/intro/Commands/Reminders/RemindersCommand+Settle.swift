import ArgumentParser
import Booking
import BookingStore

extension RemindersCommand {
    /// `intro reminders settle`.
    struct Settle: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "settle",
            abstract: "Record the outcome of an unknown message.")

        /// What somebody has found out.
        enum Outcome: String, CaseIterable, ExpressibleByArgument {
            case sent, failed
        }

        @Argument(help: "A message number, or a reference for all its messages.")
        var message: String

        @Option(help: ArgumentHelp("The outcome: sent or failed. (default: sent)", valueName: "outcome"))
        var outcome: Outcome = .sent

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let target = try LedgerCorrections.Target(typed: message)
            let entries = try await intro.ledgerDesk(intro.database()).settle(target, arrived: outcome == .sent)
            try intro.report(entries, empty: "")
        }
    }
}
