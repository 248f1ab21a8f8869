import Postgres

extension JobAdmin {
    /// The numbers of removed rows, or of those that would be removed.
    public struct Pruning: Sendable, Equatable {
        /// The number of dead jobs.
        public var dead = 0
        /// The number of runners that have stopped or crashed.
        public var runners = 0
        /// The number of expired uniqueness periods.
        public var periods = 0
    }

    /// The age from which dead jobs are deleted by default.
    public static let usualAge: Duration = .seconds(90 * 86_400)
    /// The time after its end from which a runner is deleted by default.
    public static let usualAbsence: Duration = .seconds(86_400)

    /// Deletes old rows; a job may call it.
    ///
    /// - Parameters:
    ///   - age: The age from which dead jobs are deleted; `nil` keeps them.
    ///   - absence: The time after its end from which a runner is deleted.
    /// - Returns: The numbers of deleted rows.
    /// - Throws: `PostgresError`, or `CancellationError`; rows deleted until then stay deleted.
    @discardableResult
    public func prune(
        deadFor age: Duration? = usualAge, goneFor absence: Duration = usualAbsence
    ) async throws -> Pruning {
        Pruning(
            dead: try await remove(.dead(for: age)), runners: try await remove(.runners(goneFor: absence)),
            periods: try await remove(.periods))
    }

    /// Counts the rows that ``prune(deadFor:goneFor:)`` would delete now.
    ///
    /// - Parameters:
    ///   - age: The age from which dead jobs are deleted; `nil` keeps them.
    ///   - absence: The time after its end from which a runner is deleted.
    /// - Returns: The numbers of rows.
    /// - Throws: `PostgresError`.
    public func countPrunable(
        deadFor age: Duration? = usualAge, goneFor absence: Duration = usualAbsence
    ) async throws -> Pruning {
        Pruning(
            dead: try await count(.dead(for: age)), runners: try await count(.runners(goneFor: absence)),
            periods: try await count(.periods))
    }

    private func count(_ outdated: OutdatedRows?) async throws -> Int {
        guard let outdated else { return 0 }
        let count = try await database.query(
            "SELECT count(*) FROM \(unsafeSQL: outdated.table) WHERE \(outdated.condition)")
        return Int(try count.decode(Int64.self)[0])
    }

    private func remove(_ outdated: OutdatedRows?) async throws -> Int {
        guard let outdated else { return 0 }
        var removed = 0
        while true {
            let count = try await database.query(
                """
                DELETE FROM \(unsafeSQL: outdated.table)
                WHERE \(unsafeSQL: outdated.key) = ANY (ARRAY(
                    SELECT \(unsafeSQL: outdated.key)
                    FROM \(unsafeSQL: outdated.table)
                    WHERE \(outdated.condition)
                    LIMIT \(Self.batchLimit)
                    FOR UPDATE SKIP LOCKED))
                """
            ).affected
            removed += count
            if count < Self.batchLimit { return removed }
        }
    }
}

/// The rows of a table that are deleted after some time.
private struct OutdatedRows {
    let table: String
    /// The primary key.
    let key: String
    let condition: SQL

    /// The jobs that have been dead for an age; `nil` without an age.
    static func dead(for age: Duration?) -> OutdatedRows? {
        age.map { age in
            OutdatedRows(
                table: "job_dead", key: "id", condition: "died_at < now() - \(age.inSeconds) * interval '1 second'")
        }
    }

    /// The runners that have ended.
    static func runners(goneFor absence: Duration) -> OutdatedRows {
        OutdatedRows(
            table: "job_runner", key: "id",
            // Where no other runner is left to mark a crashed runner, only its lease shows that it has ended.
            condition: "coalesce(gone_at, lease_until) < now() - \(absence.inSeconds) * interval '1 second'")
    }

    /// The uniqueness periods that have expired.
    static let periods = OutdatedRows(table: "job_period", key: "unique_key", condition: "until <= now()")
}
