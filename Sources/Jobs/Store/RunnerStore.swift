import Postgres

/// A runner's statements about itself.
struct RunnerStore: Sendable {
    let database: Database

    /// Introduces a runner, and its queues' rates with it.
    func register(name: String, queues: [JobRunner.Queue], lease: Duration) async throws -> Int64 {
        try await database.transaction { connection in
            for queue in queues.sorted(by: { $0.name < $1.name }) {
                try await declare(queue, on: connection)
            }
            return try await connection.query(
                """
                INSERT INTO job_runner (name, queues, lease_until)
                VALUES (\(name), \(queues.map(\.name)), now() + \(lease.inSeconds) * interval '1 second')
                RETURNING id
                """
            ).decode(Int64.self)[0]
        }
    }

    /// Shows that a runner lives.
    ///
    /// - Returns: Jobs in its hand that somebody wants cancelled; `nil` where the runner has been taken for dead.
    func beat(_ runner: Int64, lease: Duration, tally: JobRunner.Tally) async throws -> [JobLease]? {
        let rows = try await database.query(
            """
            WITH beat AS (
                UPDATE job_runner
                SET seen_at = now(),
                    lease_until = now() + \(lease.inSeconds) * interval '1 second',
                    completed = completed + \(tally.completed),
                    failed = failed + \(tally.failed),
                    stale = stale + \(tally.stale)
                WHERE id = \(runner) AND gone_at IS NULL
                RETURNING id
            )
            SELECT job.id, job.token
            FROM beat
            LEFT JOIN job ON job.runner = beat.id AND job.token IS NOT NULL AND job.cancel_requested
            """
        ).decode((Int64?, Int64?).self)
        guard !rows.isEmpty else { return nil }
        return rows.compactMap { id, token in
            if let id, let token { JobLease(id: JobID(id), token: token) } else { nil }
        }
    }

    /// Says that a runner has left, and gives back what it could not write down or never heard that it had: it did not die,
    /// and nothing is held against those jobs.
    func leave(_ runner: Int64, tally: JobRunner.Tally) async throws {
        try await database.query(
            """
            WITH gone AS (
                UPDATE job_runner
                SET gone_at = now(),
                    completed = completed + \(tally.completed),
                    failed = failed + \(tally.failed),
                    stale = stale + \(tally.stale)
                WHERE id = \(runner) AND gone_at IS NULL
            )
            SELECT release_jobs(array_agg(id), array_agg(token))
            FROM job
            WHERE runner = \(runner) AND token IS NOT NULL
            """)
    }

    /// Writes a queue's rate down where it is another one.
    private func declare(_ queue: JobRunner.Queue, on connection: Connection) async throws {
        guard let rate = queue.rate else {
            try await connection.query(
                """
                UPDATE job_queue
                SET rate_limit = NULL, rate_period = NULL, next_at = NULL
                WHERE name = \(queue.name) AND rate_limit IS NOT NULL
                """)
            return
        }
        try await connection.query(
            """
            INSERT INTO job_queue (name, rate_limit, rate_period)
            VALUES (\(queue.name), \(Int32(rate.jobs)), \(rate.period.inSeconds) * interval '1 second')
            ON CONFLICT (name) DO UPDATE
            SET rate_limit = excluded.rate_limit, rate_period = excluded.rate_period
            WHERE (job_queue.rate_limit, job_queue.rate_period)
                IS DISTINCT FROM (excluded.rate_limit, excluded.rate_period)
            """)
    }
}
