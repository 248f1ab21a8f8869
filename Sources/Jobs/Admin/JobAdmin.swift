public import FoundationEssentials
public import Postgres

/// Where people look after jobs: what waits, runs and is dead, and what they may do about it.
///
/// What is asked for several jobs by their keys is done for all of them or for none. Everything goes by the database's clock.
public struct JobAdmin: Sendable {
    let database: Database

    /// Opens the desk of a database.
    public init(_ database: Database) {
        self.database = database
    }
}

extension JobAdmin {
    /// How many jobs a transaction takes at the most: one that lasts long keeps vacuum waiting.
    static let batchLimit = 10_000

    /// Keeps jobs that wait or run as they are until the transaction ends.
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

    /// Refuses where one of the jobs is not among those that were found.
    static func assertKnown(_ jobs: [JobID], among known: [JobID]) throws(JobRefusal) {
        let known = Set(known)
        if let missing = jobs.first(where: { !known.contains($0) }) { throw .unknown(missing) }
    }
}

extension JobAdmin {
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

extension JobAdmin {
    /// How much was removed.
    public struct Pruning: Sendable, Equatable {
        /// Dead jobs.
        public var dead = 0
        /// Runners that have long been gone.
        public var runners = 0
        /// Periods that are over, for which a unique key was taken.
        public var periods = 0
    }

    /// Removes what nobody needs any more; a job may call it.
    ///
    /// - Parameters:
    ///   - age: Dead jobs go when they have been dead for so long.
    ///   - absence: Runners go when they have been gone for so long.
    /// - Returns: How much was removed.
    /// - Throws: `PostgresError`, or `CancellationError`; what was removed until then is gone.
    @discardableResult
    public func prune(
        deadFor age: Duration = .seconds(90 * 86_400), goneFor absence: Duration = .seconds(86_400)
    ) async throws -> Pruning {
        Pruning(
            dead: try await remove("job_dead", "id", while: "died_at < now() - \(age.inSeconds) * interval '1 second'"),
            // Where no runner is left to find the others dead, only their leases tell.
            runners: try await remove(
                "job_runner", "id",
                while: "coalesce(gone_at, lease_until) < now() - \(absence.inSeconds) * interval '1 second'"),
            periods: try await remove("job_period", "unique_key", while: "until <= now()"))
    }

    private func remove(_ table: String, _ key: String, while condition: SQL) async throws -> Int {
        var removed = 0
        while true {
            let count = try await database.query(
                """
                DELETE FROM \(unsafeSQL: table)
                WHERE \(unsafeSQL: key) = ANY (ARRAY(
                    SELECT \(unsafeSQL: key)
                    FROM \(unsafeSQL: table)
                    WHERE \(condition)
                    LIMIT \(Self.batchLimit)
                    FOR UPDATE SKIP LOCKED))
                """
            ).affected
            removed += count
            if count < Self.batchLimit { return removed }
        }
    }
}
