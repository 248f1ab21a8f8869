public import Logging
public import Postgres

/// Runs jobs: any number of runners, on any number of machines, share one database.
///
/// A runner claims jobs under leases that only it holds, shows every few seconds that it lives, and takes over what dead
/// runners had in hand. It survives a database that goes away.
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
    /// The log of its problems.
    package let problems: RunnerProblems
    private let mode = Guarded(RunMode.work)
    private let currentLease = Guarded<RunnerLease?>(nil)
    private let modeChange = WakeSignal()

    /// Prepares a runner.
    ///
    /// - Parameters:
    ///   - database: A pool of its own, so that its heart beats also when the handlers' is exhausted: one connection for
    ///     each queue and three more.
    ///   - listener: Hears of work at once; `nil` where notifications do not pass (PgBouncer in transaction mode).
    ///   - handlers: Who does what.
    ///   - schedules: What comes again.
    ///   - configuration: How it works.
    ///   - logger: Where trouble is told.
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

    /// Runs jobs until it is told to stop, or its task is cancelled, which tells it to stop.
    ///
    /// - Parameter ready: Called when it is at work.
    /// - Returns: What it has done.
    /// - Throws: `PostgresError` where it cannot begin. Later on it goes on trying.
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

    /// Runs jobs until nothing is due, or it is told to stop.
    ///
    /// What the schedules of the served queues have missed until now is due. Nothing else is enqueued: neither jobs of
    /// other queues nor what schedules say while it works.
    ///
    /// - Returns: What it has done.
    /// - Throws: `PostgresError` where it cannot begin.
    @discardableResult
    public func drain() async throws -> Totals {
        try await detached { [self] in
            try await declareSchedules()
            let served = Set(configuration.queues.map(\.name))
            _ = try await makeCron(for: schedules.filter { served.contains($0.queue) }).enqueueDue()
            return try await serving(keeping: []) { [self] workers in
                // What one queue's jobs have enqueued in another is due as well.
                while await drainOnce(workers), mode.withLock({ $0 }) == .work {}
            }
        }
    }

    /// Whether its heartbeats reach the database: the lease that the last one renewed has not run out.
    ///
    /// A service manager should be told that the process is well only while this holds. False before ``run(ready:)``.
    public var hasValidLease: Bool { currentLease.withLock { $0 }?.holdsLease ?? false }

    /// Tells it to take no more jobs, to let those that run come to their end within the grace period, and to give the
    /// others back at once.
    public func stop() {
        setMode(.stop)
    }

    /// Tells it to cancel what runs, too.
    public func stopNow() {
        setMode(.stopNow)
    }

    private func setMode(_ new: RunMode) {
        mode.withLock { $0 = max($0, new) }
        modeChange.fire()
    }

    /// Does work in a task of its own: the cancellation of the caller's must not cancel the handlers'.
    private func detached(_ work: @escaping @Sendable () async throws -> Totals) async throws -> Totals {
        let task = Task { try await work() }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            stop()
        }
    }

    /// Does something with workers while heartbeats are sent, some schedules are kept and notifications received.
    private func serving(
        keeping kept: [CronJob], _ body: @escaping @Sendable ([QueueWorker]) async -> Void
    ) async throws -> Totals {
        let runners = RunnerStore(database: database)
        let leaseEnd = ContinuousClock.now + configuration.lease
        let runnerLease = RunnerLease(
            runner: try await runners.register(
                name: configuration.name, queues: configuration.queues, lease: configuration.lease),
            leaseEnd: leaseEnd)
        currentLease.withLock { $0 = runnerLease }
        let workers = configuration.queues.map {
            QueueWorker(
                $0, handlers: handlers, runnerLease: runnerLease, store: JobStore(database: database),
                configuration: configuration, problems: problems, logger: logger)
        }
        let isOver: @Sendable () -> Bool = { runnerLease.isOver }
        let heartbeat = makeHeartbeat(runners, workers, runnerLease)
        let cron = makeCron(for: kept)
        let working = Task { await body(workers) }
        let stopTask = Task {
            await handleStop(workers, runnerLease)
            // Who still waits for the database then waits in vain.
            working.cancel()
        }
        var backgroundTasks = [Task { await heartbeat.work(until: isOver) }, Task { await listen(for: workers) }]
        if !kept.isEmpty { backgroundTasks.append(Task { await cron.work(until: isOver) }) }

        await working.value

        runnerLease.end()
        for wakeSignal in [heartbeat.wakeSignal, cron.wakeSignal, modeChange] { wakeSignal.fire() }
        for attendant in backgroundTasks { attendant.cancel() }
        for attendant in backgroundTasks + [stopTask] { await attendant.value }
        // Where the database no longer answers, the other runners find out by themselves.
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

    /// Brings the workers to a stop when that is asked for; to a hard one when it is asked for again, or the grace
    /// period is over.
    ///
    /// What cannot be written down even then is left to the rescue.
    private func handleStop(_ workers: [QueueWorker], _ runnerLease: RunnerLease) async {
        await wait(for: .stop, atMost: .seconds(86_400 * 365), runnerLease)
        for worker in workers where !runnerLease.isOver { await worker.stop() }
        await wait(for: .stopNow, atMost: configuration.gracePeriod, runnerLease)
        for worker in workers where !runnerLease.isOver { await worker.stopNow() }
        await wait(for: nil, atMost: configuration.cancellationPeriod, runnerLease)
        runnerLease.end()
        for worker in workers { worker.wakeSignal.fire() }
    }

    private func wait(for awaited: RunMode?, atMost maximumWait: Duration, _ runnerLease: RunnerLease) async {
        let end = ContinuousClock.now + maximumWait
        while true {
            // What rings after the questions are asked is heard by the wait.
            let lastFireCount = modeChange.fireCount
            if runnerLease.isOver { return }
            if let awaited, mode.withLock({ $0 }) >= awaited { return }
            guard .now < end else { return }
            await modeChange.wait(after: lastFireCount, atMost: end - .now)
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
            // It is over.
        } catch {
            logger.warning("nothing is listened to: work is polled for", metadata: ["error": "\(error)"])
        }
    }
}

extension JobRunner {
    /// What a runner has done.
    public struct Totals: Sendable, Equatable {
        /// Jobs that are done.
        public internal(set) var completed = 0
        /// Attempts that failed.
        public internal(set) var failed = 0
        /// How often it came too late, and another had taken the job over.
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
