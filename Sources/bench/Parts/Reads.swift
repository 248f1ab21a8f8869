import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// A query on a connection, run on that connection's own thread.
typealias ReadQuery = @Sendable (isolated Connection) async throws -> Void

/// A query of ours, compared with pgbench running the same text with the same binds.
struct ReadComparison {
    let name: String
    /// The maximum duration in milliseconds.
    let bound: Double
    let read: ReadQuery

    /// Measures the duration of a query in milliseconds.
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

/// Repeats a query for a number of seconds, and returns its duration in milliseconds.
private func milliseconds(
    _ read: ReadQuery, on connection: isolated Connection, seconds: Int
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

/// The measurements of listing free slots.
struct Slots: Part {
    static let name = "slots"

    func run(in context: BenchContext) async throws -> [Figure] {
        let dataset = try await context.dataset()
        let few = try await Self.listing(Dataset.smallStudio, days: 14, dataset, in: context)
        let many = try await Self.listing(Dataset.largeStudio, days: 30, dataset, in: context)
        return try await ReadComparison(name: "slots, 6 trainers x 14 days", bound: 5, read: few)
            .figures(dataset, in: context)
            + ReadComparison(name: "slots, 50 trainers x 30 days", bound: 40, read: many).figures(dataset, in: context)
    }

    /// Returns a query that lists every slot of a studio in a number of days.
    static func listing(
        _ handle: String, days: Int, _ dataset: Dataset, in context: BenchContext
    ) async throws -> ReadQuery {
        let studio = try await context.server.withPool(dataset.database, connections: 1) { pool in
            try await pool.withConnection { try await StudioRepository($0).named(Handle(handle)) }
        }
        let until = Dataset.now + TimeInterval(days * 86_400)
        return { connection in
            let slots = try await SlotRepository(connection).open(
                at: studio, from: Dataset.now, until: until, now: Dataset.now, limit: 100_000)
            guard !slots.isEmpty else {
                throw BenchFailure("nothing is free at \(handle)", because: "the data set is incomplete")
            }
        }
    }
}

/// The measurements of reading schedules.
struct Schedule: Part {
    static let name = "schedule"

    func run(in context: BenchContext) async throws -> [Figure] {
        let dataset = try await context.dataset()
        let day: ReadQuery = { connection in
            let until = Dataset.now + 86_400
            let sessions = try await SessionRepository(connection).all(
                at: Studio.ID(3), from: Dataset.now, until: until)
            try Self.assertSome(sessions.count)
        }
        return try await ReadComparison(name: "schedule, a trainer's week", bound: 1, read: Self.week)
            .figures(dataset, in: context)
            + ReadComparison(name: "schedule, a studio's day", bound: 1, read: day).figures(dataset, in: context)
    }

    /// A query that reads a trainer's first week.
    static let week: ReadQuery = { connection in
        let until = Dataset.now + 7 * 86_400
        let sessions = try await SessionRepository(connection).all(of: Trainer.ID(57), from: Dataset.now, until: until)
        try assertSome(sessions.count)
    }

    private static func assertSome(_ count: Int) throws {
        guard count > 0 else {
            throw BenchFailure("there are no sessions", because: "the data set is incomplete")
        }
    }
}
