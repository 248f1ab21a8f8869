import ArgumentParser
import Booking
import BookingStore
import Postgres
import Reminders

/// `intro suppression`: manages blocked addresses and numbers.
struct SuppressionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suppression",
        abstract: "List, block and unblock addresses and numbers.", discussion: "Example: intro suppression list",
        subcommands: [List.self, Add.self, Remove.self]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// `intro suppression list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List blocked addresses and numbers.",
            discussion: "Example: intro suppression list")

        @Argument(help: ArgumentHelp("One address or number.", valueName: "address"))
        var address: String?

        @Option(parsing: .unconditional, help: ArgumentHelp("Maximum number of entries.", valueName: "n"))
        var limit = "1000"

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let limit = try count(limit, field: "--limit", in: 1...1_000_000)
            let database = try await intro.database()
            let address: ClaimedMessage.Recipient? =
                if let address { try await intro.recipient(address, in: database) } else { nil }
            let (entries, rest, clock) = try await database.withConnection { connection in
                let repository = ConsentRepository(connection)
                let entries = try await repository.suppressions(of: address?.text, limit: limit)
                let rest = try await TruncatedList(shown: entries.count, limit: limit) {
                    try await repository.countSuppressions(of: address?.text, upTo: $0)
                }
                return (entries, rest, try await intro.displayClock(on: connection))
            }
            try intro.console.report(entries.map { SuppressionRecord($0) }, leavingOut: rest) {
                guard !entries.isEmpty else { return "Nothing is suppressed." }
                var table = Table([
                    .init("ADDRESS"), .init("BY"), .code("WHY"), .exact("SINCE"), .init("DETAIL"), .init("ADDED BY"),
                ])
                for entry in entries {
                    table.append([
                        entry.address, entry.channel.rawValue, entry.reason.rawValue,
                        intro.console.times.text(entry.at, on: clock), entry.detail ?? "", entry.actor,
                    ])
                }
                return table.text(on: intro.console)
            }
        }
    }

    /// `intro suppression add`.
    struct Add: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Block an address or number.",
            discussion: "Example: intro suppression add ana@example.com")

        @Argument(help: "An e-mail address or a phone number.")
        var address: String

        @Option(help: ArgumentHelp("opt_out, hard_bounce, complaint or manual.", valueName: "reason"))
        var reason = "manual"

        @Option(help: ArgumentHelp("Details, such as the reply of a server.", valueName: "text"))
        var detail: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let reason = try parseChoice(reason, field: "--reason", of: Suppression.Reason.allCases)
            let detail = try detail.map { try SingleLineText($0, field: "--detail").text }
            let database = try await intro.database()
            let address = try await intro.recipient(address, in: database)
            try await intro.consentEditor(database).suppress(address, because: reason, detail: detail, now: intro.now)
            try await intro.report(address, in: database, saying: "\(address.text) is blocked.")
        }
    }

    /// `intro suppression remove`.
    struct Remove: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Unblock an address or number.",
            discussion: "Example: intro suppression remove ana@example.com")

        @Argument(help: "An e-mail address or a phone number.")
        var address: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let database = try await intro.database()
            let address = try await intro.recipient(address, in: database)
            try await intro.consentEditor(database).lift(address)
            try await intro.report(address, in: database, saying: "\(address.text) is no longer blocked.")
        }
    }
}

extension Intro {
    /// Parses an e-mail address or a phone number.
    fileprivate func recipient(_ text: String, in database: Database) async throws -> ClaimedMessage.Recipient {
        guard !text.contains("@") else { return .email(try EmailAddress(text, field: "the address")) }
        return .phone(try PhoneNumber(text, region: try await region(in: database), field: "the number"))
    }

    fileprivate func report(_ address: ClaimedMessage.Recipient, in database: Database, saying words: String)
        async throws
    {
        let entries = try await database.withConnection {
            try await ConsentRepository($0).suppressions(of: address.text)
        }
        try console.report(entries.map { SuppressionRecord($0) }) { words }
    }
}
