import Locking
public import Logging
public import Postgres

/// A runner of jobs: any number of runners, on any number of machines, share one database.
///
/// A runner claims jobs under leases that only it holds, sends a heartbeat every few seconds, and takes over the jobs
/// of crashed runners. It keeps running while the database is unreachable.
public final class JobRunner: Sendable {
    private enum RunMode: Int, Comparable {
        case work, stop, stopNow

        static func < (left: RunMode, right: RunMode) -> Bool { left.rawValue < right.rawValue }
    }

    private let database: Database
    private let listener: Listener?
    private let handlers: JobHandlers
    private let schedules: [CronJob]
    private let configuration: Configuration
    private let logger: Logger
    /// The log of this runner's problems.
    package let problems: RunnerProblems
    private let mode = Guarded(RunMode.work)
    private let currentLease = Guarded<RunnerLease?>(nil)
    private let modeChange = WakeSignal()

    /// Creates a runner.
    ///
    /// - Parameters:
    ///   - database: A separate pool, so that heartbeats are sent also when the handlers' pool is exhausted: one
    ///   connection for each queue and three more.
    ///   - listener: Receives notifications of new jobs; `nil` where they are not forwarded (PgBouncer in transaction
    ///   mode).
    ///   - handlers: The job handlers.
    ///   - schedules: The recurring jobs.
    ///   - configuration: Queues, lease, intervals and limits.
    ///   - logger: The logger for problems.
    public init(
        database: Database, listener: Listener?, handlers: JobHandlers, schedules: [CronJob] = [],
        configuration: Configuration, logger: Logger
    ) {
        self.database = database
        self.listener = listener
        self.handlers = handlers
        self.schedules = schedules
        self.configuration = configuration
        self.logger = logger
        problems = RunnerProblems(logger: logger)
    }

    /// Runs jobs until ``stop()`` is called or the calling task is cancelled, which has the same effect.
    ///
    /// - Parameter ready: Called when the runner is ready.
    /// - Returns: The numbers of completed, failed and stale jobs.
    /// - Throws: `PostgresError` where it cannot start. Later errors are retried.
    @discardableResult
    public func run(ready: @escaping @Sendable () -> Void = {}) async throws -> Totals {
        try await detached { [self] in
            try await declareSchedules()
            return try await serving(keeping: schedules) { workers in
                ready()
                await withTaskGroup { group in
                    for worker in workers { group.addTask { await worker.work() } }
                }
            }
        }
    }

    /// Runs jobs until no job is due, or ``stop()`` is called.
    ///
    /// Missed occurrences of the served queues' schedules are enqueued once at the start. Nothing else is enqueued: no
    /// jobs for other queues, and no occurrences that come due while it runs. The jobs of crashed runners are run as well,
    /// except in the time of a lease after a start of the database's server.
    ///
    /// - Parameter ready: Called when the runner is ready.
    /// - Returns: The numbers of completed, failed and stale jobs.
    /// - Throws: `PostgresError` where it cannot start. Later errors are retried.
    @discardableResult
    public func drain(ready: @escaping @Sendable () -> Void = {}) async throws -> Totals {
        try await detached { [self] in
            try await declareSchedules()
            let served = Set(configuration.queues.map(\.name))
            _ = try await makeCron(for: schedules.filter { served.contains($0.queue) }).enqueueDue()
            // The first heartbeat does the same, but it may come after the last claim.
            _ = try await JobStore(database: database).takeOverFromCrashedRunners(configuration, logger)
            return try await serving(keeping: []) { [self] workers in
                ready()
                // A job of one queue may enqueue a due job in another.
                while await drainOnce(workers), mode.withLock({ $0 }) == .work {}
            }
        }
    }

    /// Whether heartbeats reach the database: the lease that the last one renewed has not ended.
    ///
    /// A service watchdog should be notified only while this is `true`. `false` before ``run(ready:)``.
    public var hasValidLease: Bool { currentLease.withLock { $0 }?.holdsLease ?? false }

    /// Stops claiming jobs, lets running jobs end within the grace period, and releases the others immediately.
    public func stop() {
        setMode(.stop)
    }

    /// Stops, and cancels the running jobs as well.
    public func stopNow() {
        setMode(.stopNow)
    }

    private func setMode(_ new: RunMode) {
        mode.withLock { $0 = max($0, new) }
        modeChange.fire()
    }

    /// Runs work in an unstructured task, so that cancelling the caller's task does not cancel the handlers.
    private func detached(_ work: @escaping @Sendable () async throws -> Totals) async throws -> Totals {
        let task = Task { try await work() }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            stop()
        }
    }

    /// Runs a body with the workers while heartbeats are sent, schedules are enqueued and notifications are received.
    private func serving(
        keeping keptSchedules: [CronJob], _ body: @escaping @Sendable ([QueueWorker]) async -> Void
    ) async throws -> Totals {
        let runners = RunnerStore(database: database)
        let leaseEnd = ContinuousClock.now + configuration.lease
        let runnerLease = RunnerLease(
            runner: try await runners.register(configuration), leaseEnd: leaseEnd)
        currentLease.withLock { $0 = runnerLease }
        let workers = configuration.queues.map {
            QueueWorker(
                $0, handlers: handlers, runnerLease: runnerLease, store: JobStore(database: database),
                configuration: configuration, problems: problems, logger: logger)
        }
        let isOver: @Sendable () -> Bool = { runnerLease.isOver }
        let heartbeat = makeHeartbeat(runners, workers, runnerLease)
        let cron = makeCron(for: keptSchedules)
        let working = Task { await body(workers) }
        let stopTask = Task {
            await handleStop(workers, runnerLease)
            // A worker that still waits for the database must not wait any longer.
            working.cancel()
        }
        var backgroundTasks = [Task { await heartbeat.work(until: isOver) }, Task { await listen(for: workers) }]
        if !keptSchedules.isEmpty { backgroundTasks.append(Task { await cron.work(until: isOver) }) }

        await working.value

        runnerLease.end()
        for wakeSignal in [heartbeat.wakeSignal, cron.wakeSignal, modeChange] { wakeSignal.fire() }
        for backgroundTask in backgroundTasks { backgroundTask.cancel() }
        for backgroundTask in backgroundTasks + [stopTask] { await backgroundTask.value }
        // If the database does not answer, the other runners take over the jobs when the lease ends.
        if runnerLease.holdsLease { try? await runners.leave(runnerLease.runner, totals: runnerLease.unreported) }
        return runnerLease.totals
    }

    private func declareSchedules() async throws {
        guard !schedules.isEmpty else { return }
        try await CronStore(database: database).declare(schedules)
    }

    private func makeCron(for jobs: [CronJob]) -> CronLoop {
        CronLoop(
            jobs: jobs, store: CronStore(database: database), wakeSignal: WakeSignal(), problems: problems,
            logger: logger)
    }

    private func makeHeartbeat(_ runners: RunnerStore, _ workers: [QueueWorker], _ runnerLease: RunnerLease)
        -> Heartbeat
    {
        Heartbeat(
            runners: runners, jobs: JobStore(database: database), workers: workers, runnerLease: runnerLease,
            configuration: configuration, wakeSignal: WakeSignal(), problems: problems, logger: logger)
    }

    /// Stops the workers after ``stop()``; cancels their running jobs after ``stopNow()``, or when the grace period has
    /// elapsed.
    ///
    /// Results that cannot be recorded even then are left to the rescue by other runners.
    private func handleStop(_ workers: [QueueWorker], _ runnerLease: RunnerLease) async {
        await wait(for: .stop, atMost: nil, runnerLease)
        for worker in workers where !runnerLease.isOver { await worker.stop() }
        await wait(for: .stopNow, atMost: configuration.gracePeriod, runnerLease)
        for worker in workers where !runnerLease.isOver { await worker.stopNow() }
        await wait(for: nil, atMost: configuration.cancellationPeriod, runnerLease)
        runnerLease.end()
        for worker in workers { worker.wakeSignal.fire() }
    }

    /// Waits for a mode or for the end of the lease, without a time limit if there is none.
    private func wait(for awaitedMode: RunMode?, atMost maximumWait: Duration?, _ runnerLease: RunnerLease) async {
        let end = maximumWait.map { ContinuousClock.now + $0 }
        while true {
            // A signal that comes after this point ends the wait below.
            let lastFireCount = modeChange.fireCount
            if runnerLease.isOver { return }
            if let awaitedMode, mode.withLock({ $0 }) >= awaitedMode { return }
            let remaining = end.map { $0 - .now } ?? .seconds(86_400)
            guard remaining > .zero else { return }
            await modeChange.wait(after: lastFireCount, atMost: remaining)
        }
    }

    private func drainOnce(_ workers: [QueueWorker]) async -> Bool {
        await withTaskGroup { group in
            for worker in workers { group.addTask { await worker.drain() } }
            return await group.reduce(false) { $0 || $1 }
        }
    }

    private func listen(for workers: [QueueWorker]) async {
        guard var listener else { return }
        listener.onChange = { [problems] failure in
            if let failure {
                problems.occurs(
                    "notifications", "no notifications arrive; work is polled for", error: failure, began: .now)
            } else {
                problems.ends("notifications", "notifications arrive again")
            }
        }
        do {
            try await listener.run { event in
                guard event != .lost else { return }
                for worker in workers { worker.wakeSignal.fire() }
            }
        } catch is CancellationError {
            // The runner has stopped.
        } catch {
            logger.warning("notifications cannot be received; polling for jobs", metadata: ["error": "\(error)"])
        }
    }
}

extension JobRunner {
    /// The numbers of jobs that a runner has run.
    public struct Totals: Sendable, Equatable {
        /// The number of completed jobs.
        public internal(set) var completed = 0
        /// The number of failed attempts.
        public internal(set) var failed = 0
        /// The number of jobs that another runner had taken over before their result was recorded.
        public internal(set) var stale = 0

        static func + (left: Totals, right: Totals) -> Totals {
            Totals(
                completed: left.completed + right.completed, failed: left.failed + right.failed,
                stale: left.stale + right.stale)
        }

        static func - (left: Totals, right: Totals) -> Totals {
            Totals(
                completed: left.completed - right.completed, failed: left.failed - right.failed,
                stale: left.stale - right.stale)
        }
    }
}
