import ArgumentParser
import Booking
import BookingStore

extension StudioCommand {
    /// `intro studio add`.
    struct Add: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Add a studio."
        )

        @Argument(help: "The studio's name.")
        var name: String

        @Option(help: ArgumentHelp("A short id, such as downtown.", valueName: "id"))
        var id: String

        @Option(help: ArgumentHelp("The IANA time zone, such as America/Los_Angeles.", valueName: "tz"))
        var timeZone: String

        @OptionGroup var options: StudioOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let handle = try Handle(id, field: "--id")
            var details = StudioDetails(
                name: try PersonName(name, field: "the name"),
                clock: try StudioClock(timeZone: timeZone, field: "--time-zone"), region: try Region("US"))
            try options.apply(to: &details)
            let studio = try await intro.backOffice(intro.database()).add(details, as: handle)
            try intro.console.report(StudioRecord(studio)) {
                KeyValueTable(studio).text(colored: intro.console.isColored)
            }
        }
    }
}
