import FoundationEssentials
import Postgres

/// How fast runners empty a queue whose jobs are nothing to do.
struct JobDrains {
    let yard: JobBench

    func figures(in context: BenchContext) async throws -> [Figure] {
        let (sizes, rounds) = (context.sizes.jobs, context.sizes.rounds)
        context.say("jobs: draining")
        let batches = try await compare(.inBatches, sizes.drained, batch: 100, rounds)
        let singles = try await compare(.oneByOne, sizes.single, batch: 1, rounds)
        let four = try await PairedRuns.measure(.valueByLimit, rounds: rounds) {
            try await yard.drainRate(.inBatches, jobs: sizes.drained, runners: 4)
        } limit: {
            try await yard.drainRate(.inBatches, jobs: sizes.drained)
        }
        let snapshot = try await PairedRuns.measure(.valueByLimit, rounds: rounds) {
            try await holdingSnapshot { try await yard.drainRate(.inBatches, jobs: sizes.drained) }
        } limit: {
            try await yard.drainRate(.inBatches, jobs: sizes.drained)
        }
        return [
            Figure("jobs, drain", batches, unit: "/s", goal: .atLeast(0.7)),
            Figure("jobs, drain, each acknowledged at once", singles, unit: "/s", goal: .atLeast(1.5)),
            Figure("jobs, drain, 4 runners by 1", four, unit: "/s", goal: .atLeast(1)),
            Figure("jobs, drain while a snapshot is held", snapshot, unit: "/s", goal: .atLeast(0.5)),
        ] + (try await memory(in: context))
    }

    private func compare(
        _ manner: JobWorker.Manner, _ jobs: Int, batch: Int, _ rounds: Int
    ) async throws -> PairedRuns {
        try await PairedRuns.measure(.valueByLimit, rounds: rounds) {
            try await yard.drainRate(manner, jobs: jobs)
        } limit: {
            try await yard.fill(jobs)
            return try await yard.limit("drain", "\(batch)").first ?? .nan
        }
    }

    /// Does something while somebody has a transaction open from before, for whom everything that is done meanwhile has to
    /// be kept.
    private func holdingSnapshot(_ work: @Sendable () async throws -> Double) async throws -> Double {
        try await yard.server.withPool(yard.database, connections: 1) { pool in
            try await pool.transaction(isolation: .repeatableRead, readOnly: true) { connection in
                try await connection.query("SET LOCAL idle_in_transaction_session_timeout = 0")
                try await connection.query("SELECT 1")
                return try await work()
            }
        }
    }

    /// What a process needs at its peak when there are few jobs, and when there are many.
    private func memory(in context: BenchContext) async throws -> [Figure] {
        context.say("jobs: memory")
        let gauge = ProcessGauge(
            program: try await context.compile("measure"), server: yard.server, database: yard.database,
            intro: "\(context.binaries)/intro")
        var readings: [Double] = []
        for jobs in [context.sizes.jobs.drained, context.sizes.jobs.many] {
            try await yard.fill(jobs)
            readings.append(try await gauge.measure(yard.drainWords(.inBatches)).megabytes)
        }
        return [
            Figure("jobs, memory", [readings[1]], unit: "MB", goal: .stated),
            Figure(
                "jobs, memory of \(context.sizes.jobs.many) by that of \(context.sizes.jobs.drained)",
                [readings[1] / readings[0]], unit: "", goal: .atMost(1.1)),
        ]
    }
}
