public import Booking
import FoundationEssentials
public import Postgres

/// The changes of sessions that were requested with a key.
public struct ChangeRequestRepository: Sendable {
    let connection: Connection

    /// Creates a repository on a connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Reads the change that a request made to a session, and whether it changed anything, together with the next
    /// statement; `nil` if it made none.
    func change(
        by request: String, of session: Reference
    ) async -> Pending<(action: SessionAction, changed: Bool)?> {
        await connection.send(
            """
            SELECT action, changed
            FROM change_request
            WHERE request_id = \(request)
              AND session_id = (SELECT id FROM session WHERE reference = \(session.code))
            """
        ).map { rows in
            try rows.decode((String, Bool).self).first.map { (action: try storedCode($0), changed: $1) }
        }
    }

    /// Returns the sessions that a request named, whether or not it changed them, by start.
    ///
    /// - Throws: ``PostgresError``.
    public func sessions(namedBy request: String) async throws -> [Session] {
        try await sessions("SELECT session_id FROM change_request WHERE request_id = \(request)")
    }

    /// Returns the sessions to which a request made a change, by start.
    func sessions(changedBy request: String) async throws -> [Session] {
        try await sessions("SELECT session_id FROM change_request WHERE request_id = \(request) AND changed")
    }

    /// Returns whether a request changed a session otherwise than by replacing a trainer at times that overlap a period.
    ///
    /// The session's former trainer and time are read from the event log; where retention has removed the event, the
    /// change is taken for such a replacement.
    func isUsed(_ request: String, exceptToReplace trainer: Trainer.ID, during: Range<Date>) async throws -> Bool {
        try await connection.query(
            """
            SELECT EXISTS (
                SELECT
                FROM change_request AS change
                LEFT JOIN LATERAL (
                    SELECT before
                    FROM event
                    WHERE subject = 'session'
                      AND subject_id = change.session_id
                      AND action = 'update'
                      AND at >= change.at
                    ORDER BY id
                    LIMIT 1
                ) AS former ON true
                WHERE change.request_id = \(request)
                  AND change.changed
                  AND (
                      change.action <> \(SessionAction.reschedule.rawValue)
                      OR (former.before ->> 'trainer_id')::integer <> \(trainer.value)
                      OR (former.before ->> 'starts_at')::timestamptz >= \(during.upperBound)
                      OR (former.before ->> 'ends_at')::timestamptz <= \(during.lowerBound)))
            """
        ).decode(Bool.self)[0]
    }

    private func sessions(_ ids: SQL) async throws -> [Session] {
        try await SessionReader.read(
            """
            \(SessionReader.select)
            WHERE s.id IN (\(ids))
            ORDER BY s.starts_at, s.id
            """, on: connection)
    }

    /// Records the change that a request made to a session, together with the next statement.
    func insert(_ action: SessionAction, by request: String, of session: Session.ID, changed: Bool) async {
        await connection.send(
            """
            INSERT INTO change_request (request_id, session_id, action, changed)
            VALUES (\(request), \(session.value), \(action.rawValue), \(changed))
            """)
    }
}
