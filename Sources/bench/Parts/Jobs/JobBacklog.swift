import FoundationEssentials
import Postgres

/// What a claim costs when a great many jobs wait, beside what it costs when few do.
struct JobBacklog {
    let yard: JobBench

    private static let claims = 20
    private static let batch = 100

    func figures(in context: BenchContext) async throws -> [Figure] {
        let (few, many) = context.sizes.jobs.backlog
        context.say("jobs: queueing \(many)")
        let other = try await JobBench.make("jobs_many", in: context)
        try await yard.fill(few)
        try await other.fill(many)
        let runs = try await PairedRuns.measure(.valueByLimit, rounds: context.sizes.rounds) {
            try await Self.milliseconds(other)
        } limit: {
            try await Self.milliseconds(yard)
        }
        return [Figure("jobs, a claim with \(many) queued, by \(few)", runs, unit: "ms", goal: .atMost(1.3))]
    }

    /// How long a claim takes, as a runner does it; as many jobs as it takes away are queued anew beforehand.
    private static func milliseconds(_ yard: JobBench) async throws -> Double {
        try await yard.add(claims * batch)
        return try await yard.server.withPool(yard.database, connections: 1) { pool in
            try await pool.withConnection { connection in
                let runner = try await connection.query(
                    """
                    INSERT INTO job_runner (name, queues, lease_until)
                    VALUES ('bench', '{default}', now() + interval '1 hour')
                    RETURNING id
                    """
                ).decode(Int64.self)[0]
                var times: [Double] = []
                var hand: [(Int64, Int64)] = []
                for _ in 0..<claims {
                    let start = ContinuousClock.now
                    hand = try await claim(runner, acknowledging: hand, connection)
                    times.append((ContinuousClock.now - start).seconds * 1000)
                    guard hand.count == batch else {
                        throw BenchFailure("\(hand.count) jobs were claimed", because: "\(batch) were asked for")
                    }
                }
                return median(times)
            }
        }
    }

    private static func claim(
        _ runner: Int64, acknowledging done: [(Int64, Int64)], _ connection: isolated Connection
    ) async throws -> [(Int64, Int64)] {
        let nowhere: [Date?] = [nil, nil, nil, nil]
        return try await connection.query(
            """
            SELECT claimed.id, claimed.token
            FROM acknowledge_jobs(\(done.map(\.0)), \(done.map(\.1)))
            CROSS JOIN LATERAL claim_jobs(
                \(runner), 'default', \([NoopJob.kind]), \(Int32(batch)), false, \(nowhere), \([Int64](repeating: 0, count: 4))
            ) AS claimed
            """
        ).decode((Int64, Int64).self)
    }
}
