import FoundationEssentials
import Jobs
import Postgres

/// The measurements of the job runner, compared with its statements alone and with other job runners.
struct JobRuns: Part {
    static let name = "jobs"

    func run(in context: BenchContext) async throws -> [Figure] {
        let jobBench = try await JobBench.make("jobs", in: context)
        var figures = try await JobDrains(jobBench: jobBench).figures(in: context)
        figures += try await JobEnqueues(jobBench: jobBench).figures(in: context)
        figures += try await JobPickUps(jobBench: jobBench).figures(in: context)
        figures += try await JobBacklog(jobBench: jobBench).figures(in: context)
        if context.hasPeers, let peers = await PythonPeers.install(in: context) {
            figures += try await JobPeers(jobBench: jobBench, peers: peers).figures(in: context)
        }
        return figures
    }
}

/// The rate at which runners drain a queue of no-op jobs.
struct JobDrains {
    let jobBench: JobBench

    func figures(in context: BenchContext) async throws -> [Figure] {
        let (sizes, rounds) = (context.sizes.jobs, context.sizes.rounds)
        context.logProgress("jobs: draining")
        let batches = try await compare(.inBatches, sizes.drained, batch: 100, rounds)
        let singles = try await compare(.oneByOne, sizes.single, batch: 1, rounds)
        let four = try await PairedRuns.measure(.valueByLimit, rounds: rounds) {
            try await jobBench.drainRate(.inBatches, jobs: sizes.drained, runners: 4)
        } limit: {
            try await jobBench.drainRate(.inBatches, jobs: sizes.drained)
        }
        let snapshot = try await PairedRuns.measure(.valueByLimit, rounds: rounds) {
            try await holdingSnapshot { try await jobBench.drainRate(.inBatches, jobs: sizes.drained) }
        } limit: {
            try await jobBench.drainRate(.inBatches, jobs: sizes.drained)
        }
        return [
            Figure("jobs, drain", batches, unit: "/s", goal: .atLeast(0.7)),
            Figure("jobs, drain, each acknowledged at once", singles, unit: "/s", goal: .atLeast(1.5)),
            Figure("jobs, drain, 4 runners by 1", four, unit: "/s", goal: .atLeast(1)),
            Figure("jobs, drain while a snapshot is held", snapshot, unit: "/s", goal: .atLeast(0.5)),
        ] + (try await memory(in: context))
    }

    private func compare(
        _ manner: JobWorker.DrainMode, _ jobs: Int, batch: Int, _ rounds: Int
    ) async throws -> PairedRuns {
        try await PairedRuns.measure(.valueByLimit, rounds: rounds) {
            try await jobBench.drainRate(manner, jobs: jobs)
        } limit: {
            try await jobBench.fill(jobs)
            return try await jobBench.limit("drain", "\(batch)").first ?? .nan
        }
    }

    /// Runs a closure while an older transaction holds a snapshot, so that dead rows cannot be removed.
    private func holdingSnapshot(_ work: @Sendable () async throws -> Double) async throws -> Double {
        try await jobBench.server.withPool(jobBench.database, connections: 1) { pool in
            try await pool.transaction(isolation: .repeatableRead, readOnly: true) { connection in
                try await connection.query("SET LOCAL idle_in_transaction_session_timeout = 0")
                try await connection.query("SELECT 1")
                return try await work()
            }
        }
    }

    /// Measures the peak memory of a process with few jobs and with many.
    private func memory(in context: BenchContext) async throws -> [Figure] {
        context.logProgress("jobs: memory")
        let gauge = ProcessGauge(
            program: try await context.compile("measure"), server: jobBench.server, database: jobBench.database,
            intro: "\(context.binaries)/intro")
        var readings: [Double] = []
        for jobs in [context.sizes.jobs.drained, context.sizes.jobs.many] {
            try await jobBench.fill(jobs)
            readings.append(try await gauge.measure(jobBench.drainArguments(.inBatches)).megabytes)
        }
        return [
            Figure("jobs, memory", [readings[1]], unit: "MB", goal: .stated),
            Figure(
                "jobs, memory of \(context.sizes.jobs.many) by that of \(context.sizes.jobs.drained)",
                [readings[1] / readings[0]], unit: "", goal: .atMost(1.1)),
        ]
    }
}

/// The rate of enqueueing jobs.
struct JobEnqueues {
    let jobBench: JobBench

    func figures(in context: BenchContext) async throws -> [Figure] {
        context.logProgress("jobs: enqueueing")
        let jobs = context.sizes.jobs.drained
        let pgbench = Pgbench(server: jobBench.server, database: jobBench.database)
        let (rounds, seconds) = (context.sizes.rounds, context.sizes.seconds)
        let bulk = try await PairedRuns.measure(.valueByLimit, rounds: rounds) {
            try await jobBench.fill(0)
            return try await jobBench.bulkRate(jobs)
        } limit: {
            try await jobBench.fill(0)
            return try await jobBench.limit("insert", "\(JobBench.bulk)", "\(jobs / JobBench.bulk)").first ?? .nan
        }
        return try await jobBench.server.withPool(jobBench.database, connections: 1) { pool in
            let single = try await PairedRuns.measure(.valueByLimit, rounds: rounds) {
                try await jobBench.fill(0)
                return try await Callers.rate(1, seconds: seconds) { _, turn in
                    _ = try await pool.withConnection { try await JobQueue($0).enqueue(NoopJob(number: turn)) }
                }
            } limit: {
                try await jobBench.fill(0)
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

/// The time that a job waits for an idle runner.
struct JobPickUps {
    let jobBench: JobBench

    func figures(in context: BenchContext) async throws -> [Figure] {
        context.logProgress("jobs: picking up")
        let count = context.sizes.jobs.pickUps
        return try await figures("back to back", count: count, pace: 0, rounds: context.sizes.rounds)
            + figures("every 20 ms", count: count, pace: 20, rounds: context.sizes.rounds)
    }

    private func figures(_ name: String, count: Int, pace: Int, rounds: Int) async throws -> [Figure] {
        var (middle, slow) = (PairedRuns(.valueByLimit), PairedRuns(.valueByLimit))
        var longest = 0.0
        for round in 0..<rounds {
            try await jobBench.fill(0)
            var limits = round.isMultiple(of: 2) ? [] : try await limit(count, pace)
            let values = try await jobBench.pickUps(count, pace: pace)
            if limits.isEmpty { limits = try await limit(count, pace) }
            middle.add(value: quantile(0.5, of: values), limit: quantile(0.5, of: limits))
            slow.add(value: quantile(0.99, of: values), limit: quantile(0.99, of: limits))
            longest = max(longest, values.max() ?? .nan)
        }
        return [
            Figure("jobs, pick-up \(name), p50", middle, unit: "ms", goal: .atMost(1.3)),
            Figure("jobs, pick-up \(name), p99", slow, unit: "ms", goal: .atMost(2)),
            Figure("jobs, pick-up \(name), the longest", [longest], unit: "ms", goal: .atMost(1000)),
        ]
    }

    private func limit(_ count: Int, _ pace: Int) async throws -> [Double] {
        try await jobBench.limit("pickup", "\(count)", "\(pace)")
    }
}

/// The duration of a claim with a large backlog, compared with a small one.
struct JobBacklog {
    let jobBench: JobBench

    private static let claims = 20
    private static let batch = 100

    func figures(in context: BenchContext) async throws -> [Figure] {
        let (few, many) = context.sizes.jobs.backlog
        context.logProgress("jobs: queueing \(many)")
        let other = try await JobBench.make("jobs_many", in: context)
        try await jobBench.fill(few)
        try await other.fill(many)
        let runs = try await PairedRuns.measure(.valueByLimit, rounds: context.sizes.rounds) {
            try await Self.milliseconds(other)
        } limit: {
            try await Self.milliseconds(jobBench)
        }
        return [Figure("jobs, a claim with \(many) queued, by \(few)", runs, unit: "ms", goal: .atMost(1.3))]
    }

    /// Measures the duration of a claim by a runner; the claimed jobs are replaced in advance.
    private static func milliseconds(_ jobBench: JobBench) async throws -> Double {
        try await jobBench.add(claims * batch)
        return try await jobBench.server.withPool(jobBench.database, connections: 1) { pool in
            try await pool.withConnection { connection in
                let runner = try await connection.query(
                    """
                    INSERT INTO job_runner (name, queues, lease_until)
                    VALUES ('bench', '{default}', now() + interval '1 hour')
                    RETURNING id
                    """
                ).decode(Int64.self)[0]
                var times: [Double] = []
                var claimed: [(Int64, Int64)] = []
                for _ in 0..<claims {
                    let start = ContinuousClock.now
                    claimed = try await claim(runner, acknowledging: claimed, connection)
                    times.append((ContinuousClock.now - start).seconds * 1000)
                    guard claimed.count == batch else {
                        throw BenchFailure("\(claimed.count) jobs were claimed", because: "\(batch) were asked for")
                    }
                }
                return median(times)
            }
        }
    }

    private static func claim(
        _ runner: Int64, acknowledging done: [(Int64, Int64)], _ connection: isolated Connection
    ) async throws -> [(Int64, Int64)] {
        let noCursors: [Date?] = [nil, nil, nil, nil]
        return try await connection.query(
            """
            SELECT claimed.id, claimed.token
            FROM acknowledge_jobs(\(done.map(\.0)), \(done.map(\.1)))
            CROSS JOIN LATERAL claim_jobs(
                \(runner), 'default', \([NoopJob.kind]), \(Int32(batch)), false, \(noCursors), \([Int64](repeating: 0, count: 4))
            ) AS claimed
            """
        ).decode((Int64, Int64).self)
    }
}
