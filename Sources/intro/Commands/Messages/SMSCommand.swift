import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Glibc
import Messaging
import Postgres
import Reminders

/// `intro sms`: processes incoming texts.
struct SMSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sms",
        abstract: "Process and list incoming texts.", discussion: "Example: intro sms list --open",
        subcommands: [Receive.self, Status.self, List.self, Done.self]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// `intro sms receive`.
    struct Receive: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "receive",
            abstract: "Process one incoming text.",
            discussion: """
                Reads the provider's request body from standard input, as JSON or as a form, with From, Body and \
                MessageSid. A text that is posted twice has the same MessageSid and is processed once. STOP and its \
                equivalents end all texts to that number, with one text that confirms it; START undoes this. CANCEL \
                does the same as STOP and asks the desk to call. \
                A sentence that may be an opt-out holds further texts to that number until `intro sms done`. C confirms \
                the session, R asks the desk to call. `intro sms list --open` lists texts that need attention.

                Example: intro sms receive < text.json
                """)

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let text = try InboundText(parsing: try StandardStreams.read(upTo: InboundText.maximumSize + 1))
            let database = try await intro.database()
            let region = try await intro.region(in: database)
            let sender =
                (try? PhoneNumber(text.number, region: region)).map { InboundSender.phone($0) } ?? .other(text.from)
            let receipt = try await intro.inboundSMS(database).receive(text, from: sender, now: intro.now)
            try intro.console.report(ReceivedTextRecord(receipt)) {
                let about = receipt.session.map { " (\($0))" } ?? ""
                let isUnclear = receipt.action == .optedOut && receipt.isOpen
                let call = isUnclear ? "; the client may have meant the session: call?" : ""
                let result = "\(receipt.action.text)\(about)\(call)."
                return receipt.isNew ? result : "This text was already processed: \(result)"
            }
        }
    }

    /// `intro sms list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List incoming texts, newest first.",
            discussion: "Example: intro sms list --open")

        @Flag(help: "Only texts that need attention.")
        var open = false

        @Option(parsing: .unconditional, help: ArgumentHelp("Maximum number of texts.", valueName: "n"))
        var limit = "200"

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let limit = try count(limit, field: "--limit", in: 1...1_000_000)
            let (texts, rest, clock) = try await intro.database().withConnection { [open] connection in
                let repository = InboundRepository(connection)
                let texts = try await repository.all(open: open, limit: limit)
                let rest = try await TruncatedList(shown: texts.count, limit: limit) {
                    try await repository.count(open: open, upTo: $0)
                }
                return (texts, rest, try await intro.displayClock(on: connection))
            }
            try intro.console.report(texts.map { InboundTextRecord($0) }, leavingOut: rest) {
                guard !texts.isEmpty else { return open ? "No texts need attention." : "No texts yet." }
                var table = Table(
                    [
                        .code("ID"), .exact("WHEN"), .init("FROM"), .init("NAME"), .init("TEXT"), .init("READ AS"),
                        .exact("SESSION"), .init("ANSWER"), .init("DONE"),
                    ])
                for text in texts {
                    table.append([
                        "\(text.id)", intro.console.times.text(text.receivedAt, on: clock), text.sender,
                        text.name ?? "",
                        text.words,
                        text.readAs, text.reference?.description ?? "", text.answered == "none" ? "" : text.answered,
                        text.doneAt == nil ? "" : text.doneBy ?? "yes",
                    ])
                }
                return table.text(on: intro.console)
            }
        }
    }

    /// `intro sms done`.
    struct Done: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "done", abstract: "Mark a text as done.",
            discussion: """
                A text that may be an opt-out holds further texts to its number; this releases them, or with --opt-out \
                stops them.

                Example: intro sms done 12 --opt-out
                """)

        @Argument(help: "The text's number, from `intro sms list`.")
        var text: String

        @Flag(help: "Also opt the sender out of texts.")
        var optOut = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        /// The JSON form of a text that was marked as done.
        private struct Record: Encodable {
            let id: Int64
            let done: Bool
        }

        func run(in intro: Intro) async throws {
            let id = try entryNumber(text, field: "the text", from: "intro sms list")
            try await intro.inboundTexts(intro.database()).finish(id, optingOut: optOut, now: intro.now)
            try intro.console.report(Record(id: id, done: true)) {
                optOut ? "Text \(id) is done: no more texts to its sender." : "Text \(id) is done."
            }
        }
    }
}

extension InboundTexts.Action {
    /// The result of an incoming text.
    fileprivate var text: String {
        switch self {
        case .optedOut: "Opted out: no more texts are sent to that number"
        case .optedIn: "Opted in: texts to that number are allowed again"
        case .helped: "Answered with contact details"
        case .confirmed: "Session confirmed"
        case .callRequested: "The client wants a call"
        case .optOutReview: "May be an opt-out: texts to that number wait until `intro sms done`"
        case .none: "Needs a reply: see `intro sms list --open`"
        }
    }
}

extension SMSCommand {
    /// `intro sms status`.
    struct Status: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Process one delivery status of a sent text.",
            discussion: """
                Reads the body of the provider's status callback from standard input, as JSON or as a form, with MessageSid, \
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
