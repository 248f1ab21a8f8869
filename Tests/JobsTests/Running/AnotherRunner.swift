import JobsTesting
import Postgres
import PostgresTesting

extension JobFixture {
    /// Registers another runner, with a lease of an hour by default, and returns its number.
    @discardableResult
    func registerRunner(named name: String = "another", leaseSeconds seconds: Int = 3600) async throws -> Int64 {
        try await number(
            """
            INSERT INTO job_runner (name, queues, lease_until)
            VALUES (\(name), '{default}', now() + \(seconds) * interval '1 second')
            RETURNING id
            """)
    }

    /// Transfers the running jobs to another runner under new leases, as if their own runner had crashed.
    func transferJobs() async throws {
        let runner = try await registerRunner()
        try await database.query(
            "UPDATE job SET token = nextval('job_lease'), runner = \(runner), claimed_at = now() WHERE token IS NOT NULL"
        )
    }

    /// Waits until a session listens to notifications.
    func waitForListener() async throws {
        try await wait(until: "a session listens") {
            try await number(
                """
                SELECT count(*)
                FROM pg_stat_activity
                WHERE datname = current_database() AND state = 'idle' AND query LIKE 'LISTEN%'
                """) == 1
        }
    }

    /// Waits until heartbeats have been recorded for a number of seconds from now on.
    func waitForHeartbeats(lasting seconds: Int) async throws {
        let start = try await number("SELECT extract(epoch FROM clock_timestamp())::bigint")
        try await wait(until: "heartbeats have been recorded") {
            try await number(
                "SELECT coalesce(max(extract(epoch FROM seen_at)), 0)::bigint FROM job_runner WHERE gone_at IS NULL"
            ) > start + Int64(seconds)
        }
    }
}
