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
        let entries = try await written(of: reference, now: now) + planned(of: reference)
        return entries.sorted { ($0.dueAt, $0.id ?? .max) < ($1.dueAt, $1.id ?? .max) }
    }

    /// What the ledger holds of a session.
    private func written(of reference: Reference, now: Date) async throws -> [LedgerEntry] {
        try await connection.query(
            """
            SELECT \(LedgerEntry.columns), judged.reason
            FROM message AS m
            \(LedgerEntry.joins)
            -- What is held back until somebody acts is judged now, the rest at the time when it is tried.
            LEFT JOIN LATERAL judged_messages(
                greatest(m.due_at, CASE WHEN m.reason IS DISTINCT FROM 'opt_out_review' THEN m.wait_until END, \(now))
            ) AS judged
                ON judged.id = m.id AND m.status = 'queued'
            WHERE s.reference = \(reference.code)
            """
        ).map { row in
            var entry = try LedgerEntry(&row)
            entry.reason = try row.next(String?.self) ?? entry.reason
            return entry
        }
    }

    /// What rules ask for that nobody has written down yet.
    private func planned(of reference: Reference) async throws -> [LedgerEntry] {
        try await connection.query(
            """
            SELECT \(LedgerEntry.columns)
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
            """
        ).map { try LedgerEntry(&$0) }
    }
}
