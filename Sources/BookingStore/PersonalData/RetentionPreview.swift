public import FoundationEssentials
import Postgres

extension Retention {
    /// Counts what ``apply(_:now:)`` would remove, in one read-only snapshot.
    ///
    /// The conditions are those of `prune_message_texts`, `prune_inbound` and `prune_events`, for all rows instead of one
    /// batch; a test compares the numbers with those that are removed. A login that only reads can count.
    ///
    /// - Parameters:
    ///   - periods: The periods.
    ///   - now: The current time.
    /// - Returns: The numbers of rows.
    /// - Throws: ``PostgresError``.
    public func count(_ periods: Periods, now: Date) async throws -> Removed {
        try await database.transaction(isolation: .repeatableRead, readOnly: true) { connection in
            // As many rows are read as a check of the whole log reads.
            try await connection.setLocalStatementTimeout(.seconds(600))
            var removed = Removed()
            if let days = periods.messageBodies {
                removed.messageBodies = try await connection.count(Self.messageTexts(before: now.daysAgo(days)))
            }
            if let days = periods.inbound {
                removed.inbound = try await connection.count(Self.inbound(before: now.daysAgo(days)))
            }
            if let days = periods.events {
                removed.events = try await connection.count(
                    Self.events(before: now.daysAgo(days), inboundBefore: periods.inbound.map { now.daysAgo($0) }))
            }
            return removed
        }
    }

    private static func messageTexts(before limit: Date) -> SQL {
        """
        SELECT count(*)
        FROM message
        WHERE coalesce(body, subject, reply) IS NOT NULL
          AND due_at < \(limit)
          AND status NOT IN ('queued', 'attempting')
        """
    }

    private static func inbound(before limit: Date) -> SQL {
        """
        SELECT (SELECT count(*) FROM inbound_text WHERE received_at < \(limit) AND done_at IS NOT NULL)
             + (SELECT count(*) FROM inbound_mail WHERE received_at < \(limit) AND done_at IS NOT NULL)
        """
    }

    /// Selects the number of outdated events, except those of received texts and mail that are removed before.
    private static func events(before limit: Date, inboundBefore inboundLimit: Date?) -> SQL {
        """
        WITH past AS (
            SELECT s.id
            FROM session AS s
            WHERE s.ends_at < \(limit)
              AND NOT EXISTS (
                  SELECT FROM event AS later
                  WHERE later.subject = 'session' AND later.subject_id = s.id AND later.at >= \(limit))
        )
        SELECT count(*)
        FROM event AS e
        LEFT JOIN message AS m ON e.subject = 'message' AND m.id = e.subject_id
        LEFT JOIN inbound_text AS t ON e.subject = 'inbound_text' AND t.id = e.subject_id
        LEFT JOIN inbound_mail AS i ON e.subject = 'inbound_mail' AND i.id = e.subject_id
        WHERE e.at < \(limit)
          AND (CASE e.subject WHEN 'session' THEN e.subject_id ELSE m.session_id END IN (SELECT id FROM past)
               OR e.subject NOT IN ('session', 'hours', 'job_queue', 'event')
                  AND (e.action = 'delete'
                       OR EXISTS (
                           SELECT FROM event AS newer
                           WHERE newer.subject = e.subject
                             AND newer.subject_id = e.subject_id
                             AND newer.id > e.id
                             AND newer.at < \(limit))))
          AND NOT coalesce(t.received_at < \(inboundLimit) AND t.done_at IS NOT NULL, false)
          AND NOT coalesce(i.received_at < \(inboundLimit) AND i.done_at IS NOT NULL, false)
        """
    }
}

extension Connection {
    fileprivate func count(_ statement: SQL) async throws -> Int {
        Int(try await query(statement).decode(Int64.self)[0])
    }
}
