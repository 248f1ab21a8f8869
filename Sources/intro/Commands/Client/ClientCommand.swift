import ArgumentParser
import Booking
import BookingStore
import Postgres
import Reminders

/// `intro client`: manages clients.
struct ClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client",
        abstract: "Add, find and edit clients.", discussion: "Example: intro client list --search lima",
        subcommands: [
            Add.self, List.self, Show.self, Edit.self, Note.self, OptOut.self, OptIn.self, Export.self, Forget.self,
        ]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions
}

extension ClientCommand {
    /// `intro client list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List or search clients, newest first.", discussion: "Example: intro client list --search lima"
        )

        @Option(help: ArgumentHelp("Parts of a name, e-mail or phone; 4 digits match its end.", valueName: "text"))
        var search: String?

        @Option(parsing: .unconditional, help: ArgumentHelp("Maximum number of clients.", valueName: "n"))
        var limit = "200"

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let limit = try count(limit, field: "--limit", in: 1...1_000_000)
            let database = try await intro.database()
            var filter: ClientSearch?
            if let search {
                let region = try await intro.region(in: database)
                filter = ClientSearch(search, region: region, typingErrors: .inShortWords)
            }
            let (clients, total) = try await database.withConnection { [filter] connection in
                let repository = ClientRepository(connection)
                let found = try await repository.all(matching: filter, limit: limit + 1)
                guard found.count > limit else { return (found, found.count) }
                let all = try await repository.all(matching: filter, limit: limit + TruncatedList.countLimit + 1)
                return (Array(found.prefix(limit)), all.count)
            }
            let rest =
                total > clients.count
                ? TruncatedList(shown: clients.count, total: total, narrowing: "--search TEXT") : nil
            try intro.console.report(clients.map { ClientRecord($0) }, leavingOut: rest) {
                clients.isEmpty ? emptyListMessage : Self.table(clients).text(on: intro.console)
            }
        }

        private var emptyListMessage: String {
            search == nil
                ? "No clients yet: add one with `intro client add`."
                : "No client found with that name, e-mail or phone."
        }

        private static func table(_ clients: some Sequence<Client>) -> Table {
            Table(
                [.init("CLIENT", .right)] + [.init("NAME"), .init("EMAIL"), .exact("PHONE"), .init("SOURCE")],
                rows: clients.map { client in
                    [
                        "\(client.id.value)", client.name, client.email?.address ?? "", client.phone?.display ?? "",
                        client.source ?? "",
                    ]
                })
        }
    }
}

extension ClientCommand {
    /// `intro client show`.
    struct Show: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show a client and whether they may book.",
            discussion: "Example: intro client show ana@example.com"
        )

        @Argument(help: .client)
        var who: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let database = try await intro.database()
            let who = try await intro.clientIdentifier(who, in: database)
            let (client, sessions, refusal, consents, suppressions, notes, clock) =
                try await database.withConnection { connection in
                    let client = try await ClientRepository(connection).one(who)
                    let repository = SessionRepository(connection)
                    let consentRepository = ConsentRepository(connection)
                    var suppressions: [Suppression] = []
                    for address in client.addresses {
                        suppressions += try await consentRepository.suppressions(of: address.text)
                    }
                    return (
                        client, try await repository.all(for: client.id),
                        try await intro.eligibilityRefusal(of: client, on: connection),
                        try await consentRepository.consents(of: client.id), suppressions,
                        try await ClientNoteRepository(connection).notes(about: client.id),
                        try await intro.displayClock(on: connection)
                    )
                }
            var record = ClientRecord(client)
            record.notes = notes.map { NoteRecord($0) }
            record.sessions = sessions.map { SessionRecord($0) }
            record.mayBook = refusal == nil
            record.consents = consents.map { ConsentRecord($0) }
            record.suppressions = suppressions.map { SuppressionRecord($0) }
            record.refusal = refusal.map { ClientRecord.Refused($0) }
            try intro.console.report(record) {
                var keyValues = KeyValueTable(client)
                keyValues.append(
                    "May book", [refusal.map { "no: \($0.reason.text(in: intro.console.times))" } ?? "yes"])
                keyValues.append("Notes", lines(of: notes, on: clock, intro.console.times))
                // Default values are not shown.
                keyValues.append(
                    consents.filter { !$0.isGranted }, suppressions,
                    in: DisplayTimes(format: intro.console.times, clock: clock))
                return Self.text(keyValues, sessions, on: intro.console)
            }
        }

        private static func text(_ keyValues: KeyValueTable, _ sessions: [Session], on console: Console) -> String {
            guard !sessions.isEmpty else { return keyValues.text(on: console) }
            let table = Table(
                [.exact("SESSION"), .exact("START"), .init("TRAINER"), .init("STUDIO"), .code("STATUS")],
                rows: sessions.map { session in
                    [
                        session.reference.description, console.start(of: session), session.trainer.name,
                        session.studio.name, session.status.words,
                    ]
                })
            return keyValues.text(on: console) + "\n\n" + table.text(on: console)
        }
    }
}

/// The JSON form of a client.
struct ClientRecord: Encodable, Sendable, Equatable {
    /// The rule that prevents a client from booking a free session.
    struct Refused: Encodable, Equatable {
        let code: String
        let message: String
        let hint: String
    }

    let id: Int64
    let name: String
    @NullWhenNil var email: String?
    @NullWhenNil var phone: String?
    @NullWhenNil var timeZone: String?
    @NullWhenNil var source: String?
    @NullWhenNil var language: String?
    @NullWhenNil var guardian: String?
    /// The notes; only for `client show` and `client note`.
    var notes: [NoteRecord]?
    /// The sessions, including cancelled ones; only for `client show`.
    var sessions: [SessionRecord]?
    /// Whether the client may book a free session; only for `client show`.
    var mayBook: Bool?
    /// The reason why the client may not book; only for `client show`.
    var refusal: Refused?
    /// The communication preferences; only for `client show`.
    var consents: [ConsentRecord]?
    /// The blocked addresses of the client; only for `client show`.
    var suppressions: [SuppressionRecord]?

    init(_ client: Client) {
        id = client.id.value
        name = client.name
        email = client.email?.address
        phone = client.phone?.e164
        timeZone = client.timeZone
        source = client.source
        language = client.language?.rawValue
        guardian = client.guardian
    }
}

extension ClientRecord.Refused {
    init(_ refusal: Refusal) {
        self.init(code: refusal.rule.rawValue, message: refusal.message, hint: refusal.hint)
    }
}
