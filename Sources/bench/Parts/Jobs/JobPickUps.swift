/// How long a job waits for a runner that has nothing else to do.
struct JobPickUps {
    let yard: JobBench

    func figures(in context: BenchContext) async throws -> [Figure] {
        context.say("jobs: picking up")
        let count = context.sizes.jobs.pickUps
        return try await figures("back to back", count: count, pace: 0, rounds: context.sizes.rounds)
            + figures("every 20 ms", count: count, pace: 20, rounds: context.sizes.rounds)
    }

    private func figures(_ name: String, count: Int, pace: Int, rounds: Int) async throws -> [Figure] {
        var (middle, slow) = (PairedRuns(.valueByLimit), PairedRuns(.valueByLimit))
        var longest = 0.0
        for round in 0..<rounds {
            try await yard.fill(0)
            var theirs = round.isMultiple(of: 2) ? [] : try await limit(count, pace)
            let ours = try await yard.pickUps(count, pace: pace)
            if theirs.isEmpty { theirs = try await limit(count, pace) }
            middle.add(value: quantile(0.5, of: ours), limit: quantile(0.5, of: theirs))
            slow.add(value: quantile(0.99, of: ours), limit: quantile(0.99, of: theirs))
            longest = max(longest, ours.max() ?? .nan)
        }
        return [
            Figure("jobs, pick-up \(name), p50", middle, unit: "ms", goal: .atMost(1.3)),
            Figure("jobs, pick-up \(name), p99", slow, unit: "ms", goal: .atMost(2)),
            Figure("jobs, pick-up \(name), the longest", [longest], unit: "ms", goal: .atMost(1000)),
        ]
    }

    private func limit(_ count: Int, _ pace: Int) async throws -> [Double] {
        try await yard.limit("pickup", "\(count)", "\(pace)")
    }
}
