import ArgumentParser
import Booking
import BookingStore
import Postgres
import Reminders

/// `intro studio`: manages studios.
struct StudioCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "studio",
        abstract: "Add, edit, show, close and reopen studios.", discussion: "Example: intro studio show downtown",
        subcommands: [Add.self, List.self, Show.self, Edit.self, Close.self, Reopen.self]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions
}

extension StudioCommand {
    /// `intro studio list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the studios.", discussion: "Example: intro studio list"
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let studios = try await intro.database().withConnection { try await StudioRepository($0).all() }
            try intro.console.report(studios.map { StudioRecord($0) }) {
                studios.isEmpty
                    ? "No studios yet: add one with `intro studio add`."
                    : Self.table(studios).text(on: intro.console)
            }
        }

        private static func table(_ studios: [Studio]) -> Table {
            Table(
                [
                    .code("ID"), .init("NAME"), .init("TIME ZONE"),
                    .init("STATIONS", .right), .exact("SESSION", .right), .exact("PHONE"),
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

extension StudioCommand {
    /// `intro studio show`.
    struct Show: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show a studio with its settings and closures.", discussion: "Example: intro studio show downtown"
        )

        @Argument(help: "The studio: id or full name.", completion: .studios)
        var id: String

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let database = try await intro.database()
            let handle = try await intro.studioHandle(id, field: "the id", in: database)
            let now = intro.now
            let (studio, closures) = try await database.withConnection { connection in
                let studios = StudioRepository(connection)
                let studio = try await studios.named(handle)
                return (studio, try await studios.closures(of: studio.id, after: now))
            }
            let closed = closures.map { (Period(from: $0.from, until: $0.until, clock: studio.clock), $0.reason) }
            var record = StudioRecord(studio)
            record.closures = closed.map { ClosureRecord(of: studio.handle.text, $0, reason: $1) }
            try intro.console.report(record) {
                var keyValues = KeyValueTable(studio)
                keyValues.append("Closed", closed.map { "\($0.text(in: intro.console.times)): \($1)" })
                return keyValues.text(on: intro.console)
            }
        }
    }
}

extension KeyValueTable {
    /// Returns the studio as a table.
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

/// The JSON form of a studio; durations are in minutes.
struct StudioRecord: Encodable {
    let id: String
    let name: String
    let timeZone: String
    let stations: Int16
    let sessionMinutes: Int32
    let turnaround: Int32
    let slotEvery: Int32
    let noticeMinutes: Int32
    let horizonMinutes: Int32
    let region: String
    @NullWhenNil var address: String?
    @NullWhenNil var phone: String?
    @NullWhenNil var email: String?
    /// Closures that are not over yet; only for `studio show`.
    var closures: [ClosureRecord]?
    /// The upcoming sessions that a change affects; only after a change.
    var affected: [SessionRecord]?

    init(_ studio: Studio) {
        id = studio.handle.text
        name = studio.name
        timeZone = studio.clock.identifier
        stations = studio.offer.stations
        sessionMinutes = studio.offer.sessionMinutes
        turnaround = studio.offer.turnaroundMinutes
        slotEvery = studio.offer.slotEveryMinutes
        noticeMinutes = studio.offer.noticeMinutes
        horizonMinutes = studio.offer.horizonMinutes
        region = studio.region.code
        address = studio.address
        phone = studio.phone?.e164
        email = studio.email?.address
    }
}
