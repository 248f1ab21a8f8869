import ArgumentParser
import Booking
import BookingStore

extension TrainerCommand {
    /// `intro trainer edit`.
    struct Edit: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "edit",
            abstract: "Edit a trainer; other fields keep their values.",
            discussion: "With --studio, lists upcoming sessions at the old home studio; they stay there."
        )

        @Argument(help: "The trainer.")
        var handle: String

        @Option(help: ArgumentHelp("The name shown to clients.", valueName: "name"))
        var name: String?

        @Option(help: ArgumentHelp("The trainer's home studio.", valueName: "id"))
        var studio: String?

        @OptionGroup var options: TrainerOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws {
            guard name != nil || studio != nil || !options.isEmpty else {
                throw ValidationError("give at least one option to change, such as --daily-limit 6")
            }
        }

        func run(in intro: Intro) async throws {
            let handle = try Handle(handle, field: "the handle")
            let name = try name.map { try PersonName($0, field: "--name").text }
            let database = try await intro.database()
            let home = try await intro.setting(studio: studio, trainer: handle.text, in: database).studio
            let moves = studio != nil
            let change = try await intro.backOffice(database).edit(trainer: handle, now: intro.now) {
                [options] details in
                details.name = name ?? details.name
                if moves { details.homeStudio = home.handle }
                try options.apply(to: &details, region: home.region)
            }
            var record = TrainerRecord(change.after)
            record.affected = change.affected.map { SessionRecord($0) }
            try intro.console.report(record) {
                let colored = intro.console.isColored
                return AffectedSessions.left(change.affected).text(
                    after: KeyValueTable(change.after, clock: home.clock).text(colored: colored), colored: colored)
            }
        }
    }
}
