import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// `intro log`: lists the event log.
struct LogCommand: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Show who changed what, newest first.",
        discussion: """
            For a session also its messages, for a client also their sessions and notes, for a trainer also hours, time \
            off and sessions, for a studio everything at it.

            Example: intro log ana@example.com --from monday
            """)

    @Argument(
        help: ArgumentHelp("A reference, client, trainer or studio. (default: all)", valueName: "what"),
        completion: .eventSubjects)
    var what: String?

    @Option(help: ArgumentHelp("The first time, such as monday or 2026-12-01.", valueName: "time"))
    var from: String?

    @Option(help: ArgumentHelp("The last time.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("Only changes by this actor or login.", valueName: "who"))
    var actor: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Maximum number of changes.", valueName: "n"))
    var limit = "100"

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let limit = try count(limit, field: "--limit", in: 1...100_000)
        let database = try await intro.readDatabase()
        let (filter, studios, clock) = try await filter(in: intro, database)
        let (events, trainers, rest) = try await database.withConnection { connection in
            let repository = EventRepository(connection)
            let events = try await repository.all(filter, limit: limit)
            var rest = try await TruncatedList(shown: events.count, limit: limit) {
                try await repository.count(filter, upTo: $0)
            }
            rest?.largestLimit = 100_000
            let trainers = intro.console.isJSON ? [] : try await TrainerRepository(connection).all()
            return (events, trainers, rest)
        }
        try intro.console.report(events.map { EventRecord($0) }, leavingOut: rest) {
            guard !events.isEmpty else { return "No changes found." }
            let text = EventText(studios: studios, trainers: trainers, clock: clock, console: intro.console)
            return events.map { text.text($0) }.joined(separator: "\n")
        }
    }

    /// Returns the filter of the options, all studios, and the clock of its times.
    private func filter(
        in intro: Intro, _ database: Database
    ) async throws -> (EventFilter, studios: [Studio], StudioClock) {
        var filter = EventFilter()
        let studios = try await database.withConnection { try await StudioRepository($0).all() }
        let desk = try intro.defaultStudio
        var place = studios.first { $0.handle == desk } ?? studios.first
        if let what {
            filter.subjects = try await intro.eventSubjects(what, studios: studios, in: database)
            for case .studio(let id) in filter.subjects { place = studios.first { $0.id == id } }
        }
        filter.actor = try actor.map { try SingleLineText($0, field: "--actor").text }
        guard let place else { return (filter, studios, try StudioClock(timeZone: "UTC")) }
        let isStudio = filter.subjects.contains(.studio(place.id))
        if !isStudio {
            for (text, field) in [(from, "--from"), (until, "--until")] {
                try intro.requireOneReading(of: text, field: field, at: studios, direction: .back)
            }
        }
        let context = try await intro.timeContext(
            for: from, until, at: place, with: nil, isNamed: isStudio, direction: .back, in: database)
        (filter.from, filter.until) = try parseListPeriod(
            from: from, until: until, in: context, times: intro.console.times)
        return (filter, studios, place.clock)
    }
}

extension Intro {
    /// Finds the objects whose events are listed: a session, trainers and studios, clients, or all with a full name.
    fileprivate func eventSubjects(
        _ text: String, studios: [Studio], in database: Database
    ) async throws -> [EventFilter.Subject] {
        let reference = try? Reference(text)
        let (session, trainers) = try await database.withConnection { connection in
            let session =
                if let reference { try await SessionRepository(connection).find(reference) } else {
                    nil as Session?
                }
            return (session, try await TrainerRepository(connection).all())
        }
        if let session { return [.session(session.id)] }
        if let handle = try? Handle(text) {
            let subjects: [EventFilter.Subject] =
                studios.filter { $0.handle == handle }.map { .studio($0.id) }
                + trainers.filter { $0.handle == handle }.map { .trainer($0.id) }
            guard subjects.isEmpty else { return subjects }
            return [.clients(try await eventClients(text, in: database).map(\.id))]
        }
        let named: [EventFilter.Subject] =
            studios.filter { NameComparison.similarity($0.name, text) == .equal }.map { .studio($0.id) }
            + trainers.filter { NameComparison.similarity($0.name, text) == .equal }.map { .trainer($0.id) }
        guard !named.isEmpty else { return [.clients(try await eventClients(text, in: database).map(\.id))] }
        // A client may have the same name.
        let clients = try await clientsIfAny(text, in: database).filter {
            NameComparison.similarity($0.name, text) == .equal
        }
        return named + (clients.isEmpty ? [] : [.clients(clients.map(\.id))])
    }

    private func clientsIfAny(_ text: String, in database: Database) async throws -> [Client] {
        do { return try await clients(text, in: database) } catch is NotFound { return [] }
    }

    private func eventClients(_ text: String, in database: Database) async throws -> [Client] {
        do {
            return try await clients(text, in: database)
        } catch let missing as NotFound {
            let missed = Self.missing(text, .eventSubject(text))
            // An e-mail address or a number is named as such.
            if case .client = missing.subject, case .eventSubject = missed.subject { throw missing }
            throw missed
        }
    }
}

/// The JSON form of an event.
struct EventRecord: Encodable {
    let at: Date
    let actor: String
    @NullWhenNil var login: String?
    let action: String
    let object: String
    let objectID: Int64
    @NullWhenNil var reference: String?
    @NullWhenNil var reason: String?
    /// The changed fields, each with its value before and after.
    let changes: [String: [JSONValue]]
    /// The fields of the row after the change, or before it for a removed row.
    ///
    /// They are not part of the JSON form.
    let row: [String: JSONValue]

    private enum CodingKeys: String, CodingKey {
        case at, actor, login, action, object
        case objectID = "objectId"
        case reference, reason, changes
    }

    init(_ event: Event) {
        at = event.at
        actor = event.actor
        login = event.login
        action = event.action.rawValue
        object = event.object
        objectID = event.objectID
        reference = event.reference?.description
        reason = event.reason
        let (old, new) = (Self.fields(event.before), Self.fields(event.after))
        changes = Self.changes(from: old, to: new)
        row = event.after == nil ? old : new
    }

    /// Returns the fields with different values, each with the value before and after.
    private static func changes(
        from old: [String: JSONValue], to new: [String: JSONValue]
    ) -> [String: [JSONValue]] {
        let names = Set(old.keys).union(new.keys).filter { old[$0] ?? .null != new[$0] ?? .null }
        return Dictionary(uniqueKeysWithValues: names.map { ($0, [old[$0] ?? .null, new[$0] ?? .null]) })
    }

    /// Returns the fields of a recorded row; empty without a row.
    private static func fields(_ text: String?) -> [String: JSONValue] {
        guard let text, case .object(let fields) = JSONValue(reading: text) else { return [:] }
        return fields
    }
}
