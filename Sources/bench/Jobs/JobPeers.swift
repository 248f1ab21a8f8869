import FoundationEssentials
import Postgres

/// The comparison with other job runners, which do the same work in alternation on the same server.
struct JobPeers {
    let jobBench: JobBench
    let peers: PythonPeers

    private static let batches = [10, 50, 100, 200, 500]

    func figures(in context: BenchContext) async throws -> [Figure] {
        let jobs = context.sizes.jobs.drained
        for database in ["pgqueuer", "procrastinate"] { try await jobBench.server.makeDatabase(database) }
        context.logProgress("jobs: looking for PgQueuer's best batch")
        let batch = try await bestBatch(jobs: jobs / 4)
        context.logProgress("jobs: beside PgQueuer, with batches of \(batch)")
        let pgqueuer = try await compare(
            "pgqueuer", "PgQueuer", jobs: jobs, setting: batch, rounds: context.sizes.rounds)
        context.logProgress("jobs: beside Procrastinate")
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

    /// Compares with a peer; the number of jobs is the same for both, and smaller for a slow peer.
    private func compare(
        _ peer: String, _ name: String, jobs: Int, setting: Int, rounds: Int
    ) async throws -> [Figure] {
        var (drains, enqueues) = (PairedRuns(.valueByLimit), PairedRuns(.valueByLimit))
        for _ in 0..<rounds {
            let peerRates = try await peers.run(peer, jobs: jobs, setting: setting)
            drains.add(value: try await jobBench.drainRate(.inBatches, jobs: jobs), limit: peerRates.drain)
            try await jobBench.fill(0)
            enqueues.add(value: try await jobBench.bulkRate(jobs), limit: peerRates.enqueue)
        }
        return [
            Figure("jobs, drain, by \(name)'s", drains, unit: "/s", goal: .atLeast(2)),
            Figure("jobs, enqueue, by \(name)'s", enqueues, unit: "/s", goal: .stated),
        ]
    }
}

/// Other job runners, from PyPI, in a virtual environment in the build folder.
struct PythonPeers {
    /// The rates of one run, in jobs per second.
    struct Run: Sendable {
        let enqueue: Double
        let drain: Double
    }

    private static let packages = [
        "pgqueuer==1.6.0", "asyncpg==0.32.0", "procrastinate==3.10.0", "psycopg[binary]==3.3.9",
    ]

    private let python: String
    private let context: BenchContext

    /// Installs the packages; logs the reason and returns `nil` when that fails.
    static func install(in context: BenchContext) async -> PythonPeers? {
        let folder = "\(context.root)/.build/job-peers"
        context.logProgress("installing \(packages.joined(separator: ", "))")
        do {
            if !FileManager.default.fileExists(atPath: "\(folder)/bin/pip") {
                try await Program.run(["python3", "-m", "venv", folder])
            }
            let pip = URL(filePath: folder).appending(path: "bin/pip").path
            try await Program.run([pip, "install", "-q", "--disable-pip-version-check"] + packages)
            return PythonPeers(python: URL(filePath: folder).appending(path: "bin/python").path, context: context)
        } catch {
            context.logProgress("they cannot be installed; is there a network? Going on without them.\n\(error)")
            return nil
        }
    }

    /// Enqueues and drains jobs, in a separate process and in the database with the peer's name.
    ///
    /// - Parameters:
    ///   - peer: The peer whose script in `deploy/bench.d` is run.
    ///   - jobs: The number of jobs.
    ///   - setting: The batch size, or the number of concurrent jobs, depending on the peer.
    /// - Returns: Both rates.
    /// - Throws: ``BenchFailure`` when the script fails.
    func run(_ peer: String, jobs: Int, setting: Int) async throws -> Run {
        // The peers do not support PGOPTIONS.
        let environment = context.server.environment(peer).filter { $0.key != "PGOPTIONS" }
        let report = try await Program.run(
            [python, context.source("peer_\(peer).py"), "\(jobs)", "\(setting)"], environment: environment)
        let rates = report.split(separator: "\n").compactMap { Double($0) }
        guard rates.count == 2 else { throw BenchFailure("\(peer) printed no rates", because: report) }
        return Run(enqueue: rates[0], drain: rates[1])
    }
}
