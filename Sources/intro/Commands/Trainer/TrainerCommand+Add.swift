import ArgumentParser
import Booking
import BookingStore

extension TrainerCommand {
    /// `intro trainer add`.
    struct Add: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Add a trainer. Set their hours next."
        )

        @Argument(help: "The name shown to clients.")
        var name: String

        @Option(help: ArgumentHelp("A short name, such as maria.", valueName: "handle"))
        var id: String

        @Option(help: ArgumentHelp("The trainer's home studio. (default: the only one)", valueName: "id"))
        var studio: String?

        @OptionGroup var options: TrainerOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let handle = try Handle(id, field: "--id")
            let name = try PersonName(name, field: "the name")
            let database = try await intro.database()
            let home = try await intro.setting(studio: studio, trainer: nil, in: database).studio
            var details = TrainerDetails(name: name, homeStudio: home.handle)
            try options.apply(to: &details, region: home.region)
            let trainer = try await intro.backOffice(database).add(details, as: handle)
            try intro.console.report(TrainerRecord(trainer)) {
                KeyValueTable(trainer, clock: home.clock).text(colored: intro.console.isColored)
            }
        }
    }
}
