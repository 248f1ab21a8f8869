import ArgumentParser
import Booking
import BookingStore
import Messaging
import Postgres
import Reminders

/// `intro mail`: processes mail to the sender's address.
struct MailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail",
        abstract: "Process bounces, complaints and calendar replies.", discussion: "Example: intro mail list --open",
        subcommands: [Bounce.self, List.self, Show.self, Done.self]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// `intro mail bounce`.
    struct Bounce: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "bounce",
            abstract: "Process bounces, complaints and calendar replies.",
            discussion: """
                Reads one mail as it arrived from standard input: a delivery report (RFC 3464, or in plain text), a complaint \
                (RFC 5965) or the answer to an invitation (RFC 5546). Let the mail server pipe all mail for the \
                sender's address into this command.

                A report is accepted only for the recipient of a sent message, found by its Message-ID. An address \
                that bounces permanently, or whose owner complains, is blocked; the bounced message becomes failed. An \
                accepted invitation confirms the session, a declined one asks the desk to call. Everything else is stored \
                for review: see `intro mail list --open`.

                Example: intro mail bounce < report.eml
                """)

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let octets = try StandardStreams.read(upTo: MailReport.maximumOctets)
            // A mail server treats it as a failure if it cannot write the whole mail.
            StandardStreams.skip(upTo: 1 << 30)
            guard octets.contains(where: { !$0.isWhitespace }) else { throw StandardStreams.nothingToRead }
            let mail = ReceivedMail(reading: octets)
            let receipt = try await intro.inboundMail(intro.database()).receive(
                InboundMail.Item(mail), now: intro.now)
            let record = BounceRecord(receipt)
            try intro.console.report(record) { record.text }
        }
    }

    /// `intro mail list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List received mail, newest first.",
            discussion: "Example: intro mail list --open")

        @Flag(help: "Only mail that needs review.")
        var open = false

        @Option(parsing: .unconditional, help: ArgumentHelp("Maximum number of mails.", valueName: "n"))
        var limit = "200"

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let limit = try count(limit, field: "--limit", in: 1...1_000_000)
            let (mails, rest, clock) = try await intro.database().withConnection { [open] connection in
                let repository = InboundMailRepository(connection)
                let mails = try await repository.all(open: open, limit: limit)
                let rest = try await TruncatedList(shown: mails.count, limit: limit) {
                    try await repository.count(open: open, upTo: $0)
                }
                return (mails, rest, try await intro.displayClock(on: connection))
            }
            try intro.console.report(mails.map { MailRecord($0) }, leavingOut: rest) {
                guard !mails.isEmpty else { return open ? "No mail to review." : "No mail." }
                var table = Table(
                    [
                        .code("ID"), .exact("WHEN"), .init("FROM"), .note("SUBJECT").optional(1), .code("READ AS"),
                        .code("REVIEW"),
                        .exact("SESSION"), .init("DONE"),
                    ])
                for mail in mails {
                    table.append([
                        "\(mail.id)", intro.console.times.text(mail.receivedAt, on: clock), mail.sender ?? "",
                        mail.subject ?? "",
                        mail.readAs, mail.review?.words ?? "", mail.reference?.description ?? "",
                        mail.doneAt == nil ? "" : mail.doneBy ?? "yes",
                    ])
                }
                return table.text(on: intro.console)
            }
        }
    }

    /// `intro mail show`.
    struct Show: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show a received mail.", discussion: "Example: intro mail show 12")

        @Argument(help: "The mail's number, from `intro mail list`.")
        var mail: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let id = try entryNumber(mail, field: "the mail", from: "intro mail list")
            let (entry, excerpt, clock) = try await intro.database().withConnection { connection in
                let mail = try await InboundMailRepository(connection).one(id)
                return (mail.entry, mail.excerpt, try await intro.displayClock(on: connection))
            }
            let times = intro.console.times
            let done = entry.doneAt.map { [times.text($0, on: clock), entry.doneBy ?? ""].filter { !$0.isEmpty } }
            try intro.console.report(MailExcerptRecord(entry, excerpt: excerpt)) {
                var keyValues = KeyValueTable([
                    "Mail": "\(entry.id)",
                    "Received": times.text(entry.receivedAt, on: clock),
                    "From": entry.sender,
                    "Subject": entry.subject,
                    "Read as": entry.readAs.isEmpty ? nil : entry.readAs,
                    "Review": entry.review?.words,
                    "Session": entry.reference?.description,
                    "Message": entry.rule,
                    "Server reply": entry.detail,
                    "Done": done?.joined(separator: ", "),
                ])
                let lines = excerpt?.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                keyValues.append("Mail text", lines ?? ["(not readable with this database login)"])
                return keyValues.text(on: intro.console)
            }
        }
    }

    /// `intro mail done`.
    struct Done: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "done", abstract: "Mark received mail as reviewed.",
            discussion: "Example: intro mail done 12 13")

        @Argument(help: "The mails' numbers, from `intro mail list`.")
        var mails: [String]

        @OptionGroup(title: "Global options") var global: GlobalOptions

        /// A mail that was reviewed.
        private struct Record: Encodable {
            let id: Int64
            let done: Bool
        }

        func run(in intro: Intro) async throws {
            let ids = try mails.map { try entryNumber($0, field: "the mail", from: "intro mail list") }
            try await intro.inboundMail(intro.database()).finish(ids, now: intro.now)
            try intro.console.report(ids.map { Record(id: $0, done: true) }) {
                "Reviewed: " + ids.map { "\($0)" }.joined(separator: ", ") + "."
            }
        }
    }
}

extension UInt8 {
    fileprivate var isWhitespace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
