import ArgumentParser
import Booking
import BookingStore

extension StudioCommand {
    /// `intro studio edit`.
    struct Edit: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "edit",
            abstract: "Edit a studio; other fields keep their values.",
            discussion: """
                Lists the upcoming sessions that a change of stations or time zone affects. Booked sessions keep their length.
                """
        )

        @Argument(help: "The studio.")
        var id: String

        @Option(help: ArgumentHelp("The studio's name.", valueName: "name"))
        var name: String?

        @Option(help: ArgumentHelp("The IANA time zone, such as America/Los_Angeles.", valueName: "tz"))
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
            let change = try await intro.backOffice(intro.database()).edit(studio: handle, now: intro.now) {
                [options] details in
                details.name = name ?? details.name
                details.clock = clock ?? details.clock
                try options.apply(to: &details)
            }
            var record = StudioRecord(change.after)
            record.affected = change.affected.map { SessionRecord($0) }
            try intro.console.report(record) {
                let (colored, old) = (intro.console.isColored, change.before.clock)
                let sessions =
                    old == change.after.clock
                    ? AffectedSessions(change.affected) { _ in "no station" }
                    : .shifted(change.affected, from: old)
                return sessions.text(after: KeyValueTable(change.after).text(colored: colored), colored: colored)
            }
        }
    }
}
