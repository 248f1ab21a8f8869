public import Booking
public import FoundationEssentials
import Jobs
public import Postgres

/// One row of the ledger: a message that did, did not or will go out.
public struct LedgerEntry: Sendable {
    /// The session it speaks of.
    public let reference: Reference
    /// Why it exists.
    public let rule: String
    /// How it goes out.
    public let channel: String
    /// The revision of the session that it speaks of.
    public let revision: Int32
    /// queued, attempting, sent, failed, unknown or skipped.
    public let status: String
    /// Why it was skipped, failed, is unknown, or waits for another try.
    public let reason: String?
    /// When it should go out.
    public let dueAt: Date
    /// When a server took it.
    public let sentAt: Date?
    /// Where it went, or would go.
    public let recipient: String?
    /// Clock of the session's studio.
    public let clock: StudioClock
}

/// The ledger of messages, as the database holds it.
public struct LedgerRepository: Sendable {
    /// Why a queued message will not go out any more.
    enum Supersession: String {
        case rescheduled, cancelled
        case sessionClosed = "session_closed"
    }

    let connection: Connection

    /// Reads and writes through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// The ledger of one session, or the rows written last, by due time.
    ///
    /// - Parameters:
    ///   - reference: One session; `nil` is all.
    ///   - status: One status; `nil` is all.
    ///   - limit: How many at the most.
    /// - Returns: The rows, by due time.
    /// - Throws: ``PostgresError``.
    public func entries(of reference: Reference?, status: String?, limit: Int = 1000) async throws -> [LedgerEntry] {
        let rows = try await connection.query(
            """
            SELECT reference, rule, channel, revision, status, reason, due_at, sent_at, recipient, time_zone
            FROM (
                SELECT m.id, s.reference, m.rule, m.channel, m.revision, m.status, m.reason, m.due_at, m.sent_at,
                       coalesce(m.recipient, c.email) AS recipient, st.time_zone
                FROM message AS m
                JOIN session AS s ON s.id = m.session_id
                JOIN client AS c ON c.id = s.client_id
                JOIN studio AS st ON st.id = m.studio_id
                WHERE (\(reference?.code)::text IS NULL OR s.reference = \(reference?.code))
                  AND (\(status)::text IS NULL OR m.status = \(status))
                ORDER BY m.id DESC
                LIMIT \(Int64(limit))
            ) AS latest
            ORDER BY due_at, id
            """)
        typealias Row = (String, String, String, Int32, String, String?, Date, Date?, String?, String)
        return try rows.decode(Row.self).map { row in
            LedgerEntry(
                reference: try Reference(row.0), rule: row.1, channel: row.2, revision: row.3, status: row.4,
                reason: row.5, dueAt: row.6, sentAt: row.7, recipient: row.8,
                clock: try StudioClocks.clock(of: row.9))
        }
    }

    /// Queues a notice of the session's present revision, and asks for it to be sent at once.
    func announce(_ rule: String, of session: Session.ID, at now: Date) async throws {
        _ = try await connection.query(
            """
            INSERT INTO message (session_id, studio_id, rule, channel, revision, due_at)
            SELECT s.id, s.studio_id, rule.key, rule.channel, s.revision, \(now)
            FROM session AS s
            JOIN reminder_rule AS rule ON rule.key = \(rule)
            WHERE s.id = \(session.value)
            """)
        try await askForDelivery()
    }

    /// Asks the runners to send what is due.
    func askForDelivery() async throws {
        try await JobQueue(connection).enqueue(DeliverMessages(), DeliverMessages.atOnce)
    }

    /// Takes back what is queued about a session as it was.
    func supersede(_ session: Session.ID, because reason: Supersession) async throws {
        _ = try await connection.query(
            """
            UPDATE message
            SET status = 'skipped', reason = \(reason.rawValue)
            WHERE session_id = \(session.value) AND status = 'queued'
            """)
    }
}
