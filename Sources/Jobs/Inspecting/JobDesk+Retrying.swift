import Postgres

extension JobDesk {
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
            let living = try await Self.lock(jobs, on: connection)
            for (job, state) in living where state != .scheduled { throw JobRefusal.notDead(job, state) }
            try await connection.query(
                "UPDATE job SET run_at = now() WHERE id = ANY (\(living.map(\.0.value)))")
            let revived = try await Self.revive("id = ANY (\(jobs.map(\.value)))", limit: jobs.count, on: connection)
            for case (let job, let holder, isRevived: false) in revived { throw JobRefusal.keyTaken(job, by: holder) }
            try Self.assertKnown(jobs, among: living.map(\.0) + revived.map(\.0))
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
        var retrial = RetryResult()
        var last: Int64 = 0
        while true {
            let behind = last
            let revived = try await database.transaction { connection in
                let revived = try await Self.revive(
                    "id > \(behind) AND \(filter.ofAll)", limit: Self.handful, on: connection)
                if !revived.isEmpty { try await connection.query("NOTIFY \(unsafeSQL: JobQueue.channel)") }
                return revived
            }
            for (job, _, isRevived) in revived {
                if isRevived { retrial.retried.append(job) } else { retrial.keyTaken.append(job) }
                last = job.value
            }
            if revived.count < Self.handful { return retrial }
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
