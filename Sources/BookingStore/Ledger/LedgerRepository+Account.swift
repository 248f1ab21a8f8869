public import Booking
public import FoundationEssentials
import Postgres

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
    public func account(of reference: Reference, now: Date) async throws -> [LedgerEntry] {
        let written = try await judgedEntries(of: reference, status: nil, limit: .max, now: now)
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
    public func judgedEntries(
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

extension LedgerEntry {
    /// The reason of a message that would go out now, were its channel not paused.
    public static let channelPaused = "channel_paused"
    /// The reason of a notice that waits for a minute in case another change follows.
    public static let awaitingChanges = "awaiting_changes"

    /// Replaces what is stored of a queued message by what it waits for as things stand.
    ///
    /// - Parameters:
    ///   - judged: Why it would be skipped or wait when it is tried; `nil` where it would go out.
    ///   - pauses: The channels that are paused now.
    ///   - now: The present instant.
    mutating func explain(judged: String?, pauses: [Channel: ChannelPause], now: Date) {
        guard status == "queued" else { return }
        if let judged {
            reason = judged
        } else if reason.flatMap({ MessageObstacle(rawValue: $0) }) != nil {
            // What was in the way is gone; the next batch takes it up.
            (reason, waitUntil) = (nil, nil)
        }
        guard judged == nil else { return }
        if let waitUntil, waitUntil > now, reason != Self.channelPaused {
            reason = reason ?? Self.awaitingChanges
        } else if dueAt <= now, let pause = Channel(rawValue: channel).flatMap({ pauses[$0] }) {
            self.pause = pause
            waitUntil = pause.until
            reason = reason ?? Self.channelPaused
        } else if reason == Self.channelPaused {
            // The pause is over, and one message is tried.
            waitUntil = nil
        }
    }
}
