public import Booking
import FoundationEssentials
import Jobs
public import Postgres

/// The ledger of messages, as the database holds it.
public struct LedgerRepository: Sendable {
    /// Why a queued message will not go out any more.
    enum Supersession: String {
        case rescheduled, cancelled
        case sessionClosed = "session_closed"
    }

    /// So long a move may be followed by another before its notice goes out.
    private static let burst: TimeInterval = 60

    let connection: Connection

    /// Reads and writes through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// The ledger of one session, or the rows written last, by due time, as it is stored.
    ///
    /// - Parameters:
    ///   - reference: One session; `nil` is all.
    ///   - status: One status; `nil` is all.
    ///   - limit: How many at the most.
    /// - Returns: The rows, by due time.
    /// - Throws: ``PostgresError``.
    public func entries(of reference: Reference?, status: String?, limit: Int = 1000) async throws -> [LedgerEntry] {
        try await connection.query(
            """
            SELECT \(LedgerEntry.columns)
            FROM (\(Self.rows(of: reference, status: status, limit: limit))) AS m
            \(LedgerEntry.joins)
            ORDER BY m.due_at, m.id
            """
        ).map { try LedgerEntry(&$0) }
    }

    /// The messages of one session, or those written last.
    static func rows(of reference: Reference?, status: String?, limit: Int) -> SQL {
        "SELECT m.* FROM message AS m WHERE \(condition(reference, status)) ORDER BY m.id DESC LIMIT \(Int64(limit))"
    }

    /// How many rows ``entries(of:status:limit:)`` finds without a limit, counted no further than a bound.
    public func count(of reference: Reference?, status: String?, upTo bound: Int) async throws -> Int {
        let count = try await connection.query(
            """
            SELECT count(*)
            FROM (SELECT FROM message AS m WHERE \(Self.condition(reference, status)) LIMIT \(Int64(bound))) AS found
            """
        ).decode(Int64.self)[0]
        return Int(count)
    }

    private static func condition(_ reference: Reference?, _ status: String?) -> SQL {
        var conditions: [SQL] = ["true"]
        if let reference {
            conditions.append("m.session_id = (SELECT id FROM session WHERE reference = \(reference.code))")
        }
        if let status { conditions.append("m.status = \(status)") }
        return .joined(conditions, separator: " AND ")
    }

    /// Queues what the rules of a studio say of a change of a session, in its present revision.
    ///
    /// A move may be followed by another in the same minute: runners wait that long, and only the last is told.
    func announce(_ anchor: ReminderRule.Anchor, of session: Session.ID, at now: Date) async throws {
        let wait = anchor == .moved || anchor == .trainerChanged
        _ = try await connection.query(
            """
            INSERT INTO message (session_id, studio_id, rule, channel, audience, revision, due_at, wait_until)
            SELECT s.id, s.studio_id, rule.key, rule.channel, rule.audience, s.revision, \(now),
                   \(wait ? now + Self.burst : nil)
            FROM session AS s
            JOIN client ON client.id = s.client_id
            JOIN trainer ON trainer.id = s.trainer_id
            JOIN studio ON studio.id = s.studio_id
            CROSS JOIN LATERAL rules_at(s.studio_id) AS rule
            WHERE s.id = \(session.value)
              AND rule.enabled
              AND rule.anchor = \(anchor.rawValue)
              AND is_reachable(
                  rule.audience, rule.channel, client.phone, trainer.email, trainer.phone, studio.email, studio.phone)
            ON CONFLICT ON CONSTRAINT message_once DO NOTHING
            """)
        try await askForDelivery(after: wait ? .seconds(Self.burst) : nil)
    }

    /// Asks the runners to send what is due, at once or after a while by the database's clock.
    func askForDelivery(after delay: Duration? = nil) async throws {
        var options = DeliverMessages.atOnce
        options.delay = delay
        try await JobQueue(connection).enqueue(DeliverMessages(), options)
    }

    /// Takes back what is queued about a session as it was, by the rules of its studio; what follows its end stays, and
    /// whoever asked to be called is called.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - reason: What has become of it.
    /// - Returns: Whether a move was among it of which nobody has been told.
    /// - Throws: ``PostgresError``.
    @discardableResult
    func supersede(_ session: Session.ID, because reason: Supersession) async throws -> Bool {
        try await connection.query(
            """
            UPDATE message AS m
            SET status = 'skipped', reason = \(reason.rawValue), wait_until = NULL
            WHERE session_id = \(session.value)
              AND status = 'queued'
              AND NOT EXISTS (
                  SELECT FROM rules_at(m.studio_id) AS rule
                  WHERE rule.key = m.rule
                    AND (rule.anchor = 'call_asked' OR rule.anchor = 'end' AND \(reason.rawValue) = 'session_closed'))
            RETURNING EXISTS (
                SELECT FROM rules_at(m.studio_id) AS rule WHERE rule.key = m.rule AND rule.anchor = 'moved')
            """
        ).decode(Bool.self).contains(true)
    }
}
