import ArgumentParser
import Booking
import BookingStore
import Postgres

extension ClientCommand {
    /// `intro client list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List people, the newest first, or find them."
        )

        /// More than anybody reads; who looks for somebody narrows the search.
        private static let most = 200

        @Option(help: ArgumentHelp("Part of a name, an e-mail or a phone number.", valueName: "text"))
        var search: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let text = search
            let found = try await intro.database().withConnection { connection in
                try await ClientRepository(connection).all(containing: text, limit: Self.most + 1)
            }
            let clients = found.prefix(Self.most)
            try intro.console.report(clients.map { ClientRecord($0) }) {
                clients.isEmpty ? nobody : Self.table(clients).text(colored: intro.console.isColored)
            }
            if found.count > Self.most {
                intro.console.note("these are the newest \(Self.most): narrow the list with --search TEXT")
            }
        }

        private var nobody: String {
            search == nil
                ? "Nobody is written down yet: add someone with `intro client add`."
                : "Nobody's name, e-mail or phone contains that."
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
