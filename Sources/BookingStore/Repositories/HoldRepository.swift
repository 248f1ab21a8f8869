public import Booking
public import FoundationEssentials
public import Postgres

/// The holds of slots in the database.
public struct HoldRepository: Sendable {
    let connection: Connection

    /// Creates a repository on a connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns the slots that have a key, also those that are not held any more, by start.
    ///
    /// - Throws: ``NotFound`` or ``PostgresError``.
    public func named(_ key: Reference) async throws -> [Hold] {
        let holds = try await read("\(Self.select) WHERE h.key = \(key.code) ORDER BY h.starts_at, h.id")
        guard !holds.isEmpty else { throw NotFound(.hold(key)) }
        return holds
    }

    /// Returns the slots that are held at an instant, at one studio or all, by start.
    public func held(at studio: Studio.ID?, now: Date) async throws -> [Hold] {
        try await read(
            """
            \(Self.select)
            WHERE h.status = 'held'
              AND h.expires_at > \(now)
              AND (\(studio?.value)::integer IS NULL OR h.studio_id = \(studio?.value))
            ORDER BY h.starts_at, h.id
            """)
    }

    /// Returns the hold that a request created; `nil` if it created none.
    func made(by request: String) async throws -> Hold? {
        try await read("\(Self.select) WHERE h.request_id = \(request)").first
    }

    /// Reads when a slot was held as an alternative for a session, together with the next statement; `nil` if none is
    /// held at that start.
    func heldAt(for session: Session.ID, start: Date, now: Date) async -> Pending<Date?> {
        await connection.send(
            """
            SELECT max(held_at)
            FROM hold
            WHERE session_id = \(session.value)
              AND starts_at = \(start)
              AND status = 'held'
              AND expires_at > \(now)
            """
        ).map { try $0.decode(Date?.self)[0] }
    }

    /// Holds slots with one key, at the first free station of each; records the expiry of earlier holds in their place.
    ///
    /// The constraints of the schema decide whether the slots are held.
    ///
    /// - Parameters:
    ///   - slots: The slots; alternatives may overlap.
    ///   - terms: The key, the expiry and the note.
    ///   - session: The session for which the slots are alternatives; `nil` if there is none.
    ///   - now: The current time.
    /// - Returns: The holds, by start.
    /// - Throws: ``PostgresError`` with the constraint that refuses one.
    func insert(_ slots: [Slot], _ terms: HoldTerms, for session: Session.ID?, now: Date) async throws -> [Hold] {
        let studios = slots.map(\.studio.id.value)
        let trainers = slots.map(\.trainer.id.value)
        let starts = slots.map(\.startsAt)
        try await expire(studios, trainers, from: starts.min() ?? now, until: starts.max() ?? now, now: now)
        try await connection.query(
            """
            INSERT INTO hold (
                key, request_id, studio_id, trainer_id, session_id, station, starts_at, ends_at, occupied, note,
                held_at, held_by, expires_at)
            SELECT \(terms.key.code), \(terms.requestID), place.studio_id, place.trainer_id, \(session?.value),
                   first_free_station(place.studio_id, place.occupied, \(now), \(session?.value)), place.starts_at,
                   place.ends_at, place.occupied, \(terms.note), \(now), \(terms.actor), \(terms.expiresAt)
            FROM (
                SELECT slot.studio_id,
                       slot.trainer_id,
                       slot.starts_at,
                       slot.starts_at + make_interval(mins => session_minutes) AS ends_at,
                       tstzrange(
                           slot.starts_at, slot.starts_at + make_interval(mins => session_minutes + turnaround_minutes)
                       ) AS occupied
                FROM unnest(\(studios)::integer[], \(trainers)::integer[], \(starts)::timestamptz[])
                    AS slot (studio_id, trainer_id, starts_at)
                JOIN studio ON studio.id = slot.studio_id
            ) AS place
            """)
        return try await named(terms.key)
    }

    /// Records the expiry of the holds near slots that are about to be held, so that they do not conflict.
    private func expire(
        _ studios: [Int32], _ trainers: [Int32], from first: Date, until last: Date, now: Date
    ) async throws {
        try await connection.query(
            """
            UPDATE hold
            SET status = 'expired'
            WHERE status = 'held'
              AND expires_at <= \(now)
              -- No session is longer than a day.
              AND occupied && tstzrange(\(first), \(last) + interval '1 day')
              AND (studio_id = ANY (\(studios)) OR trainer_id = ANY (\(trainers)))
            """)
    }

    /// Uses one slot of a key, and releases the other slots of the key.
    ///
    /// - Parameters:
    ///   - hold: The slot.
    ///   - now: The current time.
    /// - Returns: The hold before its use.
    /// - Throws: ``Refusal`` of the rule `hold_expired` if it is not held, ``NotFound`` or ``PostgresError``.
    func use(_ hold: Hold, now: Date) async throws -> Hold {
        _ = try await connection.query("SELECT FROM hold WHERE key = \(hold.key.code) ORDER BY id FOR UPDATE")
        guard let stored = try await named(hold.key).first(where: { $0.id == hold.id }) else {
            throw NotFound(.hold(hold.key))
        }
        try stored.assertHeld(at: now)
        try await connection.query(
            """
            UPDATE hold
            SET status = CASE id WHEN \(hold.id.value) THEN 'used' ELSE 'released' END
            WHERE key = \(hold.key.code)
              AND status = 'held'
            """)
        return stored
    }

    /// Releases the slots of a key, and returns them; a hold that has ended is not changed.
    func release(_ key: Reference) async throws -> [Hold] {
        try await connection.query("UPDATE hold SET status = 'released' WHERE key = \(key.code) AND status = 'held'")
        return try await named(key)
    }

    /// Releases the slots that are held as alternatives for a session.
    func release(for session: Session.ID) async throws {
        try await connection.query(
            "UPDATE hold SET status = 'released' WHERE session_id = \(session.value) AND status = 'held'")
    }

    private static let select: SQL = """
        SELECT h.id, h.key, h.starts_at, t.id, t.handle, t.name, st.id, st.slug, st.name, st.time_zone, st.region,
               h.ends_at, h.status, h.note, h.held_at, h.held_by, h.expires_at
        FROM hold AS h
        JOIN trainer AS t ON t.id = h.trainer_id
        JOIN studio AS st ON st.id = h.studio_id
        """

    private func read(_ sql: SQL) async throws -> [Hold] {
        try await connection.query(sql).map { row in
            Hold(
                id: Hold.ID(try row.next()), key: try Reference(row.next()),
                slot: Slot(
                    startsAt: try row.next(),
                    trainer: Session.TrainerName(
                        id: Trainer.ID(try row.next()), handle: try row.next(), name: try row.next()),
                    studio: Session.Place(
                        id: Studio.ID(try row.next()), handle: try row.next(), name: try row.next(),
                        clock: try StudioClocks.clock(&row))),
                endsAt: try row.next(), status: try row.nextCode(), note: try row.next(), heldAt: try row.next(),
                heldBy: try row.next(), expiresAt: try row.next())
        }
    }
}

/// The key, the expiry and the note of slots that are about to be held.
struct HoldTerms {
    let key: Reference
    let expiresAt: Date
    var note: String?
    var requestID: String?
    let actor: String
}
