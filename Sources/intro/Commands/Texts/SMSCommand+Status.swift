import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Messaging
import Reminders

extension SMSCommand {
    /// `intro sms status`.
    struct Status: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Process one delivery status of a sent text.",
            discussion: """
                Reads what the provider posts to its status callback from standard input, as JSON or as a form: MessageSid, \
                MessageStatus and ErrorCode. Records whether the text arrived; a number that cannot receive texts, or \
                has opted out at the provider, is blocked. Statuses may arrive in any order. The status of a text \
                that is not known yet is kept for a week.

                Example: intro sms status < status.json
                """)

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let status = try TextStatusReport(parsing: try StandardStreams.read(upTo: InboundText.maximumSize + 1))
            let database = try await intro.database()
            let recipient = status.to.flatMap { try? PhoneNumber(e164: $0) }
            let report = TextStatuses.Report(status, to: recipient)
            let receipt = try await intro.textStatuses(database).receive(report, now: intro.now)
            let record = TextStatusRecord(status, report, receipt)
            try intro.console.report(record) { record.text }
        }
    }
}
