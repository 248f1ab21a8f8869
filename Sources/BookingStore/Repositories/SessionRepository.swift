public import Booking
import FoundationEssentials
public import Postgres

/// The sessions in the database.
public struct SessionRepository: Sendable {
    let connection: Connection

    /// Creates a repository on a connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns the session with a reference.
    ///
    /// - Parameter reference: The booking reference.
    /// - Returns: The session.
    /// - Throws: ``NotFound``, or ``PostgresError``.
    public func named(_ reference: Reference) async throws -> Session {
        try await sendNamed(reference).value()
    }

    /// Reads the session with a reference, together with the next statement.
    func sendNamed(_ reference: Reference) async -> Pending<Session> {
        await SessionReader.send("\(SessionReader.select) WHERE s.reference = \(reference.code)", on: connection)
            .map { sessions in
                guard let session = sessions.first else { throw NotFound(.session(reference)) }
                return session
            }
    }

    /// Returns the session with a reference; `nil` if none has it.
    public func find(_ reference: Reference) async throws -> Session? {
        try await SessionReader.read(
            "\(SessionReader.select) WHERE s.reference = \(reference.code)", on: connection
        ).first
    }

    /// Returns those of the references that sessions have.
    ///
    /// - Parameters:
    ///   - references: The references.
    ///   - limit: The maximum number of references.
    /// - Returns: The references, up to the limit.
    /// - Throws: ``PostgresError``.
    public func existing(_ references: Set<Reference>, limit: Int) async throws -> [Reference] {
        try await connection.query(
            """
            SELECT reference
            FROM session
            WHERE reference = ANY (\(references.map(\.code)))
            LIMIT \(Int64(limit))
            """
        ).decode(String.self).map { try Reference($0) }
    }

    /// Plans the messages of a session and the notices to trainers, and reads the session, together with the next
    /// statement.
    ///
    /// - Parameters:
    ///   - reference: The session's reference.
    ///   - former: The session before a move; `nil` for a new booking.
    ///   - now: The time of the change.
    /// - Returns: The session.
    func planAndRead(_ reference: Reference, formerly former: Session?, now: Date) async -> Pending<Session> {
        let planning: SQL = """
            CROSS JOIN LATERAL plan_messages(s.id, NULL, \(now))
            CROSS JOIN LATERAL \(SessionMessages.trainerNotices(of: "s.id", formerly: former, at: now))
            """
        return await SessionReader.send(
            "\(SessionReader.select) \(planning) WHERE s.reference = \(reference.code)", on: connection
        ).map { sessions in
            guard let session = sessions.first else { throw NotFound(.session(reference)) }
            return session
        }
    }

    /// Reads the session with a reference and locks it until the end of the transaction, together with the next
    /// statement.
    func locked(_ reference: Reference) async -> Pending<Session> {
        await connection.send("SELECT FROM session WHERE reference = \(reference.code) FOR UPDATE")
        return await sendNamed(reference)
    }

    /// Returns the session with a calendar identifier; locks it until the end of the transaction.
    package func locked(_ uid: SessionUID?) async throws -> Session? {
        guard let uid else { return nil }
        let rows = try await connection.query("SELECT FROM session WHERE reference = \(uid.reference.code) FOR UPDATE")
        guard rows.count > 0 else { return nil }
        let session = try await named(uid.reference)
        return SessionUID(session) == uid ? session : nil
    }

    /// Inserts the session of a request, with the studio's current duration and turnaround, at a free station.
    ///
    /// It is inserted together with the next statement. The constraints of the schema decide whether it is accepted.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - key: The key that makes a repetition of the request find this session.
    ///   - client: The client.
    ///   - choice: The trainer, and the waived rules about the time.
    ///   - ineligible: The waived rule about the client; `nil` if the session uses the client's free session.
    ///   - now: The time of the booking.
    /// - Returns: The reference of the new session.
    func insert(
        _ request: BookingRequest, key: String, for client: Client, _ choice: SlotChoice.Choice,
        ineligible: Refusal.Rule?, now: Date
    ) async -> Reference {
        let reference = Reference.random()
        let waivedRules = ((ineligible.map { [$0] } ?? []) + choice.waived).map(\.rawValue)
        await connection.send(
            """
            WITH place AS (\(Self.place(from: request.start)) WHERE id = \(request.studio.id.value))
            INSERT INTO session (
                reference, request_id, studio_id, trainer_id, client_id, named_contacts, station, starts_at,
                ends_at, occupied, waived, waived_rules, override_reason, source, booked_at, arranged_at)
            SELECT \(reference.code), \(key), place.id, \(choice.trainer.value), \(client.id.value),
                   \(request.contacts.keys), first_free_station(place.id, place.occupied, \(now)), \(request.start),
                   place.ends_at, place.occupied, \(ineligible != nil), \(waivedRules),
                   \(request.overrideReason), \(request.source), \(now), \(now)
            FROM place
            """)
        return reference
    }

    /// Moves a session to another time, trainer or studio, with the studio's current duration and turnaround, together
    /// with the next statement.
    ///
    /// The constraints of the schema decide whether the move is accepted.
    ///
    /// - Parameters:
    ///   - id: The session.
    ///   - start: The new start.
    ///   - studio: The studio after the move.
    ///   - choice: The trainer, and the waived rules about the time.
    ///   - overrideReason: The reason for waiving rules; `nil` keeps an earlier one.
    ///   - now: The time of the move.
    func move(
        _ id: Session.ID, to start: Date, at studio: Studio.ID, _ choice: SlotChoice.Choice, overrideReason: String?,
        now: Date
    ) async {
        await connection.send(
            """
            UPDATE session
            SET studio_id = place.id,
                trainer_id = \(choice.trainer.value),
                station = first_free_station(place.id, place.occupied, \(now), session.id),
                starts_at = \(start),
                ends_at = place.ends_at,
                occupied = place.occupied,
                revision = revision + 1,
                -- A confirmation applies only to the time and studio for which it was given.
                confirmed_at = CASE WHEN starts_at = \(start) AND studio_id = place.id THEN confirmed_at END,
                arranged_at = \(now),
                -- Waivers of eligibility rules remain; waivers of rules about the time are replaced.
                waived_rules = ARRAY(
                    SELECT rule
                    FROM unnest(session.waived_rules) AS rule
                    WHERE rule IN ('intro_already_booked', 'intro_already_used', 'too_many_no_shows')
                ) || \(choice.waived.map(\.rawValue)),
                override_reason = coalesce(\(overrideReason), override_reason)
            FROM (\(Self.place(from: start))) AS place
            WHERE session.id = \(id.value)
              AND place.id = \(studio.value)
            """)
    }

    /// Cancels a session, with the reason if it is known, together with the next statement.
    func cancel(_ id: Session.ID, by party: Session.CancelledBy, reason: String?) async {
        await connection.send(
            """
            UPDATE session
            SET status = 'cancelled', revision = revision + 1, cancel_reason = \(reason),
                cancelled_by = \(party.rawValue)
            WHERE id = \(id.value)
            """)
    }

    /// Marks a session as attended or as a no-show, together with the next statement.
    func mark(_ id: Session.ID, as outcome: Session.Status) async {
        await connection.send("UPDATE session SET status = \(outcome.rawValue) WHERE id = \(id.value)")
    }

    /// Records the confirmation of a session, together with the next statement; keeps the time of an earlier one.
    func confirm(_ id: Session.ID, at now: Date) async {
        await connection.send(
            "UPDATE session SET confirmed_at = coalesce(confirmed_at, \(now)) WHERE id = \(id.value)")
    }

    /// Removes the confirmation of a session, together with the next statement.
    func withdrawConfirmation(of id: Session.ID) async {
        await connection.send(
            "UPDATE session SET confirmed_at = NULL WHERE id = \(id.value) AND confirmed_at IS NOT NULL")
    }

    /// Reassigns future sessions to the studio's stations, and returns those for which none is free, by start.
    func reassignStations(at studio: Studio.ID, after instant: Date) async throws -> [Session] {
        _ = try await connection.query("SELECT reseat_sessions(\(studio.value), \(instant))")
        return try await SessionReader.read(
            """
            \(SessionReader.select)
            WHERE s.studio_id = \(studio.value)
              AND s.status = 'booked'
              AND s.starts_at > \(instant) - interval '1 day'
              AND s.ends_at > \(instant)
              AND s.station > st.stations
            ORDER BY s.starts_at, t.handle
            """, on: connection)
    }

    /// Reads the session that a request created, together with the next statement; `nil` if it created none.
    func made(by request: String) async -> Pending<Session?> {
        await SessionReader.send("\(SessionReader.select) WHERE s.request_id = \(request)", on: connection)
            .map(\.first)
    }

    /// The end and the occupied range of a session that starts at an instant, for each studio.
    ///
    /// A trainer and a station are occupied for the session and the turnaround after it.
    private static func place(from start: Date) -> SQL {
        """
        SELECT id,
               \(start) + make_interval(mins => session_minutes) AS ends_at,
               tstzrange(
                   \(start), \(start) + make_interval(mins => session_minutes + turnaround_minutes)
               ) AS occupied
        FROM studio
        """
    }
}
