public import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// The ledger of messages, as the database holds it.
public struct LedgerRepository: Sendable {
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
}

extension LedgerRepository {
    /// Everything that did, did not or will go out about one session, by due time.
    ///
    /// What is to come is judged as things stand at the time when it is due; what no rule has written down yet is worked
    /// out. Nothing is written.
    ///
    /// - Parameters:
    ///   - reference: The session.
    ///   - now: The present instant.
    /// - Returns: The messages, by due time.
    /// - Throws: ``PostgresError``.
    public func history(of reference: Reference, now: Date) async throws -> [LedgerEntry] {
        let written = try await evaluatedEntries(of: reference, status: nil, limit: .max, now: now)
        let entries = try await written + planned(of: reference)
        return entries.sorted { ($0.dueAt, $0.id ?? .max) < ($1.dueAt, $1.id ?? .max) }
    }

    /// The ledger of one session, or the rows written last, by due time; queued messages with what they wait for.
    ///
    /// - Parameters:
    ///   - reference: One session; `nil` is all.
    ///   - status: One status; `nil` is all.
    ///   - limit: How many at the most.
    ///   - now: The present instant.
    /// - Returns: The rows, by due time.
    /// - Throws: ``PostgresError``.
    public func evaluatedEntries(
        of reference: Reference?, status: String?, limit: Int = 1000, now: Date
    ) async throws -> [LedgerEntry] {
        let pauses = try await ChannelPauseRepository(connection).all(at: now)
        return try await connection.query(
            """
            SELECT \(LedgerEntry.columns), judged.reason, obstacle.detail
            FROM (\(Self.rows(of: reference, status: status, limit: limit))) AS m
            \(LedgerEntry.joins)
            -- What is held back until something changes is judged now, the rest at the time when it is tried.
            LEFT JOIN LATERAL judged_messages(
                greatest(
                    m.due_at,
                    CASE WHEN m.reason NOT IN (\(Self.obstacles)) OR m.reason IS NULL THEN m.wait_until END,
                    \(now))
            ) AS judged ON judged.id = CASE WHEN m.status = 'queued' THEN m.id END
            LEFT JOIN LATERAL message_obstacle(s.studio_id, s.trainer_id, s.starts_at, s.ends_at) AS obstacle
                ON obstacle.reason = judged.reason
            ORDER BY m.due_at, m.id
            """
        ).map { row in
            var entry = try LedgerEntry(&row)
            let judged = try row.next(String?.self)
            entry.obstacleDetail = try row.next()
            entry.explain(judged: judged, pauses: pauses, now: now)
            return entry
        }
    }

    private static let obstacles: SQL =
        "\(unsafeSQL: MessageObstacle.allCases.map { "'\($0.rawValue)', " }.joined())'opt_out_review'"

    /// What rules ask for that nobody has written down yet.
    private func planned(of reference: Reference) async throws -> [LedgerEntry] {
        try await connection.query(
            """
            SELECT \(LedgerEntry.columns), obstacle.reason, obstacle.detail
            FROM (
                SELECT NULL::bigint AS id, told.session_id, told.studio_id, told.rule, told.channel, told.audience,
                       told.revision, CASE told.status WHEN 'queued' THEN 'planned' ELSE told.status END AS status,
                       told.reason, told.due_at, NULL::timestamptz AS wait_until, 0 AS attempts,
                       NULL::timestamptz AS attempted_at, NULL::timestamptz AS sent_at,
                       NULL::timestamptz AS delivered_at, NULL AS recipient, NULL AS reply, NULL AS subject, NULL AS body, NULL::integer AS trainer_id, NULL::date AS day
                FROM (
                    SELECT session_id, studio_id, rule, channel, audience, revision, due_at,
                           CASE WHEN is_reachable THEN status ELSE 'skipped' END AS status,
                           CASE
                               WHEN is_reachable THEN reason
                               ELSE CASE channel WHEN 'email' THEN 'no_email' ELSE 'no_phone' END
                           END AS reason
                    FROM planned_messages()
                    WHERE session_id = (SELECT id FROM session WHERE reference = \(reference.code))
                ) AS told
                WHERE NOT EXISTS (
                    SELECT FROM message AS known
                    WHERE known.session_id = told.session_id
                      AND known.rule = told.rule
                      AND known.revision = told.revision)
            ) AS m
            \(LedgerEntry.joins)
            LEFT JOIN LATERAL message_obstacle(s.studio_id, s.trainer_id, s.starts_at, s.ends_at) AS obstacle
                ON m.status = 'planned' AND s.status = 'booked'
            """
        ).map { row in
            var entry = try LedgerEntry(&row)
            let obstacle = try row.next(String?.self)
            entry.obstacleDetail = try row.next()
            if entry.status == "planned" {
                entry.reason =
                    entry.recipient == nil && entry.channel == "email" ? "no_email" : obstacle ?? entry.reason
            }
            return entry
        }
    }
}

extension LedgerRepository {
    /// A mail that was handed over, as a report may be about it.
    struct SentMessage {
        let id: Int64
        let session: Session.ID
        let recipient: EmailAddress
        let audience: Audience

        /// What decides about a report.
        var facts: MailDecision.Message { MailDecision.Message(recipient: recipient, audience: audience) }
    }

    /// The mail that was handed over with one of these identifiers, the first that there is; its row is locked.
    ///
    /// An identifier holds the session's reference: 40 bits that an outsider does not know. That of a trainer's day holds
    /// nothing of the kind, so it is never found here.
    func sent(withAnyOf messageIDs: [String]) async throws -> SentMessage? {
        for name in messageIDs.compactMap({ MessageName($0) }) {
            if let message = try await sent(name) { return message }
        }
        return nil
    }

    private func sent(_ name: MessageName) async throws -> SentMessage? {
        // The session before its messages, as whoever moves or cancels it locks them.
        try await connection.query("SELECT FROM session WHERE reference = \(name.reference.code) FOR KEY SHARE")
        return try await connection.query(
            """
            SELECT m.id, s.id, m.recipient, m.audience
            FROM message AS m
            JOIN session AS s ON s.id = m.session_id
            WHERE s.reference = \(name.reference.code)
              AND m.rule = \(name.rule)
              AND m.revision = \(name.revision)
              AND m.channel = 'email'
              AND m.attempted_at IS NOT NULL
              AND m.recipient IS NOT NULL
            FOR UPDATE OF m
            """
        ).decode((Int64, Int64, String, String).self).first.map {
            SentMessage(
                id: $0.0, session: Session.ID($0.1), recipient: try EmailAddress($0.2), audience: try storedCode($0.3))
        }
    }

    /// Marks a mail as failed because it came back.
    func markBounced(_ id: Int64, diagnosis: String?) async throws {
        try await connection.query(
            """
            UPDATE message
            SET status = 'failed', reason = 'bounced', reply = coalesce(\(diagnosis), reply), sent_at = NULL
            WHERE id = \(id) AND status IN ('attempting', 'sent', 'unknown')
            """)
    }

    /// Marks a text as taken by its service, and as delivered where it was.
    func markSent(_ id: Int64, deliveredAt: Date?) async throws {
        try await connection.query(
            """
            UPDATE message
            SET status = 'sent', reason = NULL, sent_at = coalesce(sent_at, attempted_at), delivered_at = \(deliveredAt)
            WHERE id = \(id)
            """)
    }

    /// Marks a text as failed because its service could not deliver it.
    func markUndelivered(_ id: Int64, reason: String, reply: String) async throws {
        try await connection.query(
            """
            UPDATE message
            SET status = 'failed', reason = \(reason), reply = \(reply), sent_at = NULL, delivered_at = NULL
            WHERE id = \(id)
            """)
    }

    /// The row of a key.
    func entry(_ id: Int64) async throws -> LedgerEntry {
        try await connection.query(
            "SELECT \(LedgerEntry.columns) FROM message AS m \(LedgerEntry.joins) WHERE m.id = \(id)"
        ).map { try LedgerEntry(&$0) }[0]
    }
}
