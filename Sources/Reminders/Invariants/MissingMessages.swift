import BookingStore
import FoundationEssentials
import Postgres

extension InvariantQuery {
    /// Messages that a rule requires and that are not in the ledger.
    ///
    /// The messages of a booking, a mark, a move and a cancellation are written with that change. Reminders before the
    /// start are planned when they are due, and are not sent after the start.
    static func missingMessages(now: Date, dueBefore due: Date) -> InvariantQuery {
        InvariantQuery(
            """
            WITH required AS MATERIALIZED (\(requiredRules)),
            candidate AS MATERIALIZED (\(incompleteSessions))
            SELECT planned.session_id AS id, planned.rule AS what
            FROM planned_messages() AS planned
            WHERE planned.session_id = ANY (ARRAY(SELECT id FROM candidate))
              AND planned.status = 'queued'
              AND planned.is_reachable
              AND (planned.anchor <> 'start' OR planned.starts_at > \(now) AND planned.due_at <= \(due))
              AND NOT EXISTS (
                  SELECT FROM message AS m
                  WHERE m.session_id = planned.session_id
                    AND m.rule = planned.rule
                    AND m.revision = planned.revision)
              AND (planned.audience = 'client' AND planned.channel = 'email'
                   OR NOT \(hasNewContact(session: "planned.session_id")))
            UNION
            \(missingConfirmations)
            UNION
            \(missingNotices)
            UNION ALL
            SELECT NULL, digest.rule || ' of ' || digest.day || ' for ' || trainer.handle
            FROM due_digests(\(due), \(now)) AS digest
            JOIN trainer ON trainer.id = digest.trainer_id
            """,
            example:
                "CASE WHEN v.id IS NULL THEN v.what ELSE \(reference("s", orNumber: "v.id")) || ': ' || v.what END",
            joins: "LEFT JOIN session AS s ON s.id = v.id")
    }

    /// The rules by studio and status of a session: those whose messages may be required in its present revision, those
    /// of confirmations, and those of notices of its last change.
    private static let requiredRules: SQL = """
        SELECT studio.id AS studio_id, status,
               array_agg(rule.key) FILTER (
                   WHERE rule.anchor = 'booked' AND status = 'booked'
                      OR rule.anchor = 'start' AND status = 'booked'
                      OR rule.anchor = 'end' AND status <> 'cancelled'
                         AND (coalesce(rule.condition, '') NOT IN ('attended', 'no_show') OR rule.condition = status)
               ) AS planned,
               array_agg(rule.key) FILTER (WHERE rule.anchor = 'booked') AS confirmations,
               array_agg(rule.key) FILTER (
                   WHERE rule.anchor = ANY (
                       CASE status WHEN 'cancelled' THEN ARRAY['cancelled'] ELSE ARRAY['moved', 'trainer_changed'] END)
               ) AS notices
        FROM studio
        CROSS JOIN unnest(ARRAY['booked', 'attended', 'no_show', 'cancelled']) AS status
        CROSS JOIN LATERAL rules_at(studio.id) AS rule
        WHERE rule.enabled
        GROUP BY studio.id, status
        """

    /// The sessions without a message of one of these rules: the others need not be examined.
    ///
    /// One pass over sessions and an index of messages, in the same order.
    private static let incompleteSessions: SQL = """
        SELECT s.id
        FROM (
            SELECT s.id, s.studio_id, s.status, s.revision,
                   coalesce(array_agg(m.rule) FILTER (WHERE m.revision = s.revision), '{}') AS present,
                   coalesce(array_agg(m.rule) FILTER (WHERE m.revision = 1), '{}') AS first
            FROM session AS s
            LEFT JOIN message AS m ON m.session_id = s.id
            GROUP BY s.id
        ) AS s
        JOIN required USING (studio_id, status)
        WHERE NOT coalesce(required.planned, '{}') <@ s.present
           OR NOT coalesce(required.confirmations, '{}') <@ s.first
           OR s.revision > 1 AND NOT coalesce(required.notices, '{}') && s.present
        """

    /// Whether a contact of a session's client, trainer or studio was changed: a message to it may not have been required
    /// when the others were planned.
    private static func hasNewContact(session: SQL) -> SQL {
        """
        EXISTS (
            SELECT
            FROM session AS s
            JOIN event AS e
                ON (e.subject, e.subject_id) IN (
                    ('client', s.client_id), ('trainer', s.trainer_id::bigint), ('studio', s.studio_id::bigint))
            WHERE s.id = \(session)
              AND e.action = 'update'
              AND (e.before ->> 'email', e.before ->> 'phone') IS DISTINCT FROM (e.after ->> 'email', e.after ->> 'phone')
            -- OFFSET 0 keeps this an index lookup for each message: a hash table would read all sessions and events.
            OFFSET 0)
        """
    }

    /// Confirmations of bookings, of which each session has one in its first revision.
    private static let missingConfirmations: SQL = """
        SELECT s.id, rule.key
        FROM candidate
        JOIN session AS s ON s.id = candidate.id
        CROSS JOIN LATERAL rules_at(s.studio_id) AS rule
        WHERE rule.enabled
          AND rule.anchor = 'booked'
          AND rule.lag_days + rule.lag_minutes = 0
          AND rule.audience = 'client'
          AND rule.channel = 'email'
          AND rule.since <= s.booked_at
          AND NOT EXISTS (
              SELECT FROM message AS m WHERE m.session_id = s.id AND m.rule = rule.key AND m.revision = 1)
        """

    /// Notices of the last move or cancellation of a session.
    ///
    /// A move to another trainer at the same time requires another notice than other moves; either is accepted.
    private static let missingNotices: SQL = """
        SELECT s.id, CASE s.status WHEN 'cancelled' THEN 'a notice of the cancellation' ELSE 'a notice of the move' END
        FROM candidate
        JOIN session AS s ON s.id = candidate.id
        CROSS JOIN LATERAL (
            SELECT CASE s.status WHEN 'cancelled' THEN ARRAY['cancelled'] ELSE ARRAY['moved', 'trainer_changed'] END AS anchors
        ) AS change
        WHERE s.revision > 1
          AND NOT EXISTS (
              SELECT
              FROM message AS m
              CROSS JOIN LATERAL rules_at(m.studio_id) AS rule
              WHERE m.session_id = s.id
                AND m.revision = s.revision
                AND rule.key = m.rule
                AND rule.anchor = ANY (change.anchors))
          AND EXISTS (
              SELECT
              FROM event AS e
              WHERE e.subject = 'session'
                AND e.subject_id = s.id
                AND e.before ->> 'status' = 'booked'
                AND e.after ->> 'status' = CASE s.status WHEN 'cancelled' THEN 'cancelled' ELSE 'booked' END
                AND e.before ->> 'revision' <> e.after ->> 'revision'
                AND e.after ->> 'revision' = s.revision::text
                AND (
                    SELECT count(DISTINCT rule.anchor)
                    FROM rules_at(s.studio_id) AS rule
                    WHERE rule.enabled
                      AND rule.audience = 'client'
                      AND rule.channel = 'email'
                      AND rule.since <= e.at
                      AND rule.anchor = ANY (change.anchors)
                ) = cardinality(change.anchors)
              OFFSET 0)
        """
}
