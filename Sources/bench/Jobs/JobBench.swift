import FoundationEssentials
import Jobs
import Postgres

/// A database for jobs, with runners in separate processes and the statements alone for comparison.
struct JobBench: Sendable {
    /// The number of jobs per bulk enqueue.
    static let bulk = 1000

    let server: BenchServer
    let database: String
    /// The compiled `jobs.c`.
    private let statements: String
    /// The path of this program.
    private let bench: String

    /// Creates the database.
    static func make(_ database: String, in context: BenchContext) async throws -> JobBench {
        try await context.server.makeIntroDatabase(database)
        return JobBench(
            server: context.server, database: database,
            statements: try await context.compile("jobs", with: "libpq"), bench: "\(context.binaries)/bench")
    }

    /// Replaces all jobs with a number of new ones.
    func fill(_ count: Int) async throws {
        try await server.psql(
            database,
            [
                "-c", "TRUNCATE job", "-c", Self.insert(count), "-c", "VACUUM ANALYZE job",
            ])
    }

    /// Adds a number of jobs.
    func add(_ count: Int) async throws {
        try await server.psql(database, ["-c", Self.insert(count)])
    }

    private static func insert(_ count: Int) -> String {
        """
        INSERT INTO job (queue, kind, payload, priority, max_attempts)
        SELECT 'default', '\(NoopJob.kind)', jsonb_build_object('number', number), 2, 10
        FROM generate_series(1, \(count)) AS number
        """
    }

    /// Drains the queue with runners that all begin at the same time.
    ///
    /// - Parameters:
    ///   - manner: The way in which jobs are claimed.
    ///   - jobs: The number of jobs.
    ///   - runners: The number of processes.
    /// - Returns: Jobs per second, from the first beginning to the last end.
    /// - Throws: ``BenchFailure`` when a process fails, or a different number of jobs was done.
    func drainRate(_ manner: JobWorker.DrainMode, jobs: Int, runners: Int = 1) async throws -> Double {
        try await fill(jobs)
        let drainReports = try await server.withPool(database, connections: 1) { pool in
            try await pool.withConnection { startLockHolder in
                try await startLockHolder.query("SELECT pg_advisory_lock(\(JobWorker.startLock))")
                async let drainReports = self.drainReports(manner, runners)
                try await Self.wait(for: runners, startLockHolder)
                try await startLockHolder.query("SELECT pg_advisory_unlock(\(JobWorker.startLock))")
                return try await drainReports
            }
        }
        let done = drainReports.reduce(0) { $0 + $1.jobs }
        guard done == jobs, let begun = drainReports.map(\.begun).min(), let ended = drainReports.map(\.ended).max()
        else {
            throw BenchFailure("\(done) jobs were done", because: "\(jobs) were queued")
        }
        return Double(jobs) / (ended - begun)
    }

    /// Enqueues jobs in bulk through the application's API.
    ///
    /// - Parameter jobs: The number of jobs, rounded down to a multiple of `bulk`.
    /// - Returns: Jobs per second.
    /// - Throws: `PostgresError`.
    func bulkRate(_ jobs: Int) async throws -> Double {
        try await server.withPool(database, connections: 1) { pool in
            try await pool.query("SELECT 1")
            let jobBatch = (0..<Self.bulk).map { NoopJob(number: $0) }
            let batches = max(1, jobs / Self.bulk)
            let seconds = try await duration {
                for _ in 0..<batches {
                    _ = try await pool.withConnection { try await JobQueue($0).enqueue(jobBatch) }
                }
            }
            return Double(batches * Self.bulk) / seconds
        }
    }

    /// Returns the command line of a process that drains.
    func drainArguments(_ manner: JobWorker.DrainMode) -> [String] {
        [bench, "--jobs", server.conninfo(database), "--manner", manner.rawValue]
    }

    private func drainReports(_ manner: JobWorker.DrainMode, _ runners: Int) async throws -> [JobWorker.DrainReport] {
        try await withThrowingTaskGroup(of: JobWorker.DrainReport.self) { group in
            for _ in 0..<runners {
                group.addTask {
                    let report = try await Program.run(drainArguments(manner))
                    return try JSONDecoder().decode(JobWorker.DrainReport.self, from: Data(report.utf8))
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// Waits until all runners wait for the start lock.
    private static func wait(for runners: Int, _ startLockHolder: isolated Connection) async throws {
        for _ in 0..<2000 {
            let waiting = try await startLockHolder.query(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if try waiting.decode(Int64.self)[0] == Int64(runners) { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw BenchFailure("the runners do not begin", because: "no \(runners) of them came within ten seconds")
    }

    /// Returns the times that jobs wait for an idle runner, in milliseconds.
    func pickUps(_ count: Int, pace: Int) async throws -> [Double] {
        Self.numbers(
            try await Program.run([
                bench, "--jobs", server.conninfo(database), "--pick-ups", "\(count)", "--pace", "\(pace)",
            ]))
    }

    /// Runs the statements alone.
    ///
    /// - Parameter arguments: The arguments of `jobs.c`.
    /// - Returns: The numbers that it prints.
    /// - Throws: ``BenchFailure``.
    func limit(_ arguments: String...) async throws -> [Double] {
        Self.numbers(try await Program.run([statements] + arguments, environment: server.environment(database)))
    }

    private static func numbers(_ report: String) -> [Double] {
        report.split(separator: "\n").compactMap { Double($0) }
    }
}

/// The measured job, whose handler does nothing.
struct NoopJob: Job {
    static let kind = "noop"
    let number: Int
}
