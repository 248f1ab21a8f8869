import ArgumentParser
import Booking
import BookingStore
import Postgres

extension ClientCommand {
    /// `intro client list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List or search clients, newest first."
        )

        @Option(help: ArgumentHelp("Parts of a name, e-mail or phone; 4 digits match its end.", valueName: "text"))
        var search: String?

        @Option(parsing: .unconditional, help: ArgumentHelp("Maximum number of clients.", valueName: "n"))
        var limit = "200"

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let limit = try count(limit, field: "--limit", in: 1...1_000_000)
            let database = try await intro.database()
            var wanted: ClientSearch?
            if let search { wanted = ClientSearch(search, region: try await intro.region(in: database)) }
            let (clients, total) = try await database.withConnection { [wanted] connection in
                let repository = ClientRepository(connection)
                let found = try await repository.all(matching: wanted, limit: limit + 1)
                guard found.count > limit else { return (found, found.count) }
                let all = try await repository.all(matching: wanted, limit: limit + ListRest.mostCounted + 1)
                return (Array(found.prefix(limit)), all.count)
            }
            let rest =
                total > clients.count ? ListRest(shown: clients.count, total: total, narrowing: "--search TEXT") : nil
            try intro.console.report(clients.map { ClientRecord($0) }, leavingOut: rest) {
                clients.isEmpty ? nobody : Self.table(clients).text(colored: intro.console.isColored)
            }
        }

        private var nobody: String {
            search == nil
                ? "No clients yet: add one with `intro client add`."
                : "No client found with that name, e-mail or phone."
        }

        private static func table(_ clients: some Sequence<Client>) -> Table {
            Table(
                [Table.Column("CLIENT", .right)] + ["NAME", "EMAIL", "PHONE", "SOURCE"].map { Table.Column($0) },
                rows: clients.map { client in
                    [
                        "\(client.id.value)", client.name, client.email?.address ?? "", client.phone?.display ?? "",
                        client.source ?? "",
                    ]
                })
        }
    }
}
