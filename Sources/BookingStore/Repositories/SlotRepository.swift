public import Booking
public import FoundationEssentials
public import Postgres

/// The free slots, computed by the database.
public struct SlotRepository: Sendable {
    let connection: Connection

    /// Creates a repository on a connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns the free slots, by start and then handle.
    ///
    /// - Parameters:
    ///   - studio: The studio.
    ///   - trainer: The trainer; `nil` means all trainers.
    ///   - from: The earliest start.
    ///   - until: The latest start, exclusive.
    ///   - now: The current time, to which notice and horizon refer.
    ///   - limit: The maximum number of slots.
    /// - Returns: The slots, by start and then handle.
    /// - Throws: ``PostgresError``.
    public func open(
        at studio: Studio, with trainer: Trainer.ID? = nil, from: Date, until: Date, now: Date, limit: Int
    ) async throws -> [Slot] {
        try await sendOpen(at: studio, with: trainer, from: from, until: until, now: now, limit: limit).value()
    }

    /// Adds the query of ``open(at:with:from:until:now:limit:)``; its rows are read with the next statement.
    public func sendOpen(
        at studio: Studio, with trainer: Trainer.ID? = nil, from: Date, until: Date, now: Date, limit: Int
    ) async -> Pending<[Slot]> {
        await send(
            """
            SELECT starts_at, trainer_id, handle, name
            FROM open_slots(\(studio.id.value), \(trainer?.value), \(from), \(until), \(now))
            ORDER BY starts_at, handle
            LIMIT \(Int64(limit))
            """, at: studio)
    }

    /// Returns the free slots nearest to a time, by start, to offer as alternatives.
    ///
    /// - Parameters:
    ///   - instant: The time.
    ///   - studio: The studio.
    ///   - trainer: The trainer; `nil` for all of the studio.
    ///   - now: The current time.
    ///   - moving: The session that is moved, if any; its time and the holds for it are free for it, but its present
    ///     start is not offered.
    ///   - limit: The maximum number of slots.
    /// - Returns: The slots.
    /// - Throws: ``PostgresError``.
    func nearest(
        to instant: Date, at studio: Studio, with trainer: Trainer.ID?, now: Date, moving: Session? = nil,
        limit: Int = 3
    ) async throws -> [Slot] {
        let present = moving.flatMap { $0.studio.id == studio.id ? $0 : nil }
        let found = try await widening(to: limit, at: studio) { reach in
            """
            SELECT starts_at, trainer_id, handle, name
            FROM open_slots(
                \(studio.id.value), \(trainer?.value), \(instant - reach), \(instant + reach), \(now),
                \(moving?.id.value))
            WHERE (starts_at, trainer_id) IS DISTINCT FROM (\(present?.startsAt), \(present?.trainer.id.value))
            ORDER BY greatest(starts_at - \(instant), \(instant) - starts_at), starts_at, handle
            LIMIT \(Int64(limit))
            """
        }
        return found.sorted { ($0.startsAt, $0.trainer.handle) < ($1.startsAt, $1.trainer.handle) }
    }

    /// Returns free slots for a session that its trainer cannot give, each at another start, by start.
    ///
    /// - Parameters:
    ///   - session: The session; its own time and the holds for it are free for it.
    ///   - studio: The session's studio.
    ///   - absence: The absent trainer and the time; slots of this trainer that overlap it are left out.
    ///   - now: The current time.
    ///   - limit: The maximum number of slots.
    /// - Returns: The slots nearest to the session's start.
    /// - Throws: ``PostgresError``.
    func alternatives(
        to session: Session, at studio: Studio, absence: (trainer: Trainer.ID, during: Range<Date>), now: Date,
        limit: Int = 3
    ) async throws -> [Slot] {
        let instant = session.startsAt
        let found = try await widening(to: limit, at: studio) { reach in
            """
            SELECT starts_at, trainer_id, handle, name
            FROM (
                SELECT DISTINCT ON (starts_at) starts_at, trainer_id, handle, name
                FROM open_slots(
                    \(studio.id.value), NULL, \(instant - reach), \(instant + reach), \(now), \(session.id.value))
                WHERE trainer_id <> \(absence.trainer.value)
                   OR starts_at <= \(absence.during.lowerBound - studio.offer.sessionDuration)
                   OR starts_at >= \(absence.during.upperBound)
                ORDER BY starts_at, handle
            ) AS slot
            ORDER BY greatest(starts_at - \(instant), \(instant) - starts_at), starts_at
            LIMIT \(Int64(limit))
            """
        }
        return found.sorted { $0.startsAt < $1.startsAt }
    }

    /// Reads the slots within a day of a time, or within two weeks if a day has fewer than the limit.
    ///
    /// One day usually has enough, and its query takes a tenth of the time for two weeks.
    private func widening(
        to limit: Int, at studio: Studio, _ query: (_ reach: TimeInterval) -> SQL
    ) async throws -> [Slot] {
        var found: [Slot] = []
        for days in [1, 14] where found.count < limit {
            found = try await read(query(TimeInterval(days * 86_400)), at: studio)
        }
        return found
    }

    /// Returns the trainers with whom a start is offered, and their number of sessions that day.
    func candidates(
        at studio: Studio, with trainer: Trainer.ID?, start: Date, now: Date, moving: Session.ID? = nil
    ) async throws -> [TrainerChoice.Offered] {
        try await sendCandidates(at: studio, with: trainer, start: start, now: now, moving: moving).value()
    }

    /// Reads the candidates for a start, together with the next statement.
    func sendCandidates(
        at studio: Studio, with trainer: Trainer.ID?, start: Date, now: Date, moving: Session.ID? = nil
    ) async -> Pending<[TrainerChoice.Offered]> {
        await connection.send(
            """
            SELECT o.trainer_id,
                   o.handle,
                   sessions_that_day(
                       o.trainer_id, \(studio.clock.identifier),
                       (o.starts_at AT TIME ZONE \(studio.clock.identifier))::date, \(moving?.value))
                   + holds_that_day(
                       o.trainer_id, \(studio.clock.identifier),
                       (o.starts_at AT TIME ZONE \(studio.clock.identifier))::date, \(now), \(moving?.value))
            FROM open_slots(
                \(studio.id.value), \(trainer?.value), \(start), \(start) + interval '1 microsecond', \(now),
                \(moving?.value)) AS o
            """
        ).map { rows in
            try rows.decode((Int32, String, Int64).self).map {
                TrainerChoice.Offered(id: Trainer.ID($0), handle: $1, sessionsOnDate: $2)
            }
        }
    }

    /// Returns the state of each rule for a start, for one trainer or all trainers of the studio, by handle.
    func facts(
        at studio: Studio, with trainer: Trainer.ID?, start: Date, now: Date, moving: Session.ID? = nil
    ) async throws -> [TrainerChoice.Candidate] {
        let end = start + TimeInterval(studio.offer.sessionMinutes * 60)
        return try await connection.query(
            """
            SELECT t.id, t.handle, t.name, f.retired, f.in_the_past, f.too_soon, f.beyond_horizon, f.closed_for,
                   f.within_hours, f.hours_that_day, f.elsewhere, other.slug, f.away, f.away_for, f.on_grid, f.trainer_busy,
                   f.daily_limit, f.that_day, f.station IS NOT NULL, trainer_hold.expires_at, trainer_hold.held_by,
                   station_hold.expires_at, station_hold.held_by,
                   (
                       SELECT min(lower(during))
                       FROM closure
                       WHERE studio_id = \(studio.id.value) AND during && tstzrange(\(start), \(end))
                   )
            FROM trainer AS t
            CROSS JOIN LATERAL slot_facts(\(studio.id.value), t.id, \(start), \(now), \(moving?.value)) AS f
            LEFT JOIN LATERAL (
                SELECT slug
                FROM studio
                WHERE name = f.elsewhere
                  AND id <> \(studio.id.value)
                  AND (id = t.home_studio_id OR id IN (SELECT studio_id FROM hours_season WHERE trainer_id = t.id))
                ORDER BY slug
                LIMIT 1
            ) AS other ON true
            \(Self.hold(of: "trainer_id = t.id", as: "trainer_hold", at: studio, start, now, moving))
            \(Self.hold(
                of: "studio_id = \(studio.id.value)", as: "station_hold", at: studio, start, now, moving))
            WHERE t.id = \(trainer?.value)
               OR \(trainer?.value)::integer IS NULL AND f.works_here
            ORDER BY t.handle
            """
        ).map { row in
            let name = Session.TrainerName(
                id: Trainer.ID(try row.next()), handle: try row.next(), name: try row.next())
            return TrainerChoice.Candidate(trainer: name, facts: try facts(&row))
        }
    }

    /// A join of the first hold to expire that occupies a trainer or a station of a studio.
    private static func hold(
        of owner: SQL, as alias: SQL, at studio: Studio, _ start: Date, _ now: Date, _ moving: Session.ID?
    ) -> SQL {
        let occupied = studio.offer.occupied(from: start)
        return """
            LEFT JOIN LATERAL (
                SELECT expires_at, held_by
                FROM hold
                WHERE \(owner)
                  AND occupied && tstzrange(\(occupied.lowerBound), \(occupied.upperBound))
                  AND status = 'held'
                  AND expires_at > \(now)
                  AND coalesce(session_id <> \(moving?.value), true)
                ORDER BY expires_at
                LIMIT 1
            ) AS \(alias) ON true
            """
    }

    private func facts(_ row: inout Row) throws -> SlotFacts {
        var facts = SlotFacts()
        facts.retired = try row.next()
        facts.inThePast = try row.next()
        facts.tooSoon = try row.next()
        facts.beyondHorizon = try row.next()
        facts.closedFor = try row.next()
        facts.withinHours = try row.next()
        facts.hoursThatDay = try row.next(String?.self).map { try hours($0) } ?? []
        let (elsewhere, slug) = (try row.next(String?.self), try row.next(String?.self))
        facts.elsewhere = elsewhere.map { SlotFacts.OtherStudio(name: $0, handle: slug ?? "") }
        facts.away = try row.next()
        facts.awayFor = try row.next()
        facts.onGrid = try row.next()
        facts.trainerBusy = try row.next()
        facts.dailyLimit = try row.next()
        facts.sessionsOnDate = try row.next()
        facts.stationFree = try row.next()
        facts.trainerHeld = try held(&row)
        facts.stationHeld = try held(&row)
        facts.closedFrom = try row.next()
        return facts
    }

    private func held(_ row: inout Row) throws -> HeldUntil? {
        let (expiresAt, heldBy) = (try row.next(Date?.self), try row.next(String?.self))
        guard let expiresAt, let heldBy else { return nil }
        return HeldUntil(expiresAt: expiresAt, heldBy: heldBy)
    }

    /// Parses the hours of one day in the form of the function `slot_facts`: `07:00-12:00, 13:00-24:00`.
    private func hours(_ text: String) throws -> [ClosedRange<LocalTime>] {
        try text.split(separator: ", ").map { span in
            let times = try span.split(separator: "-").map { try LocalTime(String($0)) }
            guard times.count == 2, times[0] <= times[1] else { throw UnknownCode(text, of: LocalTime.self) }
            return times[0]...times[1]
        }
    }

    private func read(_ sql: SQL, at studio: Studio) async throws -> [Slot] {
        try await send(sql, at: studio).value()
    }

    private func send(_ sql: SQL, at studio: Studio) async -> Pending<[Slot]> {
        let place = Session.Place(studio)
        return await connection.send(sql).map { rows in
            try rows.map { row in
                Slot(
                    startsAt: try row.next(),
                    trainer: Session.TrainerName(
                        id: Trainer.ID(try row.next()), handle: try row.next(), name: try row.next()),
                    studio: place)
            }
        }
    }
}
