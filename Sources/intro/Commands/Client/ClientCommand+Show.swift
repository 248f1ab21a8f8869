import ArgumentParser
import Booking
import BookingStore
import Postgres

extension ClientCommand {
    /// `intro client show`.
    struct Show: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show a client and whether they may book."
        )

        @Argument(help: "The client: e-mail, phone or client number.")
        var who: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let database = try await intro.database()
            let now = intro.now
            let who = try await intro.who(who, studio: nil, in: database)
            let (client, sessions, visits, consents, suppressions) = try await database.withConnection { connection in
                let client = try await ClientRepository(connection).one(who)
                let repository = SessionRepository(connection)
                let wishes = ConsentRepository(connection)
                var suppressions: [Suppression] = []
                for address in client.addresses { suppressions += try await wishes.suppressions(of: address.text) }
                return (
                    client, try await repository.all(for: client.id),
                    try await repository.visits(of: ClientDetails(of: client).contacts, now: now),
                    try await wishes.consents(of: client.id), suppressions
                )
            }
            let refusal = Eligibility.refusal(
                for: visits, of: client.id, noShowLimit: intro.settings.booking.noShowLimit)
            var record = ClientRecord(client)
            record.sessions = sessions.map { SessionRecord($0) }
            record.mayBook = refusal == nil
            record.consents = consents.map { ConsentRecord($0) }
            record.suppressions = suppressions.map { SuppressionRecord($0) }
            record.refusal = refusal.map { ClientRecord.Refused($0) }
            try intro.console.report(record) {
                var sheet = KeyValueTable(client)
                sheet.append("May book", [refusal.map { "no: \($0.message)" } ?? "yes"])
                // What is as usual needs no words.
                sheet.append(consents.filter { !$0.isGranted }, suppressions)
                return Self.text(sheet, sessions, colored: intro.console.isColored)
            }
        }

        private static func text(_ sheet: KeyValueTable, _ sessions: [Session], colored: Bool) -> String {
            guard !sessions.isEmpty else { return sheet.text(colored: colored) }
            let table = Table(
                ["SESSION", "START", "TRAINER", "STUDIO", "STATUS"].map { Table.Column($0) },
                rows: sessions.map { session in
                    [
                        session.reference.description, session.localStart, session.trainer.name, session.studio.name,
                        session.status.words,
                    ]
                })
            return sheet.text(colored: colored) + "\n\n" + table.text(colored: colored)
        }
    }
}
