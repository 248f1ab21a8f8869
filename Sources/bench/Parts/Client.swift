import FoundationEssentials
import Postgres

/// The measurements of the PostgreSQL client alone: small queries, large results, bulk inserts.
struct Client: Part {
    static let name = "client"

    func run(in context: BenchContext) async throws -> [Figure] {
        let server = context.server
        try await server.makeDatabase("client")
        try await server.psql("client", ["-f", context.source("client.sql")])
        var figures: [Figure] = []
        for (connections, goal) in [(1, 0.85), (8, 0.6), (32, 0.6)] {
            let runs = try await points(connections, in: context)
            figures.append(
                Figure(
                    "client, \(connections) \(connections == 1 ? "connection" : "connections")", runs, unit: "/s",
                    goal: .atLeast(goal)))
        }
        figures.append(
            Figure("client, 100,000 rows", try await rows(in: context), unit: "rows/s", goal: .atLeast(0.5)))
        figures.append(
            Figure("client, 10,000 inserted", try await bulk(in: context), unit: "rows/s", goal: .atLeast(0.5)))
        return figures
    }

    private func points(_ connections: Int, in context: BenchContext) async throws -> PairedRuns {
        let pgbench = Pgbench(server: context.server, database: "client")
        let seconds = context.sizes.seconds
        return try await context.server.withPool("client", connections: connections) { pool in
            try await PairedRuns.measure(.valueByLimit, rounds: context.sizes.rounds) {
                try await pointRate(pool, connections, seconds: seconds)
            } limit: {
                try await pgbench.rate(
                    script: context.source("point.pgbench"), clients: connections, seconds: seconds)
            }
        }
    }

    /// Measures the rate of small queries; each caller keeps a connection, as pgbench's clients do.
    private func pointRate(_ pool: Database, _ connections: Int, seconds: Int) async throws -> Double {
        let start = ContinuousClock.now
        let deadline = start + .seconds(seconds)
        let done = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<connections {
                group.addTask {
                    try await pool.withConnection { connection in
                        var done = 0
                        var random = Xorshift()
                        while ContinuousClock.now < deadline {
                            let id = Int64.random(in: 1...100_000, using: &random)
                            let values = try await connection.query("SELECT value FROM point WHERE id = \(id)")
                            guard try values.decode(String.self).count == 1 else { break }
                            done += 1
                        }
                        return done
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(done) / (ContinuousClock.now - start).seconds
    }

    private func rows(in context: BenchContext) async throws -> PairedRuns {
        let program = try await context.compile("rows", with: "libpq")
        let environment = context.server.environment("client")
        let times = 10
        return try await context.server.withPool("client", connections: 1) { pool in
            try await PairedRuns.measure(.valueByLimit, rounds: context.sizes.rounds) {
                let seconds = try await duration {
                    for _ in 0..<times { try await readAll(pool) }
                }
                return Double(times * 100_000) / seconds
            } limit: {
                let query = "SELECT id, name, at FROM reading"
                let report = try await Program.run([program, query, "\(times)"], environment: environment)
                return Double(report.prefix { $0 != " " }) ?? .nan
            }
        }
    }

    private func readAll(_ pool: Database) async throws {
        let count = try await pool.withConnection { connection in
            try await connection.query("SELECT id, name, at FROM reading").decode((Int64, String, Date).self).count
        }
        guard count == 100_000 else { throw BenchFailure("\(count) rows came", because: "100000 were there") }
    }

    private func bulk(in context: BenchContext) async throws -> PairedRuns {
        let server = context.server
        let numbers = Array<Int64>(1...10_000)
        let names = numbers.map { "Client number \($0)" }
        let instants = numbers.map { Dataset.now + TimeInterval($0) }
        let lines = zip(numbers, instants).map { "\($0)\tClient number \($0)\t\($1.formatted(.iso8601))\n" }
        let file = try context.scratch("bulk.txt", lines.joined())
        return try await server.withPool("client", connections: 1) { pool in
            try await PairedRuns.measure(.valueByLimit, rounds: context.sizes.rounds) {
                try await pool.query("TRUNCATE bulk")
                let seconds = try await duration {
                    try await pool.query("INSERT INTO bulk SELECT * FROM unnest(\(numbers), \(names), \(instants))")
                }
                return 10_000 / seconds
            } limit: {
                try await server.psql("client", ["-c", "TRUNCATE bulk"])
                return 10_000 / (try await server.timed("client", "\\copy bulk FROM '\(file)'"))
            }
        }
    }
}

/// A pseudorandom number generator without a system call per number.
private struct Xorshift: RandomNumberGenerator {
    private var state = UInt64.random(in: 1 ... .max)

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
