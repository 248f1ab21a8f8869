public import Booking
public import FoundationEssentials
import Postgres

/// Past schedules, from the event log.
extension EventRepository {
    /// Returns a trainer's sessions on a range of dates as they were recorded at a past time, except cancelled ones, by
    /// start.
    ///
    /// The client's name, contacts and notes are also those of that time.
    ///
    /// - Parameters:
    ///   - trainer: The trainer.
    ///   - dates: The local dates, for each session in its studio's time zone.
    ///   - instant: The past time, by the database's clock.
    /// - Returns: The sessions, without ``Session/affected``.
    /// - Throws: ``PostgresError``.
    public func schedule(
        of trainer: Trainer.ID, on dates: ClosedRange<LocalDate>, recordedAt instant: Date
    ) async throws -> [Session] {
        // Two more days on both sides include the dates in every time zone, and the sessions that cross midnight.
        let from = dates.lowerBound.adding(days: -2).description
        let until = dates.upperBound.adding(days: 3).description
        return try await connection.query(
            """
            WITH candidate AS MATERIALIZED (\(Self.candidates(trainer, from, until, after: instant)))
            SELECT \(SessionReader.columns), \(SessionReader.noteColumns)
            FROM candidate
            JOIN session AS present ON present.id = candidate.id
            CROSS JOIN LATERAL (
                SELECT after
                FROM event
                WHERE subject = 'session' AND subject_id = candidate.id AND at <= \(instant)
                ORDER BY event.id DESC
                LIMIT 1
            ) AS recorded
            -- Columns that a past row did not have yet keep their present value.
            CROSS JOIN LATERAL jsonb_populate_record(present, recorded.after) AS s
            CROSS JOIN LATERAL (\(Self.client(at: instant))) AS c
            JOIN trainer AS t ON t.id = s.trainer_id
            JOIN studio AS st ON st.id = s.studio_id
            \(SessionReader.notes(where: Self.isNoted(at: instant)))
            WHERE s.trainer_id = \(trainer.value)
              AND s.starts_at >= \(from)::text::timestamptz
              AND s.starts_at < \(until)::text::timestamptz
              AND s.status <> 'cancelled'
            ORDER BY s.starts_at
            """
        ).map { row in
            var session = try SessionReader.session(&row)
            session.notes = try ClientNote.notes(&row)
            return session
        }.filter { $0.dates.overlaps(dates) }
    }

    /// The condition of notes that were recorded at an instant; retention removes only events that are older.
    private static func isNoted(at instant: Date) -> SQL {
        """
        NOT EXISTS (
            SELECT
            FROM event
            WHERE subject = 'client_note' AND subject_id = client_note.id AND at > \(instant))
        """
    }

    /// The keys of the sessions that are in the period now, or were moved after an instant from there.
    private static func candidates(_ trainer: Trainer.ID, _ from: String, _ until: String, after instant: Date) -> SQL {
        """
        SELECT id
        FROM session
        WHERE trainer_id = \(trainer.value)
          AND starts_at >= \(from)::text::timestamptz
          AND starts_at < \(until)::text::timestamptz
        UNION
        SELECT subject_id
        FROM event
        WHERE \(isMoved(from: trainer)) AND at > \(instant)
        """
    }

    /// The condition of events that move a session of a trainer, which is that of the index `event_by_former_trainer`.
    static func isMoved(from trainer: Trainer.ID) -> SQL {
        """
        subject = 'session'
          AND before ->> 'trainer_id' = \(trainer.value)::integer::text
          AND (before -> 'trainer_id' <> after -> 'trainer_id' OR before -> 'starts_at' <> after -> 'starts_at')
        """
    }

    /// Returns the instant from which the log has all events; `nil` if none were removed.
    ///
    /// - Throws: ``PostgresError``.
    public func beginning() async throws -> Date? {
        // Retention and erasure write such an event; an erasure has no limit.
        try await connection.query(
            """
            SELECT max((before ->> 'recorded_before')::timestamptz)
            FROM event
            WHERE subject = 'event' AND action = 'delete'
            """
        ).decode(Date?.self)[0]
    }

    /// The client of a session `s` as recorded at an instant; the present one if the log does not have it.
    private static func client(at instant: Date) -> SQL {
        """
        SELECT id,
               CASE WHEN past.row IS NULL THEN client.name ELSE past.row ->> 'name' END AS name,
               CASE WHEN past.row IS NULL THEN client.email ELSE past.row ->> 'email' END AS email,
               CASE WHEN past.row IS NULL THEN client.phone ELSE past.row ->> 'phone' END AS phone
        FROM client
        LEFT JOIN LATERAL (
            SELECT after AS row
            FROM event
            WHERE subject = 'client' AND subject_id = s.client_id AND at <= \(instant)
            ORDER BY event.id DESC
            LIMIT 1
        ) AS past ON true
        WHERE client.id = s.client_id
        """
    }
}
