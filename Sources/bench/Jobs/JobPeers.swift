import FoundationEssentials
import Postgres

/// Others' job-runners, doing the same in the same minutes on the same server.
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

    /// Ours always does as many as PgQueuer; a peer that takes long may do fewer.
    private func compare(
        _ peer: String, _ name: String, jobs: Int, setting: Int, rounds: Int
    ) async throws -> [Figure] {
        var (drains, enqueues) = (PairedRuns(.valueByLimit), PairedRuns(.valueByLimit))
        for _ in 0..<rounds {
            let theirs = try await peers.run(peer, jobs: jobs, setting: setting)
            drains.add(value: try await jobBench.drainRate(.inBatches, jobs: jobs), limit: theirs.drain)
            try await jobBench.fill(0)
            enqueues.add(value: try await jobBench.bulkRate(jobs), limit: theirs.enqueue)
        }
        return [
            Figure("jobs, drain, by \(name)'s", drains, unit: "/s", goal: .atLeast(2)),
            Figure("jobs, enqueue, by \(name)'s", enqueues, unit: "/s", goal: .stated),
        ]
    }
}

/// Other people's job-runners, from PyPI, in a virtual environment beside the build.
struct PythonPeers {
    /// What one run of theirs came to, in jobs per second.
    struct Run: Sendable {
        let enqueue: Double
        let drain: Double
    }

    private static let packages = [
        "pgqueuer==1.6.0", "asyncpg==0.32.0", "procrastinate==3.10.0", "psycopg[binary]==3.3.9",
    ]

    private let python: String
    private let context: BenchContext

    /// Installs them; where that cannot be done, it says so.
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

    /// Enqueues so many jobs and drains them, in a process of its own and a database of the peer's name.
    ///
    /// - Parameters:
    ///   - peer: Whose script of `deploy/bench.d` it is.
    ///   - jobs: How many.
    ///   - setting: The one thing that can be set: the size of a batch, or how many jobs at once.
    /// - Returns: What both came to.
    /// - Throws: ``BenchFailure`` when it fails.
    func run(_ peer: String, jobs: Int, setting: Int) async throws -> Run {
        // They know nothing of PGOPTIONS.
        let environment = context.server.environment(peer).filter { $0.key != "PGOPTIONS" }
        let report = try await Program.run(
            [python, context.source("peer_\(peer).py"), "\(jobs)", "\(setting)"], environment: environment)
        let rates = report.split(separator: "\n").compactMap { Double($0) }
        guard rates.count == 2 else { throw BenchFailure("\(peer) told no rates", because: report) }
        return Run(enqueue: rates[0], drain: rates[1])
    }
}
