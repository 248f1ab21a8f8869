import ArgumentParser
import Booking
import BookingStore
import Postgres

extension StudioCommand {
    /// `intro studio show`.
    struct Show: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show a studio with its settings and closures."
        )

        @Argument(help: "The studio.")
        var id: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let handle = try Handle(id, field: "the id")
            let now = intro.now
            let (studio, closures) = try await intro.database().withConnection { connection in
                let studios = StudioRepository(connection)
                let studio = try await studios.named(handle)
                return (studio, try await studios.closures(of: studio.id, after: now))
            }
            let closed = closures.map { (Period(from: $0.from, until: $0.until, clock: studio.clock), $0.reason) }
            var record = StudioRecord(studio)
            record.closures = closed.map { ClosureRecord(of: studio.handle.text, $0, reason: $1) }
            try intro.console.report(record) {
                var sheet = KeyValueTable(studio)
                sheet.append("Closed", closed.map { "\($0.text): \($1)" })
                return sheet.text(colored: intro.console.isColored)
            }
        }
    }
}

extension KeyValueTable {
    /// A studio for people.
    init(_ studio: Studio) {
        let offer = studio.offer
        func length(_ minutes: Int32) -> String { DurationInput.text(minutes: Int(minutes)) }
        self.init([
            "Studio": studio.handle.text,
            "Name": studio.name,
            "Time zone": studio.clock.identifier,
            "Stations": "\(offer.stations)",
            "Session": length(offer.sessionMinutes),
            "Turnaround": length(offer.turnaroundMinutes),
            "Slot every": length(offer.slotEveryMinutes),
            "Notice": length(offer.noticeMinutes),
            "Horizon": length(offer.horizonMinutes),
            "Region": studio.region.code,
            "Address": studio.address,
            "Phone": studio.phone?.display,
            "Email": studio.email?.address,
        ])
    }
}
