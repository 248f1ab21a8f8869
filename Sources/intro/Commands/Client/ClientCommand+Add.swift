import ArgumentParser
import Booking
import BookingStore
import Postgres

extension ClientCommand {
    /// `intro client add`.
    struct Add: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Add a client (e-mail, phone or both)."
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
            let client = try await intro.backOffice(database).add(details)
            try intro.console.report(ClientRecord(client)) {
                KeyValueTable(client).text(colored: intro.console.isColored)
            }
            try await intro.noteHousehold(of: client, in: database)
        }
    }
}

extension Intro {
    /// Points at other people with the same phone, since they all have one free session between them.
    ///
    /// - Parameters:
    ///   - client: Who was written down or changed.
    ///   - database: Where to look.
    /// - Throws: `PostgresError`.
    func noteHousehold(of client: Client, in database: Database) async throws {
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
    /// A person for people.
    init(_ client: Client) {
        self.init([
            "Client": "\(client.id.value)",
            "Name": client.name,
            "Email": client.email?.address,
            "Phone": client.phone?.display,
            "Time zone": client.timeZone,
            "Source": client.source,
            "Language": client.language?.rawValue,
        ])
    }
}
