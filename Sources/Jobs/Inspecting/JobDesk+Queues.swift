public import FoundationEssentials
import Postgres

extension JobDesk {
    /// Pauses a queue: nothing more is claimed from it.
    ///
    /// What runs goes on.
    ///
    /// - Returns: Since when it has been paused, which may be long ago.
    /// - Throws: `PostgresError`.
    @discardableResult
    public func pause(_ queue: String) async throws -> Date {
        try await change(
            """
            INSERT INTO job_queue (name, paused_at)
            VALUES (\(queue), now())
            ON CONFLICT (name) DO UPDATE
            SET paused_at = coalesce(job_queue.paused_at, now())
            RETURNING paused_at
            """
        ).decode(Date.self)[0]
    }

    /// Runs a statement in a transaction of its own, whose settings name the actor to the event log.
    func change(_ statement: SQL) async throws -> Rows {
        try await database.transaction { try await $0.query(statement) }
    }

    /// Resumes a queue, and tells the runners.
    ///
    /// One that is not limited either needs no row then.
    ///
    /// - Returns: Whether it was paused.
    /// - Throws: `PostgresError`.
    @discardableResult
    public func resume(_ queue: String) async throws -> Bool {
        try await change(
            """
            WITH forgotten AS (
                DELETE FROM job_queue
                WHERE name = \(queue) AND paused_at IS NOT NULL AND rate_limit IS NULL
                RETURNING name
            ),
            resumed AS (
                UPDATE job_queue
                SET paused_at = NULL
                WHERE name = \(queue) AND paused_at IS NOT NULL AND rate_limit IS NOT NULL
                RETURNING name
            )
            SELECT pg_notify('\(unsafeSQL: JobQueue.channel)', '')
            FROM (SELECT name FROM forgotten UNION ALL SELECT name FROM resumed) AS freed
            """
        ).count == 1
    }
}
