public import Jobs
public import Logging
public import Postgres
public import PostgresTesting

extension JobYard {
    /// Lets a runner work while a test looks on, and stops it at once afterwards.
    ///
    /// - Parameters:
    ///   - handlers: Who does what.
    ///   - schedules: What comes again.
    ///   - listens: Whether it hears notifications; otherwise it polls often.
    ///   - logger: Where it tells of trouble.
    ///   - lockTimeout: How long its statements wait for a lock.
    ///   - configure: Changes how it works.
    ///   - body: The test, begun when the runner is at work.
    /// - Returns: What the test returns.
    /// - Throws: What the test or the runner throws.
    public func withRunner<Result>(
        _ handlers: JobHandlers, schedules: [CronJob] = [], listens: Bool = false, logger: Logger = .silent,
        lockTimeout: Duration = .seconds(30), configure: (inout JobRunner.Configuration) -> Void = { _ in },
        _ body: (JobRunner) async throws -> Result
    ) async throws -> Result {
        let pool = makePool(lockTimeout: lockTimeout)
        let listener = Listener(
            Database.Configuration(conninfo: conninfo), channels: [JobQueue.channel], logger: .silent)
        let runner = JobRunner(
            database: pool, listener: listens ? listener : nil, handlers: handlers, schedules: schedules,
            configuration: configuration(configure), logger: logger)
        let ready = Latch()
        let running = Task {
            defer { ready.open() }
            try await runner.run { ready.open() }
        }
        await ready.wait()
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(runner))
        } catch {
            result = .failure(error)
        }
        runner.stopNow()
        try await running.value
        await pool.close()
        return try result.get()
    }

    /// Lets a runner work until nothing is due.
    ///
    /// - Parameters:
    ///   - handlers: Who does what.
    ///   - schedules: What comes again.
    ///   - configure: Changes how it works.
    /// - Throws: `PostgresError` where it cannot begin.
    public func drain(
        _ handlers: JobHandlers, schedules: [CronJob] = [],
        configure: (inout JobRunner.Configuration) -> Void = { _ in }
    ) async throws {
        let pool = makePool()
        try await JobRunner(
            database: pool, listener: nil, handlers: handlers, schedules: schedules,
            configuration: configuration(configure), logger: .silent
        ).drain()
        await pool.close()
    }

    /// A runner's own connections.
    public func makePool(lockTimeout: Duration = .seconds(30)) -> Database {
        var configuration = Database.Configuration(conninfo: conninfo)
        configuration.applicationName = "runner"
        configuration.lockTimeout = lockTimeout
        return Database(configuration, logger: .silent)
    }

    /// Quick where a test would wait; periods that a busy machine may exceed keep their defaults.
    private func configuration(_ change: (inout JobRunner.Configuration) -> Void) -> JobRunner.Configuration {
        var configuration = JobRunner.Configuration(name: "test", queues: [JobRunner.Queue("default")])
        configuration.heartbeat = .milliseconds(50)
        configuration.poll = .milliseconds(50)
        // By chance a first wait may be next to nothing: what failed once would fail once more within the test.
        configuration.backoff = Backoff(base: .seconds(10_000_000), cap: .seconds(10_000_000))
        change(&configuration)
        return configuration
    }
}
