import Postgres

extension JobAdmin {
    /// The result of retrying dead jobs.
    public struct RetryResult: Sendable, Equatable {
        /// The jobs that are waiting again, due immediately.
        public var retried: [JobID] = []
        /// The jobs that are still dead, because other jobs hold their unique keys.
        public var keyTaken: [JobID] = []
    }

    /// Makes jobs due immediately: dead jobs start over without failures, but keep their errors; scheduled jobs are due
    /// now.
    ///
    /// - Returns: The jobs, all of which are retried.
    /// - Throws: ``JobRefusal`` where one of them is unknown, waiting, running, or has a unique key that is in use; or
    ///   `PostgresError`.
    @discardableResult
    public func retry(_ jobs: [JobID]) async throws -> RetryResult {
        try await database.transaction { connection in
            let active = try await Self.lock(jobs, on: connection)
            for (job, state) in active where state != .scheduled { throw JobRefusal.notDead(job, state) }
            try await connection.query(
                "UPDATE job SET run_at = now() WHERE id = ANY (\(active.map(\.0.value)))")
            let revived = try await Self.revive("id = ANY (\(jobs.map(\.value)))", limit: jobs.count, on: connection)
            for case (let job, let holder, isRevived: false) in revived { throw JobRefusal.keyTaken(job, by: holder) }
            try Self.assertKnown(jobs, among: active.map(\.0) + revived.map(\.0))
            try await connection.query("NOTIFY \(unsafeSQL: JobQueue.channel)")
            return RetryResult(retried: jobs)
        }
    }

    /// Retries dead jobs in batches.
    ///
    /// - Parameter filter: The dead jobs; its state is ignored.
    /// - Returns: The jobs that were retried, and those that were not.
    /// - Throws: `PostgresError`, or `CancellationError`; batches committed until then are kept.
    public func retryAll(_ filter: JobFilter = JobFilter()) async throws -> RetryResult {
        var retryResult = RetryResult()
        var last: Int64 = 0
        while true {
            let behind = last
            let revived = try await database.transaction { connection in
                let revived = try await Self.revive(
                    "id > \(behind) AND \(filter.condition)", limit: Self.batchLimit, on: connection)
                if !revived.isEmpty { try await connection.query("NOTIFY \(unsafeSQL: JobQueue.channel)") }
                return revived
            }
            for (job, _, isRevived) in revived {
                if isRevived { retryResult.retried.append(job) } else { retryResult.keyTaken.append(job) }
                last = job.value
            }
            if revived.count < Self.batchLimit { return retryResult }
        }
    }

    /// Moves dead jobs back to the queue, except those whose unique key is in use.
    ///
    /// - Returns: The dead jobs, in order of ID, each with the job that holds its unique key.
    private static func revive(
        _ condition: SQL, limit: Int, on connection: Connection
    ) async throws -> [(JobID, JobID?, isRevived: Bool)] {
        try await connection.query(
            """
            WITH chosen AS (
                SELECT *
                FROM job_dead
                WHERE \(condition)
                ORDER BY id
                LIMIT \(limit)
                FOR UPDATE
            ),
            added AS (
                INSERT INTO job (id, queue, kind, payload, priority, run_at, max_attempts, unique_key, enqueued_at, errors)
                SELECT id, queue, kind, payload, priority, now(), max_attempts, unique_key, enqueued_at, errors
                FROM chosen
                ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL DO NOTHING
                RETURNING id
            ),
            removed AS (
                DELETE FROM job_dead
                USING added
                WHERE job_dead.id = added.id
            )
            SELECT chosen.id, holder.id, added.id IS NOT NULL
            FROM chosen
            LEFT JOIN added ON added.id = chosen.id
            LEFT JOIN job AS holder ON holder.unique_key = chosen.unique_key
            ORDER BY chosen.id
            """
        ).map { row in
            (JobID(try row.next()), try row.next(Int64?.self).map { JobID($0) }, isRevived: try row.next())
        }
    }
}

extension JobAdmin {
    /// The result of cancelling jobs.
    public struct Cancellation: Sendable, Equatable {
        /// The jobs that were not running, and are dead now.
        public var cancelled: [JobID] = []
        /// The running jobs, which their runners cancel at the next heartbeat.
        public var requested: [JobID] = []
    }

    /// Cancels jobs: waiting and scheduled jobs are dead immediately, running jobs are cancelled by their runner.
    ///
    /// - Throws: ``JobRefusal`` where one of them is unknown or already dead, or `PostgresError`.
    public func cancel(_ jobs: [JobID]) async throws -> Cancellation {
        try await database.transaction { connection in
            let active = try await Self.lock(jobs, on: connection)
            let dead = try await connection.query("SELECT id FROM job_dead WHERE id = ANY (\(jobs.map(\.value)))")
                .decode(Int64.self).map { JobID($0) }
            if let first = dead.first { throw JobRefusal.dead(first) }
            try Self.assertKnown(jobs, among: active.map(\.0))
            let idle = active.filter { $0.1 != .running }.map(\.0)
            let running = active.filter { $0.1 == .running }.map(\.0)
            try await connection.query(
                """
                WITH removed AS (DELETE FROM job WHERE id = ANY (\(idle.map(\.value))) RETURNING job)
                SELECT dead_letter_job(removed.job, 'cancelled', NULL) FROM removed
                """)
            try await connection.query(
                "UPDATE job SET cancel_requested = true WHERE id = ANY (\(running.map(\.value)))")
            return Cancellation(cancelled: idle, requested: running)
        }
    }
}

extension JobAdmin {
    /// Deletes dead jobs permanently.
    ///
    /// - Throws: ``JobRefusal`` where one of them is unknown or not dead, or `PostgresError`.
    public func discard(_ jobs: [JobID]) async throws {
        try await database.transaction { connection in
            let deleted = try await connection.query(
                "DELETE FROM job_dead WHERE id = ANY (\(jobs.map(\.value))) RETURNING id"
            ).decode(Int64.self).map { JobID($0) }
            for (job, state) in try await Self.lock(jobs, on: connection) { throw JobRefusal.notDead(job, state) }
            try Self.assertKnown(jobs, among: deleted)
        }
    }

    /// Deletes dead jobs permanently, in batches.
    ///
    /// - Parameter filter: The dead jobs; its state is ignored.
    /// - Returns: The deleted jobs.
    /// - Throws: `PostgresError`, or `CancellationError`; batches committed until then are kept.
    public func discardAll(_ filter: JobFilter = JobFilter()) async throws -> [JobID] {
        var discarded: [JobID] = []
        while true {
            let deleted = try await change(
                """
                DELETE FROM job_dead
                WHERE id = ANY (ARRAY(SELECT id FROM job_dead WHERE \(filter.condition) ORDER BY id LIMIT \(Self.batchLimit)))
                RETURNING id
                """
            ).decode(Int64.self)
            discarded += deleted.map { JobID($0) }
            if deleted.count < Self.batchLimit { return discarded }
        }
    }

    /// Returns the number of dead jobs.
    ///
    /// - Parameter filter: The dead jobs; its state is ignored.
    /// - Returns: The number of jobs.
    /// - Throws: `PostgresError`.
    public func countDead(_ filter: JobFilter = JobFilter()) async throws -> Int {
        try await database.query("SELECT count(*) FROM job_dead WHERE \(filter.condition)").decode(Int.self)[0]
    }
}

/// The reason why a change was refused; nothing was changed.
public enum JobRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// No job has the ID: it never existed, or the job is done.
    case unknown(JobID)
    /// Only dead jobs can be discarded, and only dead or scheduled ones retried.
    case notDead(JobID, JobState)
    /// A dead job cannot be cancelled.
    case dead(JobID)
    /// The job cannot be retried: another job has its unique key.
    case keyTaken(JobID, by: JobID?)

    /// The reason as a sentence.
    public var description: String {
        switch self {
        case .unknown(let job): "job \(job) not found"
        case .notDead(let job, let state): "job \(job) is not dead: it is \(state.rawValue)"
        case .dead(let job): "job \(job) is dead already"
        case .keyTaken(let job, nil): "job \(job) cannot wait again: another has its unique key"
        case .keyTaken(let job, let other?): "job \(job) cannot wait again: job \(other) has its unique key"
        }
    }
}
