import Postgres

/// Others' job-runners, doing the same in the same minutes on the same server.
struct JobPeers {
    let yard: JobBench
    let peers: PythonPeers

    private static let batches = [10, 50, 100, 200, 500]

    func figures(in context: BenchContext) async throws -> [Figure] {
        let jobs = context.sizes.jobs.drained
        for database in ["pgqueuer", "procrastinate"] { try await yard.server.makeDatabase(database) }
        context.say("jobs: looking for PgQueuer's best batch")
        let batch = try await bestBatch(jobs: jobs / 4)
        context.say("jobs: beside PgQueuer, with batches of \(batch)")
        let pgqueuer = try await compare(
            "pgqueuer", "PgQueuer", jobs: jobs, setting: batch, rounds: context.sizes.rounds)
        context.say("jobs: beside Procrastinate")
        return pgqueuer
            + (try await compare(
                "procrastinate", "Procrastinate", jobs: jobs / 10, setting: 10, rounds: context.sizes.rounds))
    }

    private func bestBatch(jobs: Int) async throws -> Int {
        var best = (batch: 0, rate: 0.0)
        for batch in Self.batches {
            let rate = try await peers.run("pgqueuer", jobs: jobs, setting: batch).drain
            if rate > best.rate { best = (batch, rate) }
        }
        return best.batch
    }

    /// Ours always does as many as PgQueuer; a peer that takes long may do fewer.
    private func compare(
        _ peer: String, _ name: String, jobs: Int, setting: Int, rounds: Int
    ) async throws -> [Figure] {
        var (drains, enqueues) = (PairedRuns(.valueByLimit), PairedRuns(.valueByLimit))
        for _ in 0..<rounds {
            let theirs = try await peers.run(peer, jobs: jobs, setting: setting)
            drains.add(value: try await yard.drainRate(.inBatches, jobs: jobs), limit: theirs.drain)
            try await yard.fill(0)
            enqueues.add(value: try await yard.bulkRate(jobs), limit: theirs.enqueue)
        }
        return [
            Figure("jobs, drain, by \(name)'s", drains, unit: "/s", goal: .atLeast(2)),
            Figure("jobs, enqueue, by \(name)'s", enqueues, unit: "/s", goal: .stated),
        ]
    }
}
