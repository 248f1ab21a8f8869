import BookingStore
import FoundationEssentials
import Postgres

/// The invariants of sending.
extension InvariantQuery {
    private static let messageText: SQL =
        "coalesce(left(s.reference, 4) || '-' || right(s.reference, 4), 'trainer #' || m.trainer_id, 'session #' || m.session_id) "
        + "|| ': ' || m.rule || ', message #' || m.id"

    private static let messageJoins: SQL = """
        JOIN message AS m ON m.id = v.id
        LEFT JOIN session AS s ON s.id = m.session_id
        """

    /// Queued messages that no sender has evaluated since they were due.
    ///
    /// Messages that are held after a restore and those of a paused channel wait with a reason. While a sender works on
    /// a channel, its other messages wait for their turn.
    static func overdueMessages(dueBefore due: Date) -> InvariantQuery {
        InvariantQuery(
            """
            SELECT m.id
            FROM message AS m
            WHERE m.status = 'queued'
              AND coalesce(m.wait_until, m.due_at) <= \(due)
              AND m.due_at > coalesce((SELECT hold.due_before FROM delivery_hold() AS hold), '-infinity')
              AND NOT EXISTS (SELECT FROM channel_pause AS pause WHERE pause.channel = m.channel)
              AND m.channel NOT IN (SELECT sent.channel FROM message AS sent WHERE sent.attempted_at > \(due))
            """,
            example: messageText, joins: messageJoins)
    }

    /// Messages in an attempt of a sender that has ended, or that has not recorded the outcome in time.
    static func abandonedAttempts(before due: Date) -> InvariantQuery {
        InvariantQuery(
            """
            SELECT m.id
            FROM message AS m
            LEFT JOIN delivery_run AS run ON run.id = m.run_id
            WHERE m.status = 'attempting'
              AND (run.id IS NULL OR run.ended_at IS NOT NULL OR (m.attempted_at > \(due)) IS NOT TRUE)
            """,
            example: messageText, joins: messageJoins)
    }

    /// Messages about a cancelled session whose attempt began after the cancellation.
    ///
    /// The cancellation's time is that of its event, by the database's clock, or the due time of its notice, by the
    /// clock of the desk, whichever is later.
    static var sentAfterCancellation: InvariantQuery {
        InvariantQuery(
            """
            -- Materialized: rules and notices are read for these messages only, and OFFSET 0 keeps the latter index lookups.
            WITH late AS MATERIALIZED (
                SELECT m.id, m.rule, m.studio_id, s.id AS session_id, s.revision,
                       coalesce(m.attempted_at, m.sent_at) AS sent_at
                FROM session AS s
                CROSS JOIN LATERAL (
                    SELECT e.at
                    FROM event AS e
                    WHERE e.subject = 'session'
                      AND e.subject_id = s.id
                      AND e.after ->> 'status' = 'cancelled'
                      AND e.before ->> 'status' <> 'cancelled'
                    ORDER BY e.id DESC
                    LIMIT 1
                ) AS cancellation
                JOIN message AS m ON m.session_id = s.id
                WHERE s.status = 'cancelled'
                  AND m.status IN ('attempting', 'sent', 'failed', 'unknown')
                  AND coalesce(m.attempted_at, m.sent_at) > cancellation.at
            )
            SELECT late.id
            FROM late
            WHERE NOT EXISTS (
                    SELECT FROM rules_at(late.studio_id) AS rule
                    WHERE rule.key = late.rule AND rule.anchor IN ('cancelled', 'trainer_cancelled', 'call_asked'))
              AND NOT EXISTS (
                  SELECT
                  FROM message AS notice
                  CROSS JOIN LATERAL rules_at(notice.studio_id) AS rule
                  WHERE notice.session_id = late.session_id
                    AND notice.revision = late.revision
                    AND notice.copy = 0
                    AND notice.reason IS DISTINCT FROM 'resent'
                    AND notice.due_at >= late.sent_at
                    AND rule.key = notice.rule
                    AND rule.anchor = 'cancelled'
                  OFFSET 0)
            """,
            example: messageText, joins: messageJoins)
    }

    /// Messages with the same session, rule, channel, revision and number of the copy as another.
    static var sentTwice: InvariantQuery {
        InvariantQuery(
            """
            SELECT (
                SELECT max(m.id)
                FROM message AS m
                WHERE (m.session_id, m.rule, m.channel, m.revision, m.copy)
                    = (same.session_id, same.rule, same.channel, same.revision, same.copy)
            ) AS id
            FROM (
                SELECT session_id, rule, channel, revision, copy
                FROM (
                    -- In the order of the index of message_once: grouping by hash would not fit into memory.
                    SELECT session_id, rule, channel, revision, copy
                    FROM message
                    WHERE session_id IS NOT NULL
                    ORDER BY 1, 2, 3, 4, 5
                    OFFSET 0
                ) AS ordered
                GROUP BY 1, 2, 3, 4, 5
                HAVING count(*) > 1
            ) AS same
            UNION ALL
            SELECT max(id)
            FROM message
            WHERE day IS NOT NULL
            GROUP BY trainer_id, day, rule, channel, copy
            HAVING count(*) > 1
            """,
            example: messageText, joins: messageJoins)
    }
}
