import Logging
import Postgres

/// Serves one queue: takes jobs, gives them to their handlers, and writes down what came of them.
///
/// While handlers work, the next hand is claimed. A job whose acknowledgement may wait is acknowledged with that claim.
actor QueueWorker {
    /// What comes after a turn.
    private enum Turn {
        /// Another, at once.
        case again
        /// Another after so long, unless the bell rings.
        case pause(Duration)
        /// As well; nothing in the queue is due.
        case idle(Duration)
    }

    /// Rung when there may be work, from any thread.
    nonisolated let bell = WakeSignal()
    nonisolated let queue: JobRunner.Queue

    let handlers: JobHandlers
    private let kinds: [String]
    let membership: RunnerLease
    private let store: JobStore
    let configuration: JobRunner.Configuration
    let recorder: ResultWriter
    let logger: Logger
    let problems: RunnerProblems

    /// How many jobs a hand takes: as many as the batches of what was claimed last.
    private var unit: Int
    private var ready: [ClaimedJob] = []
    var rounds: [Int: Round] = [:]
    var nextRound = 0
    var done: [JobLease] = []
    /// What is given back without having been begun.
    var leaving: [JobStore.Settlement] = []
    var prefetch: Prefetch
    private var search = ClaimCursor()
    private var trouble = 0
    /// Whether a job has failed since the database did not answer; the next claim shows whether it does.
    var hasMetOutage = false
    /// The kinds of which jobs fail.
    var failing: Set<String> = []
    var isStopping = false
    var isDraining = false
    private var hasWorked = false
    /// How often the runner has been taken for dead.
    private var losses = 0
    private var mayHaveLostJobs = false
    private var shouldReconcile = false
    var alarm: (deadline: ContinuousClock.Instant, task: Task<Void, any Error>)?

    init(
        _ queue: JobRunner.Queue, handlers: JobHandlers, membership: RunnerLease, store: JobStore,
        configuration: JobRunner.Configuration, problems: RunnerProblems, logger: Logger
    ) {
        self.queue = queue
        self.handlers = handlers
        self.membership = membership
        self.store = store
        self.configuration = configuration
        self.logger = logger
        self.problems = problems
        kinds = handlers.kinds
        unit = handlers.largestBatch
        prefetch = configuration.prefetch
        recorder = ResultWriter(
            queue: queue.name, store: store, membership: membership, metrics: JobMetrics(queue: queue.name),
            problems: problems, logger: logger)
    }

    /// Serves the queue until it is told to stop.
    func work() async {
        defer {
            alarm?.task.cancel()
            alarm = nil
        }
        while true {
            let heard = bell.rings
            startReady()
            await settleLeaving()
            if isStopping && (isEmpty || membership.isOver) { return }
            await reconcile()
            switch await turn() {
            case .again: continue
            case .idle where isDraining && isEmpty: return
            case .pause(let patience), .idle(let patience): await bell.wait(after: heard, atMost: patience)
            }
        }
    }

    /// Serves the queue until nothing in it is due, and tells whether there was anything.
    func drain() async -> Bool {
        isDraining = true
        hasWorked = false
        await work()
        return hasWorked
    }

    /// Takes no more; what runs may run on, what only lies ready is given back.
    func stop() {
        isStopping = true
        giveBack(ready)
        ready = []
        bell.ring()
    }

    /// Cancels what runs, and gives back what does not end within the cancellation period.
    func stopNow() {
        stop()
        giveUp()
    }

    /// The runner has been taken for dead, or may have been: others may have its jobs.
    ///
    /// - Returns: How many jobs it had in hand, without those whose results are being stored.
    @discardableResult
    func lose() -> Int {
        losses += 1
        let held = rounds.values.filter { !$0.isSettled }.reduce(ready.count) { $0 + $1.jobs.count }
        giveBack(ready)
        ready = []
        giveUp()
        bell.ring()
        return held
    }

    /// Cancels jobs that somebody wants cancelled, and with them the rounds that they are in.
    func cancel(_ leases: Set<JobLease>) {
        leaving += ready.filter { leases.contains($0.lease) }
            .map { .init(lease: $0.lease, ending: .cancelled, error: "cancelled before it was begun") }
        ready.removeAll { leases.contains($0.lease) }
        bell.ring()
        for (number, round) in rounds {
            let unwanted = leases.intersection(round.jobs.map(\.lease))
            if !unwanted.isEmpty { interrupt(number, .unwanted(unwanted)) }
        }
    }

    /// The database can be reached: where the answer to a claim was lost on its way, now is the time to clear that up.
    func reconcileSoon() {
        guard mayHaveLostJobs else { return }
        shouldReconcile = true
        bell.ring()
    }

    /// Gives back what the database believes to be in our hand and is not.
    ///
    /// No claim is under way meanwhile, nor an acknowledgement: what is in hand is what stands here.
    private func reconcile() async {
        guard shouldReconcile else { return }
        shouldReconcile = false
        let held = (ready + rounds.values.flatMap(\.jobs)).map(\.lease) + done
        do {
            // The lost claim may still be at work in the server: what it takes is found the next time.
            mayHaveLostJobs = try await store.release(
                claimedBy: membership.runner, from: queue.name, before: configuration.lease * 0.4, except: held)
        } catch {
            logger.debug("jobs that were claimed and lost cannot be given back yet", metadata: ["error": "\(error)"])
        }
    }

    var isEmpty: Bool { ready.isEmpty && rounds.isEmpty && done.isEmpty && leaving.isEmpty }

    /// How many jobs to claim.
    var wanted: Int {
        guard !isStopping else { return 0 }
        let room = max(0, queue.concurrency - rounds.count) * unit
        let wanted = room + prefetch.jobs - ready.count
        // A claim is worth its round trip when there is a free hand, or the half of what may lie ready is gone.
        return room > ready.count || wanted > prefetch.jobs / 2 ? max(0, wanted) : 0
    }

    private func giveBack(_ jobs: [ClaimedJob]) {
        leaving += jobs.map { .init(lease: $0.lease, ending: .release) }
    }

    private func settleLeaving() async {
        let settlements = leaving
        leaving = []
        await recorder.settle(settlements)
    }

    /// Acknowledges and claims once.
    private func turn() async -> Turn {
        let limit = wanted
        guard limit > 0 || !done.isEmpty else { return .pause(configuration.poll) }
        let (acknowledged, past, began) = (done, losses, ContinuousClock.now)
        done = []
        do {
            let hand = try await store.claim(
                search.order(
                    runner: membership.runner, queue: queue.name, kinds: kinds, limit: limit,
                    takesSuspect: limit > 0 && !holdsSuspect),
                acknowledging: acknowledged)
            // After a failure nobody knows whether it was written then: what is missing now may be our own doing.
            if trouble == 0 { recorder.count(stale: acknowledged.count - hand.acknowledged) }
            if trouble > 0 || hasMetOutage { problems.ends(claims, "jobs are claimed again") }
            (trouble, hasMetOutage) = (0, false)
            hasWorked = hasWorked || !hand.jobs.isEmpty
            if isStopping || losses != past {
                giveBack(hand.jobs)
                return .again
            }
            let finding = search.found(hand.jobs, of: limit)
            // A suspect is begun first: the longer it lies in hand, the sooner it is blamed for what is not its doing.
            ready = hand.jobs.filter(\.isSuspect) + ready + hand.jobs.filter { !$0.isSuspect }
            startReady()
            adjust(to: hand.jobs)
            return leaving.isEmpty ? await next(after: finding, of: limit) : .again
        } catch {
            done = acknowledged + done
            return despair(over: error, began)
        }
    }

    /// Gives back what no hand is free for and what is too long to lie ready: others can do it at once.
    ///
    /// That happens where a claim for whole batches has met jobs that are done one by one.
    private func adjust(to claimed: [ClaimedJob]) {
        unit = Set(claimed.map(\.kind)).compactMap { handlers[$0]?.batch }.max() ?? unit
        guard rounds.count >= queue.concurrency, ready.count > prefetch.jobs else { return }
        // Suspects come one at a time anyway.
        let excess = ready.filter { !$0.isSuspect }.dropFirst(prefetch.jobs)
        guard !excess.isEmpty else { return }
        giveBack(Array(excess))
        let leases = Set(excess.map(\.lease))
        ready.removeAll { leases.contains($0.lease) }
        search.startOver()
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
        // What is due and could not be had is being claimed by another at this moment.
        let patience = min(configuration.poll, max(prospect.wait ?? configuration.poll, .milliseconds(10)))
        return prospect.isDue ? .pause(patience) : .idle(patience)
    }

    private func despair(over error: any Error, _ began: ContinuousClock.Instant) -> Turn {
        trouble += 1
        search.startOver()
        mayHaveLostJobs = true
        problems.occurs(
            claims, "no jobs can be claimed at the moment; trying again", error: error, began: began,
            metadata: ["queue": "\(queue.name)"])
        return .pause(Backoff.ofConnections.delay(afterFailures: trouble))
    }

    /// The name of the part that claims, in the log of problems.
    nonisolated var claims: String { "claims \(queue.name)" }

    private var holdsSuspect: Bool {
        ready.contains { $0.isSuspect } || rounds.values.contains { $0.jobs.contains { $0.isSuspect } }
    }

    /// Begins what lies ready, unless somebody may have taken it over meanwhile.
    func startReady() {
        while rounds.count < queue.concurrency, membership.holdsLease, let first = ready.first,
            let handler = handlers[first.kind]
        {
            guard handler.batch > 1, !first.isSuspect else {
                ready.removeFirst()
                start([first], handler)
                continue
            }
            var (batch, rest): ([ClaimedJob], [ClaimedJob]) = ([], [])
            for job in ready {
                let belongs = job.kind == first.kind && !job.isSuspect && batch.count < handler.batch
                if belongs { batch.append(job) } else { rest.append(job) }
            }
            ready = rest
            start(batch, handler)
        }
    }
}
