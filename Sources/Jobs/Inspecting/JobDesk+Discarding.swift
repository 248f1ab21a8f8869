import Postgres

extension JobDesk {
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
                WHERE id = ANY (ARRAY(SELECT id FROM job_dead WHERE \(filter.ofAll) ORDER BY id LIMIT \(Self.handful)))
                RETURNING id
                """
            ).decode(Int64.self)
            discarded += gone.map { JobID($0) }
            if gone.count < Self.handful { return discarded }
        }
    }

    /// How many dead jobs there are.
    ///
    /// - Parameter filter: Which; its state is not looked at.
    /// - Returns: Their number.
    /// - Throws: `PostgresError`.
    public func countDead(_ filter: JobFilter = JobFilter()) async throws -> Int {
        try await database.query("SELECT count(*) FROM job_dead WHERE \(filter.ofAll)").decode(Int.self)[0]
    }
}
