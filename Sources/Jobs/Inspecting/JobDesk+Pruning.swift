import Postgres

extension JobDesk {
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
                    LIMIT \(Self.handful)
                    FOR UPDATE SKIP LOCKED))
                """
            ).affected
            removed += count
            if count < Self.handful { return removed }
        }
    }
}
