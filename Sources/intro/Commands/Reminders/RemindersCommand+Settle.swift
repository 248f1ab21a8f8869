import ArgumentParser
import Booking
import BookingStore

extension RemindersCommand {
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
