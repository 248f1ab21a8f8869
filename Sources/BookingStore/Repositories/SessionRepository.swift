public import Booking
public import FoundationEssentials
public import Postgres

/// Sessions, as the database holds them.
public struct SessionRepository: Sendable {
    let connection: Connection

    /// Reads and writes through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// The session of that reference.
    ///
    /// - Parameter reference: What people say on the phone.
    /// - Returns: The one that goes by it.
    /// - Throws: ``NotFound``.
    public func named(_ reference: Reference) async throws -> Session {
        guard let session = try await read("\(Self.select) WHERE s.reference = \(reference.code)").first else {
            throw NotFound(
                "session with the reference \(reference)", hint: "ask for the reference, or see `intro agenda`")
        }
        return session
    }

    /// Writes into the ledger what is to be told before a session's start, and reads the session, in one round trip.
    func planAndRead(_ id: Session.ID, now: Date) async throws -> Session {
        let planning: SQL = "CROSS JOIN LATERAL plan_messages(s.id, NULL, \(now))"
        guard let session = try await read("\(Self.select) \(planning) WHERE s.id = \(id.value)").first else {
            throw NotFound("session", hint: "see `intro agenda`")
        }
        return session
    }

    /// The session of that reference, which nobody else can change until this transaction is over.
    func locked(_ reference: Reference) async throws -> Session {
        _ = try await connection.query("SELECT FROM session WHERE reference = \(reference.code) FOR UPDATE")
        return try await named(reference)
    }

    /// The session that a calendar knows by that identifier, locked until this transaction is over.
    package func locked(_ uid: SessionUID?) async throws -> Session? {
        guard let uid else { return nil }
        let rows = try await connection.query("SELECT FROM session WHERE reference = \(uid.reference.code) FOR UPDATE")
        guard rows.count > 0 else { return nil }
        let session = try await named(uid.reference)
        return SessionUID(session) == uid ? session : nil
    }

    /// Records that the client will come; the first time counts.
    package func confirm(_ id: Session.ID, at now: Date) async throws {
        try await connection.query(
            "UPDATE session SET confirmed_at = coalesce(confirmed_at, \(now)) WHERE id = \(id.value)")
    }

    /// A trainer's sessions that begin in a stretch of time and were not cancelled, by start.
    public func all(of trainer: Trainer.ID, from: Date, until: Date) async throws -> [Session] {
        try await read(
            """
            \(Self.select)
            WHERE s.trainer_id = \(trainer.value)
              AND s.starts_at >= \(from)
              AND s.starts_at < \(until)
              AND s.status <> 'cancelled'
            ORDER BY s.starts_at
            """)
    }

    /// A trainer's sessions that take place on some dates and were not cancelled, by start.
    ///
    /// - Parameters:
    ///   - trainer: The trainer.
    ///   - dates: Local dates; for each session they are days of its own studio's calendar.
    /// - Returns: The sessions, also those that began on the date before and cross midnight.
    /// - Throws: ``PostgresError``.
    public func all(of trainer: Trainer.ID, on dates: ClosedRange<LocalDate>) async throws -> [Session] {
        // Two more days on both sides hold the dates of every zone, and every session that runs into them.
        let from = dates.lowerBound.adding(days: -2).description
        let until = dates.upperBound.adding(days: 3).description
        return try await read(
            """
            \(Self.select)
            WHERE s.trainer_id = \(trainer.value)
              AND s.starts_at >= \(from)::text::timestamptz
              AND s.starts_at < \(until)::text::timestamptz
              AND s.status <> 'cancelled'
            ORDER BY s.starts_at
            """
        ).filter { $0.dates.overlaps(dates) }
    }

    /// A studio's sessions that overlap a stretch of time and were not cancelled, by start and trainer.
    public func all(at studio: Studio.ID, from: Date, until: Date) async throws -> [Session] {
        try await read(
            """
            \(Self.select)
            WHERE s.studio_id = \(studio.value)
              -- No session is longer than a day: the index on the start finds them.
              AND s.starts_at > \(from) - interval '1 day'
              AND s.starts_at < \(until)
              AND s.ends_at > \(from)
              AND s.status <> 'cancelled'
            ORDER BY s.starts_at, t.handle
            """)
    }

    /// A studio's sessions that were over before an instant and were never marked as attended or no-show, by start.
    ///
    /// - Parameters:
    ///   - studio: The studio.
    ///   - before: The instant.
    ///   - limit: Maximum number of sessions.
    /// - Returns: The sessions that began first.
    /// - Throws: ``PostgresError``.
    public func leftOpen(at studio: Studio.ID, before: Date, limit: Int = .max) async throws -> [Session] {
        try await read(
            """
            \(Self.select)
            WHERE \(Self.isUnmarked(at: studio, before: before))
            ORDER BY s.starts_at, t.handle
            LIMIT \(Int64(limit))
            """)
    }

    /// How many sessions ``leftOpen(at:before:limit:)`` finds without a limit, and when the last of them begins.
    public func countLeftOpen(at studio: Studio.ID, before: Date) async throws -> (count: Int, last: Date?) {
        let row = try await connection.query(
            "SELECT count(*), max(s.starts_at) FROM session AS s WHERE \(Self.isUnmarked(at: studio, before: before))"
        ).decode((Int64, Date?).self)[0]
        return (Int(row.0), row.1)
    }

    private static func isUnmarked(at studio: Studio.ID, before: Date) -> SQL {
        """
        s.studio_id = \(studio.value)
        AND s.status = 'booked'
        AND s.starts_at < \(before)
        AND s.ends_at <= \(before)
        """
    }

    /// A studio's sessions to come that cannot take place as booked, by start and trainer.
    ///
    /// - Parameters:
    ///   - studio: The studio.
    ///   - from: The first instant of the time that counts.
    ///   - until: The first instant afterwards.
    /// - Returns: Every session that is ``Session/affected``.
    /// - Throws: ``PostgresError``.
    public func affected(at studio: Studio.ID, from: Date, until: Date = .distantFuture) async throws -> [Session] {
        try await read(
            """
            SELECT *
            FROM (
                \(Self.select)
                WHERE s.studio_id = \(studio.value)
                  AND s.status = 'booked'
                  AND s.starts_at > \(from) - interval '1 day'
                  AND s.starts_at < \(until)
                  AND s.ends_at > \(from)
            ) AS found
            WHERE affected IS NOT NULL
            ORDER BY starts_at, handle
            """)
    }

    /// Sessions still to be held that meet a stretch of time, at a studio or with a trainer or both.
    func booked(at studio: Studio.ID?, with trainer: Trainer.ID?, meeting from: Date, _ until: Date) async throws
        -> [Session]
    {
        try await read(
            """
            \(Self.select)
            WHERE (\(studio?.value)::integer IS NULL OR s.studio_id = \(studio?.value))
              AND (\(trainer?.value)::integer IS NULL OR s.trainer_id = \(trainer?.value))
              AND s.status = 'booked'
              AND s.starts_at < \(until)
              AND s.ends_at > \(from)
            ORDER BY s.starts_at
            """)
    }

    /// A trainer's sessions to come at a studio that lie outside working hours, but for those where that rule was waived.
    func outsideHours(of trainer: Trainer.ID, at studio: Studio.ID, after instant: Date) async throws -> [Session] {
        try await read(
            """
            \(Self.select)
            WHERE s.studio_id = \(studio.value)
              AND s.trainer_id = \(trainer.value)
              AND s.status = 'booked'
              AND s.starts_at > \(instant) - interval '1 day'
              AND s.ends_at > \(instant)
              AND 'outside_hours' <> ALL (s.waived_rules)
              AND NOT is_within_hours(s.studio_id, s.trainer_id, st.time_zone, s.starts_at, s.ends_at)
            ORDER BY s.starts_at
            """)
    }

    /// Gives sessions to come a station that the studio still has, and returns those for which none is free, by start.
    func reassignStations(at studio: Studio.ID, after instant: Date) async throws -> [Session] {
        _ = try await connection.query("SELECT reseat_sessions(\(studio.value), \(instant))")
        return try await read(
            """
            \(Self.select)
            WHERE s.studio_id = \(studio.value)
              AND s.status = 'booked'
              AND s.starts_at > \(instant) - interval '1 day'
              AND s.ends_at > \(instant)
              AND s.station > st.stations
            ORDER BY s.starts_at, t.handle
            """)
    }

    /// A person's sessions, cancelled ones too, by start.
    public func all(for client: Client.ID) async throws -> [Session] {
        try await read("\(Self.select) WHERE s.client_id = \(client.value) ORDER BY s.starts_at")
    }

    /// The session that a request made, if it made one.
    func made(by request: String) async throws -> Session? {
        try await read("\(Self.select) WHERE s.request_id = \(request)").first
    }

    package static let columns: SQL = """
        s.id, s.reference, s.status, s.revision, c.id, c.name, c.email, c.phone, t.id, t.handle, t.name, st.id, st.slug,
        st.name, st.time_zone, s.starts_at, s.ends_at, s.booked_at, s.override_reason, s.cancel_reason,
        s.confirmed_at, s.waived_rules
        """

    static let joins: SQL = """
        JOIN client AS c ON c.id = s.client_id
        JOIN trainer AS t ON t.id = s.trainer_id
        JOIN studio AS st ON st.id = s.studio_id
        """

    /// Why a booked session cannot take place; working hours do not count where an override waived them.
    private static let obstacle: SQL = """
        LEFT JOIN LATERAL (
            SELECT code, detail
            FROM session_obstacle(s.studio_id, s.trainer_id, s.starts_at, s.ends_at)
            WHERE s.status = 'booked'
        ) AS obstacle ON true
        """

    private static let select: SQL = """
        SELECT \(columns),
               CASE
                   WHEN obstacle.code IS NOT NULL THEN obstacle.code
                   WHEN s.status = 'booked'
                       AND 'outside_hours' <> ALL (s.waived_rules)
                       AND NOT is_within_hours(s.studio_id, s.trainer_id, st.time_zone, s.starts_at, s.ends_at)
                   THEN 'outside_hours'
               END AS affected,
               obstacle.detail
        FROM session AS s \(joins) \(obstacle)
        """

    private func read(_ sql: SQL) async throws -> [Session] {
        try await connection.query(sql).map(SessionReader.sessionAndObstacle)
    }
}
