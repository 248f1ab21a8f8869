import Logging
import Postgres
import Telemetry

/// A worker of one queue, which claims jobs, runs their handlers and records the results; ``WorkerState`` decides.
///
/// The next jobs are claimed while handlers run. A job whose acknowledgement may wait is acknowledged with that claim.
actor QueueWorker {
    /// When to claim again.
    private enum NextClaim {
        /// Immediately.
        case again
        /// After a delay, or at a signal.
        case pause(Duration)
        /// After a delay, or at a signal; no job in the queue is due.
        case idle(Duration)
    }

    /// Signals that there may be jobs, from any thread.
    nonisolated let wakeSignal = WakeSignal()
    private let queue: JobRunner.Queue
    private let kinds: [String]
    private let runnerLease: RunnerLease
    private let store: JobStore
    private let configuration: JobRunner.Configuration
    private let resultWriter: ResultWriter
    private let logger: Logger
    private let problems: RunnerProblems
    /// The name of claiming in the log of problems.
    private let problemName: String

    private var state: WorkerState
    private var claimFailures = 0
    /// Whether a job has failed since the database did not answer; the next claim shows whether it does.
    private var hasMetOutage = false
    private var failingKinds: Set<String> = []
    private var isDraining = false
    private var hasWorked = false
    private var mayHaveLostJobs = false
    private var shouldReconcile = false
    private var timer: (deadline: ContinuousClock.Instant, task: Task<Void, any Error>)?

    init(
        _ queue: JobRunner.Queue, handlers: JobHandlers, runnerLease: RunnerLease, store: JobStore,
        configuration: JobRunner.Configuration, problems: RunnerProblems, logger: Logger
    ) {
        self.queue = queue
        self.runnerLease = runnerLease
        self.store = store
        self.configuration = configuration
        self.logger = logger
        self.problems = problems
        kinds = handlers.kinds
        problemName = "claims \(queue.name)"
        state = WorkerState(handlers: handlers, concurrency: queue.concurrency, prefetch: configuration.prefetch)
        resultWriter = ResultWriter(
            queue: queue.name, store: store, runnerLease: runnerLease, metrics: JobMetrics(queue: queue.name),
            problems: problems, logger: logger)
    }

    /// Serves the queue until it is stopped.
    func work() async {
        defer {
            timer?.task.cancel()
            timer = nil
        }
        while true {
            let lastFireCount = wakeSignal.fireCount
            startReady()
            await resultWriter.settle(state.takeUnstartedResults())
            if state.isStopping && (state.isEmpty || runnerLease.isOver) { return }
            await reconcile()
            switch await claimOnce() {
            case .again: continue
            case .idle where isDraining && state.isEmpty: return
            case .pause(let maximumWait), .idle(let maximumWait):
                await wakeSignal.wait(after: lastFireCount, atMost: maximumWait)
            }
        }
    }

    /// Serves the queue until no job in it is due, and returns whether there was one.
    func drain() async -> Bool {
        isDraining = true
        hasWorked = false
        await work()
        return hasWorked
    }

    /// Claims no more jobs, and releases those that have not been started.
    func stop() {
        state.stop()
        wakeSignal.fire()
    }

    /// Cancels the running jobs as well, and releases those that do not end within the cancellation period.
    func stopNow() {
        stop()
        interruptAll()
    }

    /// Cancels and releases all jobs, since other runners may have taken them over; returns their number.
    func abandonJobs() -> Int {
        let held = state.abandonJobs()
        interruptAll()
        wakeSignal.fire()
        return held
    }

    /// Cancels jobs, and with them the executions that they are part of.
    func cancel(_ leases: Set<JobLease>) {
        let running = state.cancel(leases)
        wakeSignal.fire()
        for (number, cancelRequested) in running { interrupt(number, .cancelRequested(cancelRequested)) }
    }

    /// Releases, in the next turn, the jobs of a claim whose response was lost; the database is reachable now.
    func reconcileSoon() {
        guard mayHaveLostJobs else { return }
        shouldReconcile = true
        wakeSignal.fire()
    }

    /// Releases the jobs that only the database counts as held; no claim or acknowledgement is in progress meanwhile.
    private func reconcile() async {
        guard shouldReconcile else { return }
        shouldReconcile = false
        do {
            // The server may still be running the lost claim: the next call finds its jobs.
            mayHaveLostJobs = try await store.release(
                claimedBy: runnerLease.runner, from: queue.name, before: configuration.lease * 0.4, except: state.held)
        } catch {
            logger.debug("jobs that were claimed and lost cannot be given back yet", metadata: ["error": "\(error)"])
        }
    }
}

extension QueueWorker {
    /// Acknowledges and claims once.
    private func claimOnce() async -> NextClaim {
        let limit = state.claimLimit
        guard limit > 0 || !state.done.isEmpty else { return .pause(configuration.poll) }
        let (acknowledged, past, began) = (state.takeDone(), state.leaseLosses, ContinuousClock.now)
        let claimRequest = state.claimRequest(runner: runnerLease.runner, queue: queue.name, kinds: kinds, limit: limit)
        do {
            let claimed = try await store.claim(claimRequest, acknowledging: acknowledged)
            // A failed claim may have acknowledged these: then they are missing, and not stale.
            if claimFailures == 0 { resultWriter.count(stale: acknowledged.count - claimed.acknowledged) }
            if claimFailures > 0 || hasMetOutage { problems.ends(problemName, "jobs are claimed again") }
            (claimFailures, hasMetOutage) = (0, false)
            hasWorked = hasWorked || !claimed.jobs.isEmpty
            guard let finding = state.receive(claimed.jobs, of: limit, after: past) else { return .again }
            startReady()
            state.adjustBatchSize(to: claimed.jobs)
            return state.unstartedResults.isEmpty ? await next(after: finding, of: limit) : .again
        } catch {
            state.restoreDone(acknowledged)
            return handleClaimError(error, began)
        }
    }

    private func next(after finding: ClaimCursor.Finding, of limit: Int) async -> NextClaim {
        switch finding {
        case .more: .again
        case .lookAgain: isDraining ? .again : .pause(.milliseconds(100))
        case .nothing: limit == 0 ? .pause(configuration.poll) : await nextJob()
        }
    }

    /// Waits until the next job can start, at most for the poll interval.
    private func nextJob() async -> NextClaim {
        guard let nextRun = try? await store.nextJob(in: queue.name, of: kinds) else {
            return .pause(configuration.poll)
        }
        // A job that is due and was not claimed is being claimed by another runner at this moment.
        let maximumWait = min(configuration.poll, max(nextRun.wait ?? configuration.poll, .milliseconds(10)))
        return nextRun.isDue ? .pause(maximumWait) : .idle(maximumWait)
    }

    private func handleClaimError(_ error: any Error, _ began: ContinuousClock.Instant) -> NextClaim {
        claimFailures += 1
        state.startOver()
        mayHaveLostJobs = true
        problems.occurs(
            problemName, "no jobs can be claimed at the moment; trying again", error: error, began: began,
            metadata: ["queue": "\(queue.name)"])
        return .pause(Backoff.ofConnections.delay(afterFailures: claimFailures))
    }
}

extension QueueWorker {
    /// Starts the ready jobs, unless another runner may have taken them over.
    private func startReady() {
        while state.hasRoom, runnerLease.holdsLease, let (jobs, handler) = state.nextBatch() { start(jobs, handler) }
    }

    private func start(_ jobs: [ClaimedJob], _ handler: JobHandler) {
        var execution = Execution(jobs: jobs, handler: handler)
        let backoff = configuration.backoff
        let work = Task { @concurrent in await handler.run(jobs, backoff) }
        execution.task = work
        let number = state.add(execution)
        // A separate task: a cancelled task could not record the results.
        Task { await self.end(number, work.value) }
        setTimer(for: execution.deadline)
    }

    /// Sets one timer for all executions, to the first deadline: one timer each would cost more than a short job.
    private func setTimer(for deadline: ContinuousClock.Instant) {
        if let timer, timer.deadline <= deadline { return }
        timer?.task.cancel()
        let task = Task {
            try await Task.sleep(until: deadline)
            interruptOverdue()
        }
        timer = (deadline, task)
    }

    private func interruptOverdue() {
        timer = nil
        let now = ContinuousClock.now
        for number in state.overdue(at: now) { interrupt(number, .timedOut) }
        if let next = state.deadline(after: now) { setTimer(for: next) }
    }

    /// Records the results of an execution; another one may start afterwards.
    private func end(_ number: Int, _ dispositions: [Disposition?]) async {
        guard let execution = state.settle(number) else { return }
        await record(execution.results(dispositions, backoff: configuration.backoff), execution)
        state.remove(number, endedAt: .now)
        startReady()
        if state.hasWork { wakeSignal.fire() }
    }

    private func record(_ results: [JobResult], _ execution: Execution) async {
        runnerLease.count(completed: results.done.count + results.completed.count, failed: results.failures)
        resultWriter.metrics.measure(execution, results)
        report(results, of: execution)
        switch execution.handler.acknowledgement {
        case .withNextClaim: state.addDone(results.done)
        case .atOnce: await resultWriter.acknowledge(results.done)
        }
        await resultWriter.confirm(results.completed)
        await resultWriter.settle(results.unfinished)
    }

    /// Logs that jobs of a kind fail, which ones are dead, and that the kind succeeds again.
    ///
    /// The errors are stored with the jobs and not logged: they may name a person.
    private func report(_ results: [JobResult], of execution: Execution) {
        let kind = execution.jobs[0].kind
        let metadata: Logger.Metadata = ["queue": "\(queue.name)", "kind": "\(kind)"]
        logDead(results, metadata)
        if let outage = results.outage {
            hasMetOutage = true
            problems.occurs(
                problemName, "jobs fail and are tried again", error: outage, began: execution.begun, metadata: metadata)
        } else if results.contains(where: { $0.disposition.isRetry }) {
            failingKinds.insert(kind)
            problems.others.occurs("failing \(kind)", "jobs fail and are tried again", metadata: metadata)
        } else if !failingKinds.isEmpty, !(results.done.isEmpty && results.completed.isEmpty) {
            failingKinds.remove(kind)
            problems.others.ends("failing \(kind)", "jobs of the kind \(kind) succeed again")
        }
    }

    /// Logs the jobs that are dead, with the reason of each.
    private func logDead(_ results: [JobResult], _ metadata: Logger.Metadata) {
        for result in results {
            guard let reason = result.disposition.unexpectedDeath else { continue }
            logger.error(
                "a job is dead",
                metadata: metadata.merging(["job": "\(result.lease.id)", "reason": "\(reason.rawValue)"]) { $1 })
        }
    }

    private func interruptAll() {
        for number in state.executions.keys { interrupt(number, .released) }
    }

    /// Cancels the task of an execution, and after the cancellation period abandons it.
    private func interrupt(_ number: Int, _ reason: Execution.Interruption) {
        guard state.interrupt(number, reason) else { return }
        Task {
            try? await Task.sleep(for: configuration.cancellationPeriod)
            await abandon(number)
        }
    }

    /// Continues without a handler that does not end; its results are ignored.
    private func abandon(_ number: Int) async {
        guard let execution = state.settle(number) else { return }
        logger.error(
            "a handler does not end although its task was cancelled; going on without it",
            metadata: ["queue": "\(queue.name)", "kind": "\(execution.jobs[0].kind)"])
        await record(execution.resultsOfAbandoning(backoff: configuration.backoff), execution)
        state.abandon(number)
        wakeSignal.fire()
    }
}
