import ArgumentParser
import Booking
import BookingStore
import Postgres
import Reminders

extension ClientCommand {
    /// `intro client add`.
    struct Add: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Add a client (e-mail, phone or both).",
            discussion: "Example: intro client add \"Ana Lima\" --email ana@example.com"
        )

        @Argument(help: "The client's name.")
        var name: String

        @OptionGroup var options: ClientOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws {
            guard options.email != nil || options.phone != nil else {
                throw ValidationError("a client needs an e-mail or a phone: give --email or --phone")
            }
        }

        func run(in intro: Intro) async throws {
            let name = try PersonName(name, field: "the name")
            let database = try await intro.database()
            var details = ClientDetails(name: name, email: nil, phone: nil)
            try options.apply(to: &details, region: try await intro.region(in: database))
            let client = try await intro.administration(database).add(details)
            try intro.console.report(ClientRecord(client)) {
                KeyValueTable(client).text(on: intro.console)
            }
            try await intro.noteSharedPhone(of: client, in: database)
        }
    }
}

extension Intro {
    /// Prints a note about other clients with the same phone, because they share one free session.
    ///
    /// - Parameters:
    ///   - client: The client that was added or edited.
    ///   - database: The database to query.
    /// - Throws: `PostgresError`.
    func noteSharedPhone(of client: Client, in database: Database) async throws {
        guard let phone = client.phone else { return }
        let sharing = try await database.withConnection { try await ClientRepository($0).matching(.phone(phone)) }
        let others = sharing.filter { $0.id != client.id }.map(\.nameAndNumber)
        guard !others.isEmpty else { return }
        let verb = others.count == 1 ? "has" : "have"
        console.note(
            "\(others.joined(separator: ", ")) \(verb) the same phone: there is one free session for all who share it")
    }
}

extension KeyValueTable {
    /// Returns the client as a table.
    init(_ client: Client) {
        self.init([
            "Client": "\(client.id.value)",
            "Name": client.name,
            "Email": client.email?.address,
            "Phone": client.phone?.display,
            "Time zone": client.timeZone,
            "Source": client.source,
            "Language": client.language?.rawValue,
            "Guardian": client.guardian,
        ])
    }
}

extension ClientCommand {
    /// `intro client edit`.
    struct Edit: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "edit",
            abstract: "Edit a client; other fields keep their values.",
            discussion: "Example: intro client edit ana@example.com --phone \"415 555 0100\""
        )

        @Argument(help: .client)
        var who: String

        @Option(help: ArgumentHelp("The client's name.", valueName: "name"))
        var name: String?

        @OptionGroup var options: ClientOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws {
            guard name != nil || !options.isEmpty else {
                throw ValidationError("give at least one option to change, such as --email ADDRESS")
            }
        }

        func run(in intro: Intro) async throws {
            let name = try name.map { try PersonName($0, field: "--name").text }
            let database = try await intro.database()
            let region = try await intro.region(in: database)
            let who = try await intro.clientIdentifier(who, isExact: true, in: database)
            let client = try await intro.administration(database).edit(client: who) { [options] details in
                details.name = name ?? details.name
                try options.apply(to: &details, region: region)
            }
            try intro.console.report(ClientRecord(client)) {
                KeyValueTable(client).text(on: intro.console)
            }
            if options.phone != nil { try await intro.noteSharedPhone(of: client, in: database) }
        }
    }
}

/// The options for a client's details, besides the name.
struct ClientOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The e-mail address, or `none`.", valueName: "address"))
    var email: String?

    @Option(help: ArgumentHelp("The phone number, or `none`.", valueName: "number"))
    var phone: String?

    @Option(help: ArgumentHelp("The client's time zone, if not the studio's.", valueName: "tz"))
    var timeZone: String?

    @Option(help: ArgumentHelp("How the client heard of the studio.", valueName: "text"))
    var source: String?

    @Option(help: ArgumentHelp("The language of messages: en, es, or `none` for English.", valueName: "language"))
    var language: String?

    @Option(help: ArgumentHelp("The parent or guardian of a minor, or `none`.", valueName: "text"))
    var guardian: String?

    /// Whether no option was given.
    var isEmpty: Bool {
        [email, phone, timeZone, source, language, guardian].allSatisfy { $0 == nil }
    }

    /// Applies the options to a client's details.
    ///
    /// - Parameters:
    ///   - details: The details.
    ///   - region: The default region of phone numbers without a country code.
    /// - Throws: `InvalidInput`, also when neither e-mail nor phone would remain.
    func apply(to details: inout ClientDetails, region: Region) throws {
        try change(&details.email, to: email) { try EmailAddress($0, field: "--email") }
        try change(&details.phone, to: phone) { try PhoneNumber($0, region: region, field: "--phone") }
        try change(&details.timeZone, to: timeZone) { try StudioClock(timeZone: $0, field: "--time-zone").identifier }
        try change(&details.language, to: language) { try Language($0, field: "--language") }
        try change(&details.source, to: source) { try SingleLineText($0, field: "--source").text }
        try change(&details.guardian, to: guardian) { try SingleLineText($0, field: "--guardian").text }
        guard details.email != nil || details.phone != nil else {
            throw InvalidInput(
                field: "a client", problem: "needs an e-mail or a phone", hint: "give --email or --phone")
        }
    }
}
