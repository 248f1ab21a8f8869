public import Booking
public import FoundationEssentials
public import Postgres

/// Sessions by trainer, studio, client and period.
extension SessionRepository {
    /// Returns a trainer's sessions that begin in a period, except cancelled ones, by start.
    public func all(of trainer: Trainer.ID, from: Date, until: Date) async throws -> [Session] {
        try await SessionReader.read(
            """
            \(SessionReader.select)
            WHERE s.trainer_id = \(trainer.value)
              AND s.starts_at >= \(from)
              AND s.starts_at < \(until)
              AND s.status <> 'cancelled'
            ORDER BY s.starts_at
            """, on: connection)
    }

    /// Returns a trainer's sessions on a range of dates, except cancelled ones, by start.
    ///
    /// - Parameters:
    ///   - trainer: The trainer.
    ///   - dates: The local dates, for each session in its studio's time zone.
    /// - Returns: The sessions, including those that begin on the previous date and cross midnight.
    /// - Throws: ``PostgresError``.
    public func all(of trainer: Trainer.ID, on dates: ClosedRange<LocalDate>) async throws -> [Session] {
        try await sendAll(of: trainer, on: dates).value()
    }

    /// Adds the query of ``all(of:on:)``; its rows are read with the next statement.
    public func sendAll(of trainer: Trainer.ID, on dates: ClosedRange<LocalDate>) async -> Pending<[Session]> {
        // Two more days on both sides include the dates in every time zone, and the sessions that cross midnight.
        let from = dates.lowerBound.adding(days: -2).description
        let until = dates.upperBound.adding(days: 3).description
        return await SessionReader.send(
            """
            \(SessionReader.select)
            WHERE s.trainer_id = \(trainer.value)
              AND s.starts_at >= \(from)::text::timestamptz
              AND s.starts_at < \(until)::text::timestamptz
              AND s.status <> 'cancelled'
            ORDER BY s.starts_at
            """, on: connection
        ).map { $0.filter { $0.dates.overlaps(dates) } }
    }

    /// Returns a studio's sessions that overlap a period, except cancelled ones, by start and trainer.
    public func all(at studio: Studio.ID, from: Date, until: Date) async throws -> [Session] {
        try await SessionReader.read(
            """
            \(SessionReader.select)
            WHERE s.studio_id = \(studio.value)
              -- No session is longer than a day: the index on the start finds them.
              AND s.starts_at > \(from) - interval '1 day'
              AND s.starts_at < \(until)
              AND s.ends_at > \(from)
              AND s.status <> 'cancelled'
            ORDER BY s.starts_at, t.handle
            """, on: connection)
    }

    /// Returns a studio's booked sessions that ended by an instant and are not marked, by start.
    ///
    /// - Parameters:
    ///   - studio: The studio.
    ///   - before: The instant.
    ///   - limit: Maximum number of sessions.
    /// - Returns: The sessions that began first, up to the limit.
    /// - Throws: ``PostgresError``.
    public func leftOpen(at studio: Studio.ID, before: Date, limit: Int = .max) async throws -> [Session] {
        try await SessionReader.read(
            """
            \(SessionReader.select)
            WHERE s.studio_id = \(studio.value) AND \(Self.isUnmarked(before: before))
            ORDER BY s.starts_at, t.handle
            LIMIT \(Int64(limit))
            """, on: connection)
    }

    /// Returns the number of sessions in ``leftOpen(at:before:limit:)`` without a limit, and the last start.
    public func countLeftOpen(at studio: Studio.ID, before: Date) async throws -> (count: Int, last: Date?) {
        let row = try await connection.query(
            """
            SELECT count(*), max(s.starts_at)
            FROM session AS s
            WHERE s.studio_id = \(studio.value) AND \(Self.isUnmarked(before: before))
            """
        ).decode((Int64, Date?).self)[0]
        return (Int(row.0), row.1)
    }

    /// Returns the number of sessions in ``leftOpen(at:before:limit:)`` of all studios.
    public func countLeftOpen(before: Date) async throws -> Int {
        try await connection.query(
            "SELECT count(*) FROM session AS s WHERE \(Self.isUnmarked(before: before))"
        ).decode(Int.self)[0]
    }

    private static func isUnmarked(before: Date) -> SQL {
        """
        s.status = 'booked'
        AND s.starts_at < \(before)
        AND s.ends_at <= \(before)
        """
    }

    /// Returns a studio's booked sessions that cannot take place as booked, by start and trainer.
    ///
    /// - Parameters:
    ///   - studio: The studio.
    ///   - from: The start of the period.
    ///   - until: The end of the period, exclusive.
    /// - Returns: The sessions with a reason in ``Session/affected``.
    /// - Throws: ``PostgresError``.
    public func affected(at studio: Studio.ID, from: Date, until: Date = .distantFuture) async throws -> [Session] {
        try await SessionReader.read(
            """
            SELECT *
            FROM (
                \(SessionReader.select)
                WHERE s.studio_id = \(studio.value) AND \(Self.isBooked(from: from, until: until))
            ) AS found
            WHERE affected IS NOT NULL
            ORDER BY starts_at, handle
            """, on: connection)
    }

    /// Returns the number of sessions in ``affected(at:from:until:)`` of all studios.
    ///
    /// The hours of each trainer are computed once for all sessions.
    public func countAffected(from: Date) async throws -> Int {
        try await connection.query(
            """
            WITH booked AS MATERIALIZED (
                SELECT s.studio_id, s.trainer_id, s.starts_at, s.ends_at, s.waived_rules
                FROM session AS s
                WHERE \(Self.isBooked(from: from, until: .distantFuture))
            ), trainer_work AS MATERIALIZED (
                SELECT booked.studio_id, booked.trainer_id,
                       working_hours(
                           booked.trainer_id, booked.studio_id, st.time_zone,
                           (min(booked.starts_at) AT TIME ZONE st.time_zone)::date,
                           (max(booked.ends_at) AT TIME ZONE st.time_zone)::date) AS hours
                FROM booked
                JOIN studio AS st ON st.id = booked.studio_id
                GROUP BY booked.studio_id, booked.trainer_id, st.time_zone
            )
            SELECT count(*)
            FROM booked
            JOIN trainer_work USING (studio_id, trainer_id)
            WHERE EXISTS (
                    SELECT FROM session_obstacle(booked.studio_id, booked.trainer_id, booked.starts_at, booked.ends_at))
               OR 'outside_hours' <> ALL (booked.waived_rules)
                  AND NOT trainer_work.hours @> tstzrange(booked.starts_at, booked.ends_at)
            """
        ).decode(Int.self)[0]
    }

    private static func isBooked(from: Date, until: Date) -> SQL {
        """
        s.status = 'booked'
        AND s.starts_at > \(from) - interval '1 day'
        AND s.starts_at < \(until)
        AND s.ends_at > \(from)
        """
    }

    /// Returns the booked sessions that overlap a period, at a studio, with a trainer, or both.
    func booked(at studio: Studio.ID?, with trainer: Trainer.ID?, meeting from: Date, _ until: Date) async throws
        -> [Session]
    {
        try await SessionReader.read(
            """
            \(SessionReader.select)
            WHERE (\(studio?.value)::integer IS NULL OR s.studio_id = \(studio?.value))
              AND (\(trainer?.value)::integer IS NULL OR s.trainer_id = \(trainer?.value))
              AND s.status = 'booked'
              AND s.starts_at < \(until)
              AND s.ends_at > \(from)
            ORDER BY s.starts_at
            """, on: connection)
    }

    /// Returns a trainer's future sessions at a studio that are outside working hours, unless that rule was waived.
    func outsideHours(of trainer: Trainer.ID, at studio: Studio.ID, after instant: Date) async throws -> [Session] {
        try await SessionReader.read(
            """
            \(SessionReader.select)
            WHERE s.studio_id = \(studio.value)
              AND s.trainer_id = \(trainer.value)
              AND s.status = 'booked'
              AND s.starts_at > \(instant) - interval '1 day'
              AND s.ends_at > \(instant)
              AND 'outside_hours' <> ALL (s.waived_rules)
              AND NOT is_within_hours(s.studio_id, s.trainer_id, st.time_zone, s.starts_at, s.ends_at)
            ORDER BY s.starts_at
            """, on: connection)
    }

    /// Returns a client's sessions, including cancelled ones, by start.
    public func all(for client: Client.ID) async throws -> [Session] {
        try await all(for: [client])
    }

    /// Returns the sessions of several clients, including cancelled ones, by start.
    public func all(for clients: [Client.ID]) async throws -> [Session] {
        try await SessionReader.read(
            "\(SessionReader.select) WHERE s.client_id = ANY (\(clients.map(\.value))) ORDER BY s.starts_at, s.id",
            on: connection)
    }
}
