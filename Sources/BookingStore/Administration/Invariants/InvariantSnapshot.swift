public import FoundationEssentials
import Locking
public import Postgres

/// A read-only snapshot of the database, in which invariants are checked; other transactions are not blocked.
public struct InvariantSnapshot: Sendable {
    /// The time of the snapshot, by the database's clock.
    public let time: Date
    /// The state of the standby that was read; `nil` if it was a primary.
    public let standby: StandbyState?

    /// Checks invariants in one snapshot, several at a time.
    ///
    /// The connections share an exported snapshot. A standby cannot export one, and behind PgBouncer in transaction mode
    /// none can be imported: there, one connection makes all checks.
    ///
    /// - Parameters:
    ///   - invariants: The invariants.
    ///   - database: The database.
    ///   - connections: The maximum number of connections.
    ///   - check: Checks one invariant.
    /// - Returns: The snapshot, and the results in the order of the invariants.
    /// - Throws: The error of a check or ``PostgresError``.
    public static func check<Invariant: Sendable, Result: Sendable>(
        _ invariants: [Invariant], in database: Database, connections: Int,
        _ check: @escaping @Sendable (Invariant, isolated Connection) async throws -> Result
    ) async throws -> (snapshot: InvariantSnapshot, results: [Result]) {
        try await database.transaction(isolation: .repeatableRead, readOnly: true) { connection in
            let time = try await connection.query("SELECT now()").decode(Date.self)[0]
            let snapshot = InvariantSnapshot(time: time, standby: try await connection.standbyState())
            let queue = CheckQueue(invariants, check)
            if snapshot.standby == nil, database.hasSessions, connections > 1 {
                let exported = try await connection.query("SELECT pg_export_snapshot()").decode(String.self)[0]
                try await withThrowingTaskGroup { group in
                    for _ in 1..<connections {
                        group.addTask { try await queue.run(in: database, snapshot: exported) }
                    }
                    try await queue.run(on: connection)
                    try await group.waitForAll()
                }
            } else {
                try await queue.run(on: connection)
            }
            return (snapshot, queue.results)
        }
    }
}

/// The checks that remain; each connection takes the next one.
private final class CheckQueue<Invariant: Sendable, Result: Sendable>: Sendable {
    private struct State {
        var left: Int
        var results: [Int: Result] = [:]
    }

    private let invariants: [Invariant]
    private let check: @Sendable (Invariant, isolated Connection) async throws -> Result
    private let state: Guarded<State>

    init(
        _ invariants: [Invariant], _ check: @escaping @Sendable (Invariant, isolated Connection) async throws -> Result
    ) {
        self.invariants = invariants
        self.check = check
        state = Guarded(State(left: invariants.count))
    }

    /// The results, in the order of the invariants.
    var results: [Result] {
        state.withLock { state in invariants.indices.compactMap { state.results[$0] } }
    }

    /// Makes checks in a transaction of their own with an exported snapshot.
    func run(in database: Database, snapshot: String) async throws {
        try await database.transaction(isolation: .repeatableRead, readOnly: true, attempts: 1) { connection in
            try await connection.query("SET TRANSACTION SNAPSHOT '\(unsafeSQL: snapshot)'")
            try await self.run(on: connection)
        }
    }

    /// Makes checks until none is left.
    func run(on connection: isolated Connection) async throws {
        try await connection.setLocalStatementTimeout(.seconds(600))
        // Local to the transaction. Joins of whole tables need more memory than the small queries of desks.
        try await connection.query("SELECT set_config('work_mem', '128MB', true), set_config('TimeZone', 'UTC', true)")
        while let index = next() {
            try Task.checkCancellation()
            let result = try await check(invariants[index], connection)
            state.withLock { $0.results[index] = result }
        }
    }

    /// Takes the last check that is left: those of the event log take longest, and the short ones are first in the list.
    private func next() -> Int? {
        state.withLock { state in
            guard state.left > 0 else { return nil }
            state.left -= 1
            return state.left
        }
    }
}
