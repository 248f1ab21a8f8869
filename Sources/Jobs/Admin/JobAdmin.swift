public import FoundationEssentials
public import Postgres

/// The administration of jobs: listing, retrying, cancelling and discarding them, and pausing queues.
///
/// A change to several jobs by ID applies to all of them or to none. All times are by the database's clock.
public struct JobAdmin: Sendable {
    let database: Database

    /// Creates the administration of a database's jobs.
    public init(_ database: Database) {
        self.database = database
    }
}

extension JobAdmin {
    /// The maximum number of jobs per transaction; a long transaction blocks vacuum.
    static let batchLimit = 10_000

    /// Locks waiting, scheduled and running jobs until the transaction ends, and returns their states.
    static func lock(_ jobs: [JobID], on connection: Connection) async throws -> [(JobID, JobState)] {
        try await connection.query(
            """
            SELECT id,
                   CASE WHEN token IS NOT NULL THEN 'running' WHEN run_at > now() THEN 'scheduled' ELSE 'waiting' END
            FROM job
            WHERE id = ANY (\(jobs.map(\.value)))
            ORDER BY id
            FOR UPDATE
            """
        ).map { row in (JobID(try row.next()), try row.next()) }
    }

    /// Throws ``JobRefusal/unknown(_:)`` where one of the jobs was not found.
    static func assertKnown(_ jobs: [JobID], among known: [JobID]) throws(JobRefusal) {
        let known = Set(known)
        if let missing = jobs.first(where: { !known.contains($0) }) { throw .unknown(missing) }
    }
}

extension JobAdmin {
    /// Pauses a queue: no more jobs are claimed from it.
    ///
    /// Running jobs continue.
    ///
    /// - Returns: The start of the pause, which may be an earlier call's.
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

    /// Runs a statement in a separate transaction, whose settings name the actor for the event log.
    func change(_ statement: SQL) async throws -> Rows {
        try await database.transaction { try await $0.query(statement) }
    }

    /// Resumes a queue, and notifies the runners.
    ///
    /// The row of a queue without a rate limit is deleted.
    ///
    /// - Returns: Whether the queue was paused.
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
