import Logging
import Postgres
import Telemetry

/// Serves one queue: claims jobs, runs their handlers, and records the results; ``WorkerState`` decides.
///
/// The next jobs are claimed while handlers run. A job whose acknowledgement may wait is acknowledged with that claim.
actor QueueWorker {
    /// When to claim again.
    private enum Turn {
        /// At once.
        case again
        /// After a delay, or at a signal.
        case pause(Duration)
        /// After a delay, or at a signal; no job in the queue is due.
        case idle(Duration)
    }

    /// Signals that there may be jobs, from any thread.
    nonisolated let bell = WakeSignal()
    private let queue: JobRunner.Queue
    private let kinds: [String]
    private let membership: RunnerLease
    private let store: JobStore
    private let configuration: JobRunner.Configuration
    private let recorder: ResultWriter
    private let logger: Logger
    private let problems: RunnerProblems
    /// The name of claiming in the log of problems.
    private let claims: String

    private var state: WorkerState
    private var trouble = 0
    /// Whether a job has failed since the database did not answer; the next claim shows whether it does.
    private var hasMetOutage = false
    private var failingKinds: Set<String> = []
    private var isDraining = false
    private var hasWorked = false
    private var mayHaveLostJobs = false
    private var shouldReconcile = false
    private var alarm: (deadline: ContinuousClock.Instant, task: Task<Void, any Error>)?

    init(
        _ queue: JobRunner.Queue, handlers: JobHandlers, membership: RunnerLease, store: JobStore,
        configuration: JobRunner.Configuration, problems: RunnerProblems, logger: Logger
    ) {
        self.queue = queue
        self.membership = membership
        self.store = store
        self.configuration = configuration
        self.logger = logger
        self.problems = problems
        kinds = handlers.kinds
        claims = "claims \(queue.name)"
        state = WorkerState(handlers: handlers, concurrency: queue.concurrency, prefetch: configuration.prefetch)
        recorder = ResultWriter(
            queue: queue.name, store: store, membership: membership, metrics: JobMetrics(queue: queue.name),
            problems: problems, logger: logger)
    }

    /// Serves the queue until it is stopped.
    func work() async {
        defer {
            alarm?.task.cancel()
            alarm = nil
        }
        while true {
            let heard = bell.rings
            startReady()
            await recorder.settle(state.takeLeaving())
            if state.isStopping && (state.isEmpty || membership.isOver) { return }
            await reconcile()
            switch await turn() {
            case .again: continue
            case .idle where isDraining && state.isEmpty: return
            case .pause(let patience), .idle(let patience): await bell.wait(after: heard, atMost: patience)
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

    /// Claims no more jobs, and gives back those that have not been begun.
    func stop() {
        state.stop()
        bell.ring()
    }

    /// Cancels the running jobs as well, and gives back those that do not end within the cancellation period.
    func stopNow() {
        stop()
        interruptAll()
    }

    /// Cancels and gives back all jobs, since other runners may have taken them over; returns their number.
    func lose() -> Int {
        let held = state.lose()
        interruptAll()
        bell.ring()
        return held
    }

    /// Cancels jobs, and with them the executions that they are part of.
    func cancel(_ leases: Set<JobLease>) {
        let running = state.cancel(leases)
        bell.ring()
        for (number, unwanted) in running { interrupt(number, .unwanted(unwanted)) }
    }

    /// Gives back, in the next turn, jobs of a claim whose answer was lost; the database can be reached now.
    func reconcileSoon() {
        guard mayHaveLostJobs else { return }
        shouldReconcile = true
        bell.ring()
    }

    /// Gives back the jobs that only the database counts as held; no claim or acknowledgement is under way meanwhile.
    private func reconcile() async {
        guard shouldReconcile else { return }
        shouldReconcile = false
        do {
            // The server may still be running the lost claim: the next call finds its jobs.
            mayHaveLostJobs = try await store.release(
                claimedBy: membership.runner, from: queue.name, before: configuration.lease * 0.4, except: state.held)
        } catch {
            logger.debug("jobs that were claimed and lost cannot be given back yet", metadata: ["error": "\(error)"])
        }
    }
}

extension QueueWorker {
    /// Acknowledges and claims once.
    private func turn() async -> Turn {
        let limit = state.wanted
        guard limit > 0 || !state.done.isEmpty else { return .pause(configuration.poll) }
        let (acknowledged, past, began) = (state.takeDone(), state.losses, ContinuousClock.now)
        let order = state.order(runner: membership.runner, queue: queue.name, kinds: kinds, limit: limit)
        do {
            let hand = try await store.claim(order, acknowledging: acknowledged)
            // A failed claim may have acknowledged these: then they are missing, and not stale.
            if trouble == 0 { recorder.count(stale: acknowledged.count - hand.acknowledged) }
            if trouble > 0 || hasMetOutage { problems.ends(claims, "jobs are claimed again") }
            (trouble, hasMetOutage) = (0, false)
            hasWorked = hasWorked || !hand.jobs.isEmpty
            guard let finding = state.receive(hand.jobs, of: limit, after: past) else { return .again }
            startReady()
            state.adjust(to: hand.jobs)
            return state.leaving.isEmpty ? await next(after: finding, of: limit) : .again
        } catch {
            state.restoreDone(acknowledged)
            return despair(error, began)
        }
    }

    private func next(after finding: ClaimCursor.Finding, of limit: Int) async -> Turn {
        switch finding {
        case .more: .again
        case .lookAgain: isDraining ? .again : .pause(.milliseconds(100))
        case .nothing: limit == 0 ? .pause(configuration.poll) : await nextJob()
        }
    }

    /// Waits until the next job can start, at most for the poll interval.
    private func nextJob() async -> Turn {
        guard let prospect = try? await store.nextJob(in: queue.name, of: kinds) else {
            return .pause(configuration.poll)
        }
        // A job that is due and was not claimed is being claimed by another runner at this moment.
        let patience = min(configuration.poll, max(prospect.wait ?? configuration.poll, .milliseconds(10)))
        return prospect.isDue ? .pause(patience) : .idle(patience)
    }

    private func despair(_ error: any Error, _ began: ContinuousClock.Instant) -> Turn {
        trouble += 1
        state.startOver()
        mayHaveLostJobs = true
        problems.occurs(
            claims, "no jobs can be claimed at the moment; trying again", error: error, began: began,
            metadata: ["queue": "\(queue.name)"])
        return .pause(Backoff.ofConnections.delay(afterFailures: trouble))
    }
}

extension QueueWorker {
    /// Begins the ready jobs, unless another runner may have taken them over.
    private func startReady() {
        while state.hasRoom, membership.holdsLease, let (jobs, handler) = state.nextBatch() { start(jobs, handler) }
    }

    private func start(_ jobs: [ClaimedJob], _ handler: JobHandler) {
        var round = Round(jobs: jobs, handler: handler)
        let backoff = configuration.backoff
        let work = Task { @concurrent in await handler.run(jobs, backoff) }
        round.task = work
        let number = state.add(round)
        // A task of its own: a cancelled task could not record the results.
        Task { await self.end(number, work.value) }
        setAlarm(for: round.deadline)
    }

    /// Sets one timer for all executions, to the first deadline: one for each would cost more than a short job.
    private func setAlarm(for deadline: ContinuousClock.Instant) {
        if let alarm, alarm.deadline <= deadline { return }
        alarm?.task.cancel()
        let task = Task {
            try await Task.sleep(until: deadline)
            interruptOverdue()
        }
        alarm = (deadline, task)
    }

    private func interruptOverdue() {
        alarm = nil
        let now = ContinuousClock.now
        for number in state.overdue(at: now) { interrupt(number, .timedOut) }
        if let next = state.deadline(after: now) { setAlarm(for: next) }
    }

    /// Records the results of an execution; another one may begin afterwards.
    private func end(_ number: Int, _ dispositions: [Disposition?]) async {
        guard let round = state.settle(number) else { return }
        await record(round.results(dispositions, backoff: configuration.backoff), round)
        state.remove(number, endedAt: .now)
        startReady()
        if state.hasWork { bell.ring() }
    }

    private func record(_ results: [JobResult], _ round: Round) async {
        membership.count(completed: results.done.count + results.completed.count, failed: results.failures)
        recorder.metrics.measure(round, results)
        report(results, of: round)
        switch round.handler.acknowledgement {
        case .withNextClaim: state.addDone(results.done)
        case .atOnce: await recorder.acknowledge(results.done)
        }
        await recorder.confirm(results.completed)
        await recorder.settle(results.unfinished)
    }

    /// Logs that jobs of a kind fail, that one is dead, and that the kind succeeds again.
    ///
    /// The errors are stored with the jobs and not logged: they may name a person.
    private func report(_ results: [JobResult], of round: Round) {
        let kind = round.jobs[0].kind
        let metadata: Logger.Metadata = ["queue": "\(queue.name)", "kind": "\(kind)"]
        if results.contains(where: \.disposition.isUnexpectedDeath) {
            problems.others.occurs("dead \(kind)", level: .error, "a job is dead", metadata: metadata)
        } else if let outage = results.outage {
            hasMetOutage = true
            problems.occurs(
                claims, "jobs fail and are tried again", error: outage, began: round.begun, metadata: metadata)
        } else if results.failures > 0 {
            failingKinds.insert(kind)
            problems.others.occurs("failing \(kind)", "jobs fail and are tried again", metadata: metadata)
        } else if !failingKinds.isEmpty, !(results.done.isEmpty && results.completed.isEmpty) {
            failingKinds.remove(kind)
            problems.others.ends("failing \(kind)", "jobs of the kind \(kind) succeed again")
        }
    }

    private func interruptAll() {
        for number in state.rounds.keys { interrupt(number, .givenUp) }
    }

    /// Cancels the task of an execution, and after the cancellation period abandons it.
    private func interrupt(_ number: Int, _ reason: Round.Interruption) {
        guard state.interrupt(number, reason) else { return }
        Task {
            try? await Task.sleep(for: configuration.cancellationPeriod)
            await abandon(number)
        }
    }

    /// Goes on without a handler that does not end; its results are ignored.
    private func abandon(_ number: Int) async {
        guard let round = state.settle(number) else { return }
        logger.error(
            "a handler does not end although its task was cancelled; going on without it",
            metadata: ["queue": "\(queue.name)", "kind": "\(round.jobs[0].kind)"])
        await record(round.resultsOfAbandoning(backoff: configuration.backoff), round)
        state.abandon(number)
        bell.ring()
    }
}
