public import Jobs
public import Logging
public import Postgres
public import PostgresTesting

extension JobFixture {
    /// Runs a test with a runner, and stops the runner immediately afterwards.
    ///
    /// - Parameters:
    ///   - handlers: The job handlers.
    ///   - schedules: The recurring jobs.
    ///   - listens: Whether the runner receives notifications; otherwise it polls frequently.
    ///   - logger: The runner's logger.
    ///   - lockTimeout: The lock timeout of its statements.
    ///   - configure: Changes the runner's configuration.
    ///   - body: The test, which starts when the runner is ready.
    /// - Returns: The result of the test.
    /// - Throws: The error of the test or of the runner.
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

    /// Runs a runner until no job is due.
    ///
    /// - Parameters:
    ///   - handlers: The job handlers.
    ///   - schedules: The recurring jobs.
    ///   - configure: Changes the runner's configuration.
    /// - Throws: `PostgresError` where the runner cannot start.
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

    /// Returns a separate pool of connections for a runner.
    public func makePool(lockTimeout: Duration = .seconds(30)) -> Database {
        var configuration = Database.Configuration(conninfo: conninfo)
        configuration.applicationName = "runner"
        configuration.lockTimeout = lockTimeout
        return Database(configuration, logger: .silent)
    }

    /// Returns a configuration with short intervals; time limits that a busy machine may exceed keep their defaults.
    private func configuration(_ change: (inout JobRunner.Configuration) -> Void) -> JobRunner.Configuration {
        var configuration = JobRunner.Configuration(name: "test", queues: [JobRunner.Queue("default")])
        configuration.heartbeat = .milliseconds(50)
        configuration.poll = .milliseconds(50)
        // A random delay may be close to zero; with a large base, a failed job is not retried within the test.
        configuration.backoff = Backoff(base: .seconds(10_000_000), cap: .seconds(10_000_000))
        change(&configuration)
        return configuration
    }
}
