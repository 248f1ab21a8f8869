import Postgres

/// Rows at the limits of retention.
extension Studio {
    /// Inserts a sent message a second beyond the limit of sixty days, and one within it.
    func insertOldMessages() async throws {
        try await database.query(
            """
            INSERT INTO message (session_id, studio_id, rule, channel, revision, copy, copy_reason, status, due_at,
                sent_at, recipient, subject, body, reply)
            SELECT session_id, studio_id, rule, channel, revision, n, 'copy', 'sent', due.at, due.at, recipient,
                   'subject', 'body', '250 ok'
            FROM message,
                 (VALUES (91, \(RetentionTests.now)::timestamptz - interval '60 days 1 second'),
                         (92, \(RetentionTests.now)::timestamptz - interval '60 days')) AS due (n, at)
            WHERE rule = 'confirmation' AND channel = 'email' AND copy = 0
            """)
    }

    /// Inserts received texts and mail beyond and within the limit of sixty days, and an older text that waits for staff.
    func insertOldInbound() async throws {
        try await database.query(
            """
            INSERT INTO inbound_text (received_at, sender, body, action, done_at)
            SELECT \(RetentionTests.now)::timestamptz - age, '+12135550199', body, 'none', done
            FROM (VALUES (interval '60 days 1 second', 'outside', now()),
                         (interval '60 days', 'inside', now()),
                         (interval '90 days', 'open', NULL)) AS text (age, body, done)
            """)
        try await database.query(
            """
            INSERT INTO inbound_mail (received_at, kind, excerpt, digest, reason, done_at)
            SELECT \(RetentionTests.now)::timestamptz - age, 'other', excerpt, sha256(excerpt::bytea), 'not_understood',
                   now()
            FROM (VALUES (interval '60 days 1 second', 'outside'), (interval '60 days', 'inside')) AS mail (age, excerpt)
            """)
    }

    /// Inserts a dead job beyond the limit of sixty days, and one within it.
    func insertOldDeadJobs() async throws {
        try await database.query(
            """
            INSERT INTO job_dead (id, kind, queue, priority, payload, max_attempts, failures, crashes, enqueued_at,
                run_at, died_at, reason)
            SELECT n, 'history.prune', 'default', 2, '{}', 1, 1, 0, finished, finished, finished, 'failed'
            FROM (VALUES (-1, now() - interval '60 days 1 minute'), (-2, now() - interval '59 days'))
                AS dead (n, finished)
            """)
    }
}
