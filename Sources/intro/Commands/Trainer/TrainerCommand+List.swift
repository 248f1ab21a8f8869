import ArgumentParser
import Booking
import BookingStore
import Postgres

extension TrainerCommand {
    /// `intro trainer list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List trainers."
        )

        @Option(help: ArgumentHelp("Only trainers based or working at this studio.", valueName: "id"))
        var studio: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let handle = try studio.map { try Handle($0, field: "--studio") }
            let trainers = try await intro.database().withConnection { connection in
                let studio: Studio? =
                    if let handle { try await StudioRepository(connection).named(handle) } else { nil }
                return try await TrainerRepository(connection).all(of: studio?.id)
            }
            try intro.console.report(trainers.map { TrainerRecord($0) }) {
                trainers.isEmpty
                    ? "No trainers yet: add one with `intro trainer add`."
                    : Self.table(trainers).text(colored: intro.console.isColored)
            }
        }

        private static func table(_ trainers: [Trainer]) -> Table {
            Table(
                ["HANDLE", "NAME", "STUDIO", "PHONE", "EMAIL", "STATUS"].map { Table.Column($0) },
                rows: trainers.map { trainer in
                    [
                        trainer.handle.text, trainer.name, trainer.homeStudio.text, trainer.phone?.display ?? "",
                        trainer.email?.address ?? "", trainer.retiredAt == nil ? "active" : "retired",
                    ]
                })
        }
    }
}
