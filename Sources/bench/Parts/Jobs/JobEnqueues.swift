import Jobs
import Postgres

/// How fast jobs get into the queue.
struct JobEnqueues {
    let yard: JobYard

    private static let batch = 1000

    func figures(in workshop: Workshop) async throws -> [Figure] {
        workshop.say("jobs: enqueueing")
        let batches = workshop.sizes.jobs.drained / Self.batch + 1
        let pgbench = Pgbench(server: yard.server, database: yard.database)
        let (rounds, seconds) = (workshop.sizes.rounds, workshop.sizes.seconds)
        return try await yard.server.withPool(yard.database, connections: 1) { pool in
            let bulk = try await PairedRuns.measure(.valueByLimit, rounds: rounds) {
                try await yard.fill(0)
                return try await Self.bulkRate(pool, batches)
            } limit: {
                try await yard.fill(0)
                return try await yard.limit("insert", "\(Self.batch)", "\(batches)").first ?? .nan
            }
            let single = try await PairedRuns.measure(.valueByLimit, rounds: rounds) {
                try await yard.fill(0)
                return try await Callers.rate(1, seconds: seconds) { _, turn in
                    _ = try await pool.withConnection { try await JobQueue($0).enqueue(Errand(number: turn)) }
                }
            } limit: {
                try await yard.fill(0)
                return try await pgbench.rate(
                    script: workshop.source("enqueue.pgbench"), clients: 1, seconds: seconds)
            }
            return [
                Figure("jobs, enqueue, 1000 at a time", bulk, unit: "/s", goal: .atLeast(0.7)),
                Figure("jobs, enqueue, one at a time", single, unit: "/s", goal: .atLeast(0.8)),
            ]
        }
    }

    private static func bulkRate(_ pool: Database, _ batches: Int) async throws -> Double {
        let errands = (0..<batch).map { Errand(number: $0) }
        let seconds = try await duration {
            for _ in 0..<batches {
                _ = try await pool.withConnection { try await JobQueue($0).enqueue(errands) }
            }
        }
        return Double(batches * batch) / seconds
    }
}
