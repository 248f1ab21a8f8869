import BookingStore
import FoundationEssentials
import Postgres

/// Planning what is due into the ledger.
struct Plan: Part {
    static let name = "plan"

    func run(in workshop: Workshop) async throws -> [Figure] {
        let world = try await workshop.world()
        let server = workshop.server
        let statement = try await insert(world, in: workshop)
        let expected = Int64(world.trainers * 10)
        let runs = try await server.withPool(world.database, connections: 1) { pool in
            try await PairedRuns.measure(.limitByValue, rounds: workshop.sizes.rounds) {
                try await server.psql(world.database, ["-c", "VACUUM message"])
                return try await Self.seconds(planning: expected, pool)
            } limit: {
                try await server.psql(world.database, ["-c", "VACUUM message"])
                return try await server.timed(world.database, "\(statement);", within: ("BEGIN;", "ROLLBACK;"))
            }
        }
        return [
            Figure("plan, \(expected) due", runs, unit: "s", goal: .atLeast(0.9)),
            Figure("plan, the time", runs.pairs.map(\.value), unit: "s", goal: .atMost(5)),
        ]
    }

    /// Plans, and takes it back.
    private static func seconds(planning expected: Int64, _ pool: Database) async throws -> Double {
        do {
            return try await pool.transaction { connection in
                let before = try await queued(connection)
                let start = ContinuousClock.now
                try await DeliveryRepository(connection).plan(until: World.now, now: World.now)
                let seconds = (ContinuousClock.now - start).seconds
                let planned = try await queued(connection) - before
                guard planned == expected else {
                    throw BenchFailure("\(planned) messages were planned", because: "\(expected) are due")
                }
                throw TakenBack(seconds: seconds)
            }
        } catch let planned as TakenBack {
            return planned.seconds
        }
    }

    private static func queued(_ connection: isolated Connection) async throws -> Int64 {
        try await connection.query("SELECT count(*) FROM message WHERE status = 'queued'").decode(Int64.self)[0]
    }

    /// The INSERT that `plan_messages` runs, with values in place of its parameters.
    private func insert(_ world: World, in workshop: Workshop) async throws -> String {
        let source = try await workshop.server.psql(
            world.database, ["-c", "SELECT prosrc FROM pg_proc WHERE proname = 'plan_messages'"])
        guard let begin = source.firstRange(of: "INSERT INTO message"), let end = source.firstRange(of: "DO NOTHING")
        else {
            throw BenchFailure("plan_messages has no INSERT", because: source)
        }
        return String(source[begin.lowerBound..<end.upperBound])
            .replacing("p_session", with: "NULL::bigint")
            .replacing("v_quiet_sms", with: "longest_quiet('sms')")
            .replacing("v_quiet_email", with: "longest_quiet('email')")
            .replacing("p_until", with: "'\(World.nowText)'::timestamptz")
            .replacing("p_now", with: "'\(World.nowText)'::timestamptz")
    }
}

/// Ends a transaction without keeping it.
private struct TakenBack: Error {
    let seconds: Double
}
