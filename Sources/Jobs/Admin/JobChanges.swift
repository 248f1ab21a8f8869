import Postgres

extension JobAdmin {
    /// What became of dead jobs that were to wait again.
    public struct RetryResult: Sendable, Equatable {
        /// They wait again, and are due.
        public var retried: [JobID] = []
        /// They are dead still: others have their unique keys.
        public var keyTaken: [JobID] = []
    }

    /// Lets jobs run again at once: dead ones wait as if they had never been tried, with their errors; those that are
    /// scheduled are due now.
    ///
    /// - Returns: The jobs, all of them retried.
    /// - Throws: ``JobRefusal`` where one of them is unknown, waits, runs, or has a unique key that is taken by now; or
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

    /// Lets dead jobs wait again, many at a time.
    ///
    /// - Parameter filter: Which; its state is not looked at.
    /// - Returns: What became of them.
    /// - Throws: `PostgresError`, or `CancellationError`; what was done until then is done.
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

    /// Moves dead jobs back among those that wait, apart from those whose unique key is taken.
    ///
    /// - Returns: The jobs that were dead, by key, each with whoever has its unique key.
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
    /// What became of jobs that were called off.
    public struct Cancellation: Sendable, Equatable {
        /// They were waiting, and are dead now.
        public var cancelled: [JobID] = []
        /// They run: their runners cancel them at their next heartbeat.
        public var requested: [JobID] = []
    }

    /// Calls jobs off: those that wait or are scheduled are dead at once, of those that run the runner is asked.
    ///
    /// - Throws: ``JobRefusal`` where one of them is unknown or dead already, or `PostgresError`.
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
                WITH gone AS (DELETE FROM job WHERE id = ANY (\(idle.map(\.value))) RETURNING job)
                SELECT bury_job(gone.job, 'cancelled', NULL) FROM gone
                """)
            try await connection.query(
                "UPDATE job SET cancel_requested = true WHERE id = ANY (\(running.map(\.value)))")
            return Cancellation(cancelled: idle, requested: running)
        }
    }
}

extension JobAdmin {
    /// Removes dead jobs for ever.
    ///
    /// - Throws: ``JobRefusal`` where one of them is unknown or not dead, or `PostgresError`.
    public func discard(_ jobs: [JobID]) async throws {
        try await database.transaction { connection in
            let gone = try await connection.query(
                "DELETE FROM job_dead WHERE id = ANY (\(jobs.map(\.value))) RETURNING id"
            ).decode(Int64.self).map { JobID($0) }
            for (job, state) in try await Self.lock(jobs, on: connection) { throw JobRefusal.notDead(job, state) }
            try Self.assertKnown(jobs, among: gone)
        }
    }

    /// Removes dead jobs for ever, many at a time.
    ///
    /// - Parameter filter: Which; its state is not looked at.
    /// - Returns: The jobs that are gone.
    /// - Throws: `PostgresError`, or `CancellationError`; what was done until then is done.
    public func discardAll(_ filter: JobFilter = JobFilter()) async throws -> [JobID] {
        var discarded: [JobID] = []
        while true {
            let gone = try await change(
                """
                DELETE FROM job_dead
                WHERE id = ANY (ARRAY(SELECT id FROM job_dead WHERE \(filter.condition) ORDER BY id LIMIT \(Self.batchLimit)))
                RETURNING id
                """
            ).decode(Int64.self)
            discarded += gone.map { JobID($0) }
            if gone.count < Self.batchLimit { return discarded }
        }
    }

    /// How many dead jobs there are.
    ///
    /// - Parameter filter: Which; its state is not looked at.
    /// - Returns: Their number.
    /// - Throws: `PostgresError`.
    public func countDead(_ filter: JobFilter = JobFilter()) async throws -> Int {
        try await database.query("SELECT count(*) FROM job_dead WHERE \(filter.condition)").decode(Int.self)[0]
    }
}

/// Why the desk does not do what it was asked for; then nothing was changed.
public enum JobRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// No job has the key: it never had, or the job is done.
    case unknown(JobID)
    /// Only dead jobs are retried and discarded, and this one is not.
    case notDead(JobID, JobState)
    /// What is dead cannot be called off.
    case dead(JobID)
    /// The job cannot wait again: another one has its unique key.
    case keyTaken(JobID, by: JobID?)

    /// What happened.
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
