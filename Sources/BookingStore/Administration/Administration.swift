public import Booking
public import FoundationEssentials
public import Postgres

/// The administration of studios, trainers and clients.
///
/// Every change is logged with its actor.
///
/// Changes that affect free slots take the same locks as bookings, so that a booking sees either all of a change or
/// none of it. Sessions that are already booked are not changed; staff move or cancel them.
public struct Administration: Sendable {
    let database: Database
    let actor: String
    let privacyKey: PrivacyKeySource
    /// The hashes of a client's contacts, if the database compares them with those of erased clients.
    var contactHashes: ContactHashes?

    /// Creates an administration.
    ///
    /// - Parameters:
    ///   - database: The database.
    ///   - actor: The actor, for the event log.
    ///   - privacyKey: The key of the hashes of erased clients.
    public init(database: Database, actor: String, privacyKey: @escaping PrivacyKeySource = { nil }) {
        self.database = database
        self.actor = actor
        self.privacyKey = privacyKey
    }

    /// Adds a studio.
    ///
    /// - Throws: ``Refusal`` of the rule `already_exists`, or ``PostgresError``.
    public func add(_ studio: StudioDetails, as handle: Handle) async throws -> Studio {
        try await inTransaction { connection in
            try await StudioRepository(connection).insert(studio, handle: handle)
            return try await StudioRepository(connection).named(handle)
        }
    }

    /// Changes a studio, and returns the future sessions that the change affects.
    ///
    /// A new time zone changes the local time of all future sessions. If the number of stations is reduced, sessions
    /// are reassigned to the remaining stations; sessions for which none is free are affected. Sessions keep their
    /// duration and turnaround.
    ///
    /// - Throws: ``NotFound``, or ``PostgresError``.
    @discardableResult
    public func edit(
        studio handle: Handle, now: Date, _ change: @Sendable (inout StudioDetails) throws -> Void
    ) async throws -> AdministrativeChange<Studio> {
        try await inTransaction { connection in
            let studios = StudioRepository(connection)
            let id = try await studios.named(handle).id
            await makeLocks { $0.change(studio: id) }.lock(on: connection)
            let before = try await studios.named(handle)
            var details = StudioDetails(of: before)
            try change(&details)
            try await studios.update(id, to: details)
            let after = try await studios.named(handle)
            let sessions = SessionRepository(connection)
            let hasOtherStations = before.offer.stations != after.offer.stations
            let withoutStation = hasOtherStations ? try await sessions.reassignStations(at: id, after: now) : []
            let affected =
                before.clock == after.clock
                ? withoutStation : try await sessions.booked(at: id, with: nil, meeting: now, .distantFuture)
            return AdministrativeChange(before: before, after: after, affected: affected)
        }
    }

    /// Closes a studio for a period.
    ///
    /// Returns the sessions that are booked in that period.
    ///
    /// - Throws: ``NotFound``, or ``PostgresError``.
    public func close(studio handle: Handle, _ closure: Closure) async throws -> [Session] {
        try await inTransaction { connection in
            let id = try await StudioRepository(connection).named(handle).id
            await makeLocks { $0.change(studio: id) }.lock(on: connection)
            try await StudioRepository(connection).insert(closure, of: id)
            return try await SessionRepository(connection).booked(
                at: id, with: nil, meeting: closure.from, closure.until)
        }
    }

    /// Adds a trainer.
    ///
    /// - Throws: ``Refusal`` of the rule `already_exists`, ``NotFound`` for the studio, or ``PostgresError``.
    public func add(_ trainer: TrainerDetails, as handle: Handle) async throws -> Trainer {
        try await inTransaction { connection in
            _ = try await StudioRepository(connection).named(trainer.homeStudio)
            try await TrainerRepository(connection).insert(trainer, handle: handle)
            return try await TrainerRepository(connection).named(handle)
        }
    }

    /// Changes a trainer, and returns the future sessions that the change affects.
    ///
    /// If the home studio changes, these are the trainer's sessions at the old one.
    ///
    /// - Throws: ``NotFound``, or ``PostgresError``.
    public func edit(
        trainer handle: Handle, now: Date, _ change: @Sendable (inout TrainerDetails) throws -> Void
    ) async throws -> AdministrativeChange<Trainer> {
        try await inTransaction(with: handle) { trainer, connection in
            var details = TrainerDetails(of: trainer)
            try change(&details)
            let studios = StudioRepository(connection)
            let old = try await studios.named(trainer.homeStudio)
            let new = try await studios.named(details.homeStudio)
            try await TrainerRepository(connection).update(trainer.id, to: details)
            let affected =
                old.id == new.id
                ? []
                : try await SessionRepository(connection).booked(
                    at: old.id, with: trainer.id, meeting: now, .distantFuture)
            return AdministrativeChange(
                before: trainer, after: try await TrainerRepository(connection).named(handle), affected: affected)
        }
    }

    /// Retires a trainer.
    ///
    /// Returns the trainer's future sessions, which remain booked.
    ///
    /// - Throws: ``NotFound``, or ``PostgresError``.
    public func retire(trainer handle: Handle, now: Date) async throws -> [Session] {
        try await inTransaction(with: handle) { trainer, connection in
            try await TrainerRepository(connection).retire(trainer.id, at: now)
            return try await SessionRepository(connection).booked(
                at: nil, with: trainer.id, meeting: now, .distantFuture)
        }
    }

    /// Sets a trainer's weekly hours at a studio, and returns the future sessions there that are outside working hours.
    ///
    /// - Parameters:
    ///   - hours: The weekly hours.
    ///   - handle: The trainer.
    ///   - studio: The studio; `nil` means the trainer's home studio.
    ///   - from: The first local date; `nil` means without a beginning for the first hours, otherwise today.
    ///   - until: The last local date; `nil` means no end.
    ///   - now: The current time, which determines today's date and the future sessions.
    /// - Returns: The season that was set, and the sessions, except those for which an override waived the hours.
    /// - Throws: ``NotFound``, ``InvalidHoursPeriod`` or ``PostgresError``.
    @discardableResult
    public func set(
        _ hours: WeeklyHours, of handle: Handle, at studio: Handle?, from: LocalDate?, until: LocalDate?, now: Date
    ) async throws -> (season: HoursSeason.ID, affected: [Session]) {
        try await inTransaction(with: handle) { trainer, connection in
            let studio = try await StudioRepository(connection).named(studio ?? trainer.homeStudio)
            let today = studio.clock.date(of: now)
            let firstDay = from ?? today
            if let until, until < firstDay { throw InvalidHoursPeriod(firstDay: firstDay) }
            let season = try await HoursRepository(connection).set(
                hours, of: trainer.id, at: studio.id, from: from, until: until, today: today)
            return (
                season,
                try await SessionRepository(connection).outsideHours(of: trainer.id, at: studio.id, after: now)
            )
        }
    }

    /// Adds a client.
    ///
    /// - Throws: ``Refusal`` of the rule `already_exists` if another client has the e-mail address, or one of the same
    ///   name the phone number, or ``PostgresError``.
    public func add(_ client: ClientDetails) async throws -> Client {
        try await comparing {
            client
        } _: {
            try await $0.addOnce(client)
        }
    }

    private func addOnce(_ client: ClientDetails) async throws -> Client {
        try await inTransaction { connection in
            try await contactHashes?.set(on: connection)
            // A concurrent booking for the same person waits for the lock, and then finds the client.
            let clients = ClientRepository(connection)
            await makeLocks { $0.take(person: client.contacts) }.lock(on: connection)
            try await clients.assertNoOtherClient(has: client.email)
            try await clients.assertNoSamePerson(has: client.phone, named: client.name)
            return try await clients.insert(client)
        }
    }

    /// Changes a client.
    ///
    /// - Throws: ``NotFound``, ``InvalidInput`` if several clients match, ``Refusal`` if another client has the e-mail
    ///   address, or ``PostgresError``.
    public func edit(
        client identifier: ClientIdentifier, _ change: @Sendable (inout ClientDetails) throws -> Void
    ) async throws -> Client {
        try await comparing {
            let client = try await database.withConnection { try await ClientRepository($0).one(identifier) }
            var details = ClientDetails(of: client)
            try change(&details)
            return details
        } _: {
            try await $0.editOnce(client: identifier, change)
        }
    }

    private func editOnce(
        client identifier: ClientIdentifier, _ change: @Sendable (inout ClientDetails) throws -> Void
    ) async throws -> Client {
        try await inTransaction { connection in
            try await contactHashes?.set(on: connection)
            let clients = ClientRepository(connection)
            let client = try await clients.one(identifier)
            let before = ClientDetails(of: client)
            var after = before
            try change(&after)
            // Bookings with the old or the new contacts wait.
            let contacts = before.contacts.union(after.contacts)
            await makeLocks { $0.take(person: contacts) }.lock(on: connection)
            // Another transaction may have changed the client while this one waited for the locks.
            var details = ClientDetails(of: try await clients.one(.id(client.id)))
            try change(&details)
            try await clients.assertNoOtherClient(has: details.email, but: client.id, before: before.email)
            try await clients.update(client.id, to: details)
            return try await clients.one(.id(client.id))
        }
    }

    func inTransaction<Result: Sendable>(
        _ body: @Sendable (Connection) async throws -> Result
    ) async throws -> Result {
        try await ConstraintRefusal.translating {
            try await database.transaction { connection in
                await BookingLocks(actor: actor).begin(on: connection)
                return try await body(connection)
            }
        }
    }

    /// Runs a transaction that locks a trainer, so that bookings with the trainer wait.
    func inTransaction<Result: Sendable>(
        with handle: Handle, _ body: @Sendable (Trainer, Connection) async throws -> Result
    ) async throws -> Result {
        try await inTransaction { connection in
            let trainers = TrainerRepository(connection)
            let id = try await trainers.named(handle).id
            await makeLocks { $0.take(trainers: id) }.lock(on: connection)
            return try await body(try await trainers.named(handle), connection)
        }
    }

    func makeLocks(_ add: (inout BookingLocks) -> Void) -> BookingLocks {
        var locks = BookingLocks(actor: actor)
        add(&locks)
        return locks
    }
}

/// An administrative change, with the future sessions that it affects.
public struct AdministrativeChange<Subject: Sendable>: Sendable {
    /// The state before the change.
    public let before: Subject
    /// The state after the change.
    public let after: Subject
    /// The future sessions that staff must check, by start.
    public let affected: [Session]
}

/// An error for weekly hours that end before their first day.
public struct InvalidHoursPeriod: Error, Hashable {
    /// The first day.
    public let firstDay: LocalDate
}
