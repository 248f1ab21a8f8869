import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// `intro sessions`: lists sessions.
struct SessionsCommand: IntroSubcommand {
    /// The output format of the list.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case table, csv, json
    }

    static let configuration = CommandConfiguration(
        commandName: "sessions", abstract: "List and filter sessions, newest first.",
        discussion: """
            A date includes its whole day in each studio's time zone; several options must all match. \
            Excel reads names correctly with --format csv --bom.

            Example: intro sessions --studio downtown --status no_show --from "nov 1" --format csv
            """)

    @Option(help: ArgumentHelp("Only this studio's sessions.", valueName: "id"), completion: .studios)
    var studio: String?

    @Option(
        help: ArgumentHelp("Only this trainer's sessions: handle or full name.", valueName: "handle"),
        completion: .trainers)
    var trainer: String?

    @Option(help: ArgumentHelp("Only this client's: e-mail, phone, client number or name.", valueName: "who"))
    var client: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Only these statuses: booked, attended, no_show, cancelled.", valueName: "status"),
        transform: { text in
            try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
                guard let status = Session.Status(rawValue: String(word.replacing("-", with: "_"))) else {
                    throw ValidationError(
                        "\(quoted(String(word))) is not a status: booked, attended, no_show or cancelled")
                }
                return status
            }
        })
    var status: [[Session.Status]] = []

    @Option(help: ArgumentHelp("Only bookings from this source.", valueName: "text"))
    var source: String?

    @Option(help: ArgumentHelp("The first day, such as monday or 2026-12-01.", valueName: "date"))
    var from: String?

    @Option(help: ArgumentHelp("The last day.", valueName: "date"))
    var until: String?

    @Flag(help: "Only past sessions not yet marked as attended or no-show.")
    var unmarked = false

    @Option(parsing: .unconditional, help: ArgumentHelp("Maximum number of sessions.", valueName: "n"))
    var limit = "100"

    @Option(help: "The format: table, csv or json.")
    var format = Format.table

    @Flag(help: "With --format csv: add a byte order mark for Excel.")
    var bom = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func checkUsage() throws {
        guard !bom || format == .csv else { throw ValidationError("--bom goes with --format csv") }
    }

    func run(in intro: Intro) async throws {
        let limit = try count(limit, field: "--limit", in: 1...100_000)
        let database = try await intro.readDatabase()
        let (filter, range) = try await filter(in: intro, database)
        let (sessions, rest) = try await database.withConnection { connection in
            let repository = SessionRepository(connection)
            let sessions = try await repository.list(filter, limit: limit)
            var rest = try await TruncatedList(shown: sessions.count, limit: limit) {
                try await repository.count(filter, upTo: $0)
            }
            rest?.largestLimit = 100_000
            return (sessions, rest)
        }
        switch intro.console.isJSON ? .json : format {
        case .json:
            try intro.console.print(jsonText(sessions.map { ListedSessionRecord($0) }))
            if let rest { intro.console.note(rest.text) }
        case .csv:
            try intro.console.print((bom ? SessionCSV.byteOrderMark : "") + SessionCSV.text(sessions))
            if let rest { intro.console.note(rest.text) }
        case .table:
            try intro.console.report([ListedSessionRecord](), leavingOut: rest) {
                sessions.isEmpty
                    ? intro.console.wrapped("No session found\(range).")
                    : table(sessions, intro.console).text(on: intro.console)
            }
        }
    }

    /// Returns the filter of the options, and the text of its period.
    private func filter(in intro: Intro, _ database: Database) async throws -> (SessionFilter, range: String) {
        let studio = try await intro.studioHandle(studio, in: database)
        let trainer = try await intro.trainerHandle(trainer, in: database)
        let (studios, trainerID) = try await database.withConnection { connection in
            let repository = StudioRepository(connection)
            let studios = if let studio { [try await repository.named(studio)] } else { try await repository.all() }
            let trainerID =
                if let trainer { try await TrainerRepository(connection).named(trainer).id } else {
                    nil as Trainer.ID?
                }
            return (studios, trainerID)
        }
        var filter = SessionFilter(places: try await places(studios, with: trainerID, in: intro, database))
        filter.trainer = trainerID
        if let client { filter.clients = try await intro.clients(client, in: database).map(\.id) }
        filter.statuses = Set(status.joined())
        filter.source = try source.map { try SingleLineText($0, field: "--source").text }
        filter.unmarkedBy = unmarked ? intro.now : nil
        let range = zip(filter.places, studios).map { place, studio in
            Period(from: place.from, until: place.until, clock: studio.clock).openText(in: intro.console.times)
        }
        return (filter, range.first ?? "")
    }

    /// Returns each studio with the period of the options on its clock.
    private func places(
        _ studios: [Studio], with trainer: Trainer.ID?, in intro: Intro, _ database: Database
    ) async throws -> [SessionFilter.Place] {
        try intro.requireOneReading(of: from, field: "--from", at: studios, direction: .around)
        try intro.requireOneReading(of: until, field: "--until", at: studios, direction: .around)
        var places: [SessionFilter.Place] = []
        for place in studios {
            let context = try await intro.timeContext(
                for: from, until, at: place, with: trainer, isNamed: studio != nil, direction: .around, in: database)
            let (start, end) = try parseListPeriod(from: from, until: until, in: context, times: intro.console.times)
            places.append(
                SessionFilter.Place(studio: place.id, from: start ?? .distantPast, until: end ?? .distantFuture))
        }
        return places
    }

    private func table(_ sessions: [ListedSession], _ console: Console) -> Table {
        let isOneStudio = Set(sessions.map(\.session.studio.id)).count == 1
        let studio = Table.Column("STUDIO")
        return Table(
            [
                .exact("SESSION"), .exact("START"), .init("CLIENT"), .init("TRAINER"),
                isOneStudio ? studio.optional(3) : studio, .code("STATUS"), .init("SOURCE").optional(2),
                .init("BOOKED BY").optional(1),
            ],
            rows: sessions.map { listed in
                let session = listed.session
                return [
                    session.reference.description, console.start(of: session), session.client.name,
                    session.trainer.name, session.studio.name, session.status.words, listed.source ?? "",
                    listed.bookedBy ?? "",
                ]
            })
    }
}

/// The JSON form of a session in a list: the booking, and the circumstances of its booking.
struct ListedSessionRecord: Encodable {
    let session: SessionRecord
    let bookedAt: Date
    @NullWhenNil var source: String?
    @NullWhenNil var bookedBy: String?

    private enum CodingKeys: String, CodingKey {
        case bookedAt, source, bookedBy
    }

    init(_ listed: ListedSession) {
        session = SessionRecord(listed.session)
        bookedAt = listed.session.bookedAt
        source = listed.source
        bookedBy = listed.bookedBy
    }

    func encode(to encoder: any Encoder) throws {
        try session.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(bookedAt, forKey: .bookedAt)
        try container.encode(_source, forKey: .source)
        try container.encode(_bookedBy, forKey: .bookedBy)
    }
}
