import Postgres

extension JobDesk {
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
            let living = try await Self.lock(jobs, on: connection)
            let dead = try await connection.query("SELECT id FROM job_dead WHERE id = ANY (\(jobs.map(\.value)))")
                .decode(Int64.self).map { JobID($0) }
            if let first = dead.first { throw JobRefusal.dead(first) }
            try Self.assertKnown(jobs, among: living.map(\.0))
            let idle = living.filter { $0.1 != .running }.map(\.0)
            let running = living.filter { $0.1 == .running }.map(\.0)
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
