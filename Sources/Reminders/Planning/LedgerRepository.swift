public import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// The ledger of messages in the database.
public struct LedgerRepository: Sendable {
    let connection: Connection

    /// Creates a repository that uses one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns the ledger of one session, or the most recent rows, by due time, as stored.
    ///
    /// - Parameters:
    ///   - reference: One session; `nil` is all.
    ///   - status: One status; `nil` is all.
    ///   - limit: The maximum number of rows.
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

    /// Returns the query for the messages of one session, or the most recent messages.
    static func rows(of reference: Reference?, status: String?, limit: Int) -> SQL {
        "SELECT m.* FROM message AS m WHERE \(condition(reference, status)) ORDER BY m.id DESC LIMIT \(Int64(limit))"
    }

    /// Returns the number of rows that ``entries(of:status:limit:)`` finds without a limit, counted up to a bound.
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
    /// Returns all messages of one session by due time: sent, not sent and planned.
    ///
    /// Future messages are evaluated at their due time in the current state; planned messages that are not stored yet
    /// are computed. Nothing is written.
    ///
    /// - Parameters:
    ///   - reference: The session.
    ///   - now: The current time.
    /// - Returns: The messages, by due time.
    /// - Throws: ``PostgresError``.
    public func history(of reference: Reference, now: Date) async throws -> [LedgerEntry] {
        let stored = try await evaluatedEntries(of: reference, status: nil, limit: .max, now: now)
        let entries = try await stored + planned(of: reference)
        return entries.sorted { ($0.dueAt, $0.id ?? .max) < ($1.dueAt, $1.id ?? .max) }
    }

    /// Returns the ledger of one session, or the most recent rows, by due time; queued messages with their reason to
    /// wait.
    ///
    /// - Parameters:
    ///   - reference: One session; `nil` is all.
    ///   - status: One status; `nil` is all.
    ///   - limit: The maximum number of rows.
    ///   - now: The current time.
    /// - Returns: The rows, by due time.
    /// - Throws: ``PostgresError``.
    public func evaluatedEntries(
        of reference: Reference?, status: String?, limit: Int = 1000, now: Date
    ) async throws -> [LedgerEntry] {
        let pauses = try await ChannelPauseRepository(connection).all(at: now)
        return try await connection.query(
            """
            SELECT \(LedgerEntry.columns), eligibility.reason, obstacle.detail
            FROM (\(Self.rows(of: reference, status: status, limit: limit))) AS m
            \(LedgerEntry.joins)
            -- Messages that wait for a change are evaluated as of now, all others as of their next attempt.
            LEFT JOIN LATERAL message_eligibility(
                greatest(
                    m.due_at,
                    CASE WHEN m.reason NOT IN (\(Self.obstacles)) OR m.reason IS NULL THEN m.wait_until END,
                    \(now))
            ) AS eligibility ON eligibility.id = CASE WHEN m.status = 'queued' THEN m.id END
            LEFT JOIN LATERAL message_obstacle(s.studio_id, s.trainer_id, s.starts_at, s.ends_at) AS obstacle
                ON obstacle.reason = eligibility.reason
            ORDER BY m.due_at, m.id
            """
        ).map { row in
            var entry = try LedgerEntry(&row)
            let blockingReason: MessageReason? = try row.nextCode()
            entry.obstacleDetail = try row.next()
            entry.explain(blockingReason: blockingReason, pauses: pauses, now: now)
            return entry
        }
    }

    private static let obstacles: SQL =
        "\(unsafeSQL: (MessageReason.obstacles + [.optOutReview]).map { "'\($0.rawValue)'" }.joined(separator: ", "))"

    /// Returns the messages that rules require and that are not stored yet.
    private func planned(of reference: Reference) async throws -> [LedgerEntry] {
        try await connection.query(
            """
            SELECT \(LedgerEntry.columns), obstacle.reason, obstacle.detail
            FROM (\(Self.plannedRows(of: reference))) AS m
            \(LedgerEntry.joins)
            LEFT JOIN LATERAL message_obstacle(s.studio_id, s.trainer_id, s.starts_at, s.ends_at) AS obstacle
                ON m.status = 'planned' AND s.status = 'booked'
            """
        ).map { row in
            var entry = try LedgerEntry(&row)
            let obstacle: MessageReason? = try row.nextCode()
            entry.obstacleDetail = try row.next()
            if entry.status == "planned" {
                entry.reason =
                    entry.recipient == nil && entry.channel == "email" ? .noEmail : obstacle ?? entry.reason
            }
            return entry
        }
    }

    /// Returns the query for the messages that rules require and that are not stored yet, with the columns of
    /// `message`.
    private static func plannedRows(of reference: Reference) -> SQL {
        """
        SELECT NULL::bigint AS id, planned.session_id, planned.studio_id, planned.rule, planned.channel,
               planned.audience, planned.revision,
               CASE planned.status WHEN 'queued' THEN 'planned' ELSE planned.status END AS status,
               planned.reason, planned.due_at, NULL::timestamptz AS wait_until, 0 AS attempts,
               NULL::timestamptz AS attempted_at, NULL::timestamptz AS sent_at,
               NULL::timestamptz AS delivered_at, NULL AS recipient, NULL AS reply, NULL AS subject, NULL AS body,
               NULL::integer AS trainer_id, NULL::date AS day, 0 AS copy, NULL AS copy_reason
        FROM (
            SELECT session_id, studio_id, rule, channel, audience, revision, due_at,
                   CASE WHEN is_reachable THEN status ELSE 'skipped' END AS status,
                   CASE
                       WHEN is_reachable THEN reason
                       ELSE CASE channel WHEN 'email' THEN 'no_email' ELSE 'no_phone' END
                   END AS reason
            FROM planned_messages()
            WHERE session_id = (SELECT id FROM session WHERE reference = \(reference.code))
        ) AS planned
        WHERE NOT EXISTS (
            SELECT FROM message AS known
            WHERE known.session_id = planned.session_id
              AND known.rule = planned.rule
              AND known.revision = planned.revision)
        """
    }
}

extension LedgerRepository {
    /// Returns messages, or those of them that are about the present revision of their session.
    ///
    /// - Parameters:
    ///   - ids: The messages.
    ///   - firstOnly: Whether to leave out copies and messages about an earlier revision.
    /// - Returns: The messages.
    /// - Throws: ``PostgresError``.
    func current(_ ids: [Int64], firstOnly: Bool) async throws -> [Int64] {
        guard firstOnly else { return ids }
        return try await connection.query(
            """
            SELECT m.id
            FROM message AS m
            JOIN session AS s ON s.id = m.session_id AND s.revision = m.revision
            WHERE m.id = ANY (\(ids)) AND m.copy = 0
            ORDER BY m.id
            """
        ).decode(Int64.self)
    }

    /// Queues a copy of each message, and returns the copies.
    func copy(_ ids: [Int64], reason: String, now: Date) async throws -> [Int64] {
        let last = try await connection.query("SELECT coalesce(max(id), 0) FROM message").decode(Int64.self)[0]
        try await connection.query(
            """
            SELECT queue_messages('copies', p_copied => \(ids), p_copy_reason => \(reason), p_now => \(now))
            """)
        return try await connection.query(
            """
            SELECT c.id
            FROM message AS c
            WHERE c.id > \(last)
              AND c.copy > 0
              AND EXISTS (
                  SELECT FROM message AS m
                  WHERE m.id = ANY (\(ids))
                    AND (m.rule, m.channel, m.revision) = (c.rule, c.channel, c.revision)
                    AND m.session_id IS NOT DISTINCT FROM c.session_id
                    AND m.trainer_id IS NOT DISTINCT FROM c.trainer_id
                    AND m.day IS NOT DISTINCT FROM c.day)
            ORDER BY c.id
            """
        ).decode(Int64.self)
    }

    /// Returns the row of an ID.
    func entry(_ id: Int64) async throws -> LedgerEntry {
        try await connection.query(
            "SELECT \(LedgerEntry.columns) FROM message AS m \(LedgerEntry.joins) WHERE m.id = \(id)"
        ).map { try LedgerEntry(&$0) }[0]
    }
}
