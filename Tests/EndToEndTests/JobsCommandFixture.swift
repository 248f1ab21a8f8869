import BookingStoreTesting
import Foundation
import Postgres

extension CommandFixture {
    /// Inserts a job in each state: 1 is waiting, 2 is scheduled, 3 is running, 10 and 11 are dead.
    func fillQueues() async throws {
        try await store.database.query(
            """
            INSERT INTO job_runner (name, queues, lease_until, completed)
            VALUES ('host-1', '{default,mail}', now() + interval '1 hour', 77)
            """)
        try await store.database.query(
            """
            INSERT INTO job (id, queue, kind, payload, priority, run_at, max_attempts, unique_key, token, runner, claimed_at)
            VALUES (1, 'default', 'test', '{"studioId": 3, "notes": [1, 2.5, null, true]}', 2,
                    now() - interval '1 hour', 10, NULL, NULL, NULL, NULL),
                   (2, 'default', 'test', '{}', 3, now() + interval '1 hour', 10, 'the key', NULL, NULL, NULL),
                   (3, 'mail', 'letter', '{}', 1, now(), 5, NULL, 7, 1, now())
            """)
        try await store.database.query(
            """
            INSERT INTO job_dead (
                id, queue, kind, payload, priority, run_at, max_attempts, unique_key, enqueued_at, failures, crashes, errors,
                reason, died_at)
            VALUES (10, 'default', 'test', '{"studioId": 4}', 2, now() - interval '3 hours', 10, NULL, now(), 9, 1,
                    '[{"at": "2026-11-20T10:00:00Z", "attempt": 1, "message": "boom\\u001b[31m"},
                      {"at": "2026-11-20T10:05:00Z", "attempt": 2, "message": "again\\u202e"}]',
                    'failed', now() - interval '10 days'),
                   (11, 'mail', 'letter', '{}', 2, now() - interval '2 hours', 5, 'the key', now(), 1, 0, NULL, 'gave_up',
                    now())
            """)
    }

    /// The IDs and states of all jobs that are not done.
    func states() async throws -> [String] {
        try await array("jobs", "list").map { "\($0["id"] ?? "") \($0["state"] ?? "")" }.sorted()
    }

    /// The environment of a command that a test starts itself.
    var environment: [String: String] {
        ["INTRO_DATABASE_URL": store.conninfo, "INTRO_ACTOR": "admin"]
    }
}
