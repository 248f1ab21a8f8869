import ArgumentParser
import Booking
import BookingStore

extension StudioCommand {
    /// `intro studio edit`.
    struct Edit: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "edit",
            abstract: "Change a studio; what is not named stays as it is."
        )

        @Argument(help: "The studio.")
        var id: String

        @Option(help: ArgumentHelp("The name on the door.", valueName: "name"))
        var name: String?

        @Option(help: ArgumentHelp("The IANA zone of its wall clock, such as America/Los_Angeles.", valueName: "tz"))
        var timeZone: String?

        @OptionGroup var options: StudioOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws {
            guard name != nil || timeZone != nil || !options.isEmpty else {
                throw ValidationError("give at least one option to change, such as --stations 2")
            }
        }

        func run(in intro: Intro) async throws {
            let handle = try Handle(id, field: "the id")
            let name = try name.map { try PersonName($0, field: "--name").text }
            let clock = try timeZone.map { try StudioClock(timeZone: $0, field: "--time-zone") }
            let studio = try await intro.backOffice(intro.database()).edit(studio: handle) { [options] details in
                details.name = name ?? details.name
                details.clock = clock ?? details.clock
                try options.apply(to: &details)
            }
            try intro.console.report(StudioRecord(studio)) { Sheet(studio).text(colored: intro.console.isColored) }
        }
    }
}
