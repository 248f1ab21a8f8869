import ArgumentParser
import Booking
import BookingStore
import Postgres

extension StudioCommand {
    /// `intro studio list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the studios."
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let studios = try await intro.database().withConnection { try await StudioRepository($0).all() }
            try intro.console.report(studios.map { StudioRecord($0) }) {
                studios.isEmpty
                    ? "No studios yet: add one with `intro studio add`."
                    : Self.table(studios).text(colored: intro.console.isColored)
            }
        }

        private static func table(_ studios: [Studio]) -> Table {
            Table(
                [
                    Table.Column("ID"), Table.Column("NAME"), Table.Column("TIME ZONE"),
                    Table.Column("STATIONS", .right), Table.Column("SESSION", .right), Table.Column("PHONE"),
                ],
                rows: studios.map { studio in
                    [
                        studio.handle.text, studio.name, studio.clock.identifier, "\(studio.offer.stations)",
                        DurationInput.text(minutes: Int(studio.offer.sessionMinutes)), studio.phone?.display ?? "",
                    ]
                })
        }
    }
}
