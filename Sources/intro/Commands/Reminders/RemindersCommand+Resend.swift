import ArgumentParser
import Booking
import BookingStore

extension RemindersCommand {
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
}

extension LedgerDesk.Target {
    /// Reads a message's number or a booking reference; eight signs are a reference, and `#` marks a number.
    ///
    /// - Parameter text: What was typed.
    /// - Throws: `InvalidInput` where it is neither.
    init(typed text: String) throws(InvalidInput) {
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
