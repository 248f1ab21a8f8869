import Jobs
import Postgres

/// How fast jobs get into the queue.
struct JobEnqueues {
    let yard: JobBench

    func figures(in context: BenchContext) async throws -> [Figure] {
        context.say("jobs: enqueueing")
        let jobs = context.sizes.jobs.drained
        let pgbench = Pgbench(server: yard.server, database: yard.database)
        let (rounds, seconds) = (context.sizes.rounds, context.sizes.seconds)
        let bulk = try await PairedRuns.measure(.valueByLimit, rounds: rounds) {
            try await yard.fill(0)
            return try await yard.bulkRate(jobs)
        } limit: {
            try await yard.fill(0)
            return try await yard.limit("insert", "\(JobBench.bulk)", "\(jobs / JobBench.bulk)").first ?? .nan
        }
        return try await yard.server.withPool(yard.database, connections: 1) { pool in
            let single = try await PairedRuns.measure(.valueByLimit, rounds: rounds) {
                try await yard.fill(0)
                return try await Callers.rate(1, seconds: seconds) { _, turn in
                    _ = try await pool.withConnection { try await JobQueue($0).enqueue(NoopJob(number: turn)) }
                }
            } limit: {
                try await yard.fill(0)
                return try await pgbench.rate(
                    script: context.source("enqueue.pgbench"), clients: 1, seconds: seconds)
            }
            return [
                Figure("jobs, enqueue, 1000 at a time", bulk, unit: "/s", goal: .atLeast(0.7)),
                Figure("jobs, enqueue, one at a time", single, unit: "/s", goal: .atLeast(0.8)),
            ]
        }
    }
}
