import Booking
import Postgres

/// The changes of sessions that were requested with a key.
struct ChangeRequestRepository {
    let connection: Connection

    /// Creates a repository on a connection.
    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns the change that a request made to a session, and whether it changed anything; `nil` if it made none.
    func change(by request: String, of session: Session.ID) async throws -> (action: SessionAction, changed: Bool)? {
        let rows = try await connection.query(
            """
            SELECT action, changed
            FROM change_request
            WHERE request_id = \(request) AND session_id = \(session.value)
            """
        ).decode((String, Bool).self)
        return try rows.first.map { (action: try storedCode($0), changed: $1) }
    }

    /// Returns the sessions to which a request made a change, by start.
    func sessions(changedBy request: String) async throws -> [Session] {
        try await SessionReader.read(
            """
            \(SessionReader.select)
            WHERE s.id IN (SELECT session_id FROM change_request WHERE request_id = \(request) AND changed)
            ORDER BY s.starts_at, s.id
            """, on: connection)
    }

    /// Records the change that a request made to a session.
    func insert(_ action: SessionAction, by request: String, of session: Session.ID, changed: Bool) async throws {
        try await connection.query(
            """
            INSERT INTO change_request (request_id, session_id, action, changed)
            VALUES (\(request), \(session.value), \(action.rawValue), \(changed))
            """)
    }
}
