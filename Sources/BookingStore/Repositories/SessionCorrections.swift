import Booking
import FoundationEssentials
import Postgres

/// The SQL of corrections of marked and cancelled sessions.
extension SessionRepository {
    /// Returns the state of a session's time, and whether the session does not use the client's free session.
    func correctionFacts(
        of id: Session.ID, now: Date
    ) async throws -> (facts: CorrectionRules.Facts, isWaived: Bool) {
        let rows = try await connection.query(
            """
            SELECT obstacle.code,
                   obstacle.detail,
                   \(Self.isTrainerBusy(now)),
                   \(Self.isClientBusy),
                   first_free_station(s.studio_id, s.occupied, \(now), s.id),
                   s.waived
            FROM session AS s
            LEFT JOIN LATERAL session_obstacle(s.studio_id, s.trainer_id, s.starts_at, s.ends_at) AS obstacle ON true
            WHERE s.id = \(id.value)
            """
        ).map { row in
            let facts = CorrectionRules.Facts(
                obstacle: try row.nextCode(), obstacleReason: try row.next(), isTrainerBusy: try row.next(),
                isClientBusy: try row.next(), station: try row.next())
            return (facts: facts, isWaived: try row.next(Bool.self))
        }
        guard let found = rows.first else { throw NotFound(.sessionID(id)) }
        return found
    }

    /// Returns the condition that the trainer of a session `s` has another session then, or that the time is held.
    private static func isTrainerBusy(_ now: Date) -> SQL {
        """
        (EXISTS (
             SELECT FROM session AS other
             WHERE other.trainer_id = s.trainer_id
               AND other.occupied && s.occupied
               AND other.status IN ('booked', 'attended')
               AND other.id <> s.id)
         OR EXISTS (
             SELECT FROM hold
             WHERE hold.trainer_id = s.trainer_id
               AND hold.occupied && s.occupied
               AND hold.status = 'held'
               AND hold.expires_at > \(now)
               AND hold.session_id IS DISTINCT FROM s.id))
        """
    }

    /// The condition that the client of a session `s` has another session then.
    private static let isClientBusy: SQL = """
        EXISTS (
            SELECT FROM session AS other
            WHERE other.client_id = s.client_id
              AND tstzrange(other.starts_at, other.ends_at) && tstzrange(s.starts_at, s.ends_at)
              AND other.status IN ('booked', 'attended')
              AND other.id <> s.id)
        """

    /// Returns the contacts of a session's client and of its booking request, and the end of its turnaround.
    func occupation(of session: Session) async throws -> (contacts: Contacts, until: Date) {
        let (named, until) = try await connection.query(
            "SELECT named_contacts, upper(occupied) FROM session WHERE id = \(session.id.value)"
        ).decode(([String], Date).self)[0]
        var contacts = Contacts()
        contacts.add(session.client)
        for key in named { contacts.add(key: key) }
        return (contacts, until)
    }

    /// Corrects the status of a marked or cancelled session; the reason is that of the transaction.
    ///
    /// - Parameters:
    ///   - id: The session.
    ///   - status: The corrected status.
    ///   - station: The station that the session takes; `nil` keeps its own.
    ///   - now: The time of the correction, from which on a reinstated session is announced.
    /// - Throws: ``PostgresError`` with the constraint that refuses it.
    func correct(_ id: Session.ID, to status: Session.Status, station: Int16?, now: Date) async throws {
        // The trigger `session_stays_final` accepts the change of this session only.
        _ = try await connection.query("SELECT set_config('intro.correction', \(String(id.value)), true)")
        try await connection.query(
            """
            UPDATE session
            SET status = \(status.rawValue),
                station = coalesce(\(station)::smallint, station),
                revision = CASE WHEN status = 'cancelled' THEN revision + 1 ELSE revision END,
                arranged_at = CASE WHEN status = 'cancelled' THEN \(now) ELSE arranged_at END,
                cancel_reason = NULL,
                cancelled_by = NULL
            WHERE id = \(id.value)
            """)
        _ = try await connection.query("SELECT set_config('intro.correction', '', true)")
    }
}
