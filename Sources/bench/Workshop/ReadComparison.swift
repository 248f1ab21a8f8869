import Postgres

/// Reads something through a connection, on its own thread.
typealias Reading = @Sendable (isolated Connection) async throws -> Void

/// A query of ours beside pgbench running the same text with the same binds.
struct ReadComparison {
    let name: String
    /// How long it may take, in milliseconds.
    let bound: Double
    let read: Reading

    /// Measures how long one takes, in milliseconds.
    func figures(_ dataset: Dataset, in context: BenchContext) async throws -> [Figure] {
        let server = context.server
        let statements = try await server.statements(in: dataset.database) {
            try await server.withPool(dataset.database, connections: 1) { try await $0.withConnection(read) }
        }
        let (script, variables) = try Replay(statements: statements).parameterised()
        let file = try context.scratch("\(name.filter(\.isLetter)).pgbench", script)
        let pgbench = Pgbench(server: server, database: dataset.database)
        let sizes = context.sizes
        let runs = try await server.withPool(dataset.database, connections: 1) { pool in
            try await PairedRuns.measure(.limitByValue, rounds: sizes.rounds) {
                try await pool.withConnection { connection in
                    try await milliseconds(read, on: connection, seconds: sizes.seconds)
                }
            } limit: {
                1000
                    / (try await pgbench.rate(
                        script: file, clients: 1, seconds: sizes.seconds, variables: variables))
            }
        }
        return [
            Figure(name, runs, unit: "ms", goal: .atLeast(0.8)),
            Figure("\(name), the query", runs.pairs.map(\.value), unit: "ms", goal: .atMost(bound)),
        ]
    }
}

/// Repeats a query for some seconds.
private func milliseconds(
    _ read: Reading, on connection: isolated Connection, seconds: Int
) async throws -> Double {
    let start = ContinuousClock.now
    let deadline = start + .seconds(seconds)
    var times = 0
    while ContinuousClock.now < deadline {
        try await read(connection)
        times += 1
    }
    return (ContinuousClock.now - start).seconds * 1000 / Double(times)
}
