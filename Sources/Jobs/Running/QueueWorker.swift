import Logging
import Postgres

/// Serves one queue: takes jobs, gives them to their handlers, and writes down what came of them.
///
/// While handlers work, the next hand is claimed. A job whose acknowledgement may wait is acknowledged with that claim.
actor QueueWorker {
    /// Rung when there may be work, from any thread.
    nonisolated let bell = Bell()
    nonisolated let queue: JobRunner.Queue

    private let handlers: JobHandlers
    private let kinds: [String]
    private let membership: Membership
    private let store: JobStore
    private let configuration: JobRunner.Configuration
    private let recorder: Recorder
    private let logger: Logger
    private let unit: Int

    private var ready: [ClaimedJob] = []
    private var rounds: [Int: Round] = [:]
    private var nextRound = 0
    private var done: [JobLease] = []
    private var prefetch = Prefetch()
    private var search = Search()
    private var trouble = 0
    private var isStopping = false
    private var isDraining = false
    private var hasWorked = false
    private var isClaiming = false
    private var mayHaveLostJobs = false

    init(
        _ queue: JobRunner.Queue, handlers: JobHandlers, membership: Membership, store: JobStore,
        configuration: JobRunner.Configuration, logger: Logger
    ) {
        self.queue = queue
        self.handlers = handlers
        self.membership = membership
        self.store = store
        self.configuration = configuration
        self.logger = logger
        kinds = handlers.kinds
        unit = handlers.largestBatch
        recorder = Recorder(
            store: store, membership: membership, metrics: JobMetrics(queue: queue.name), logger: logger)
    }

    /// Serves the queue until it is told to stop.
    func work() async {
        while true {
            let heard = bell.rings
            startReady()
            if isStopping && (isEmpty || membership.isOver) { return }
            if let patience = await turn() {
                if isDraining && isEmpty && patience >= .seconds(1) { return }
                await bell.wait(after: heard, atMost: patience)
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
    func stop() async {
        isStopping = true
        let rest = ready
        ready = []
        if !rest.isEmpty { await recorder.settle(rest.map { .init(lease: $0.lease, ending: .release) }) }
        bell.ring()
    }

    /// Cancels what runs, and gives back what does not end within the cancellation period.
    func stopNow() async {
        await stop()
        giveUp()
    }

    /// The runner has been taken for dead: others have its jobs.
    func lose() {
        ready = []
        giveUp()
    }

    /// Cancels the rounds of jobs that somebody wants cancelled.
    func cancel(_ leases: Set<JobLease>) {
        for (number, round) in rounds {
            let unwanted = leases.intersection(round.jobs.map(\.lease))
            if !unwanted.isEmpty { interrupt(number, .unwanted(unwanted)) }
        }
    }

    /// Gives back what the database believes to be in our hand and is not: the answer to a claim was lost on its way.
    func reconcile() async {
        guard mayHaveLostJobs, !isClaiming else { return }
        let held = (ready + rounds.values.flatMap(\.jobs)).map(\.lease) + done
        do {
            // The lost claim may still be at work in the server: what it takes is found the next time.
            mayHaveLostJobs = try await store.release(
                claimedBy: membership.runner, from: queue.name, before: .seconds(10), except: held)
        } catch {
            logger.debug("jobs that were claimed and lost cannot be given back yet", metadata: ["error": "\(error)"])
        }
    }

    private var isEmpty: Bool { ready.isEmpty && rounds.isEmpty && done.isEmpty }

    /// How many jobs to claim.
    private var wanted: Int {
        guard !isStopping else { return 0 }
        let room = max(0, queue.concurrency - rounds.count) * unit
        let wanted = room + prefetch.jobs - ready.count
        // A claim is worth its round trip when there is a free hand, or the half of what may lie ready is gone.
        return room > ready.count || wanted > prefetch.jobs / 2 ? max(0, wanted) : 0
    }

    /// Acknowledges and claims once.
    ///
    /// - Returns: How long to wait before the next turn, unless the bell rings; `nil` is not at all.
    private func turn() async -> Duration? {
        let limit = wanted
        guard limit > 0 || !done.isEmpty else { return configuration.poll }
        let acknowledged = done
        done = []
        isClaiming = true
        defer { isClaiming = false }
        do {
            let hand = try await store.claim(
                search.order(
                    runner: membership.runner, queue: queue.name, kinds: kinds, limit: limit,
                    takesSuspect: limit > 0 && !holdsSuspect),
                acknowledging: acknowledged)
            recorder.count(stale: acknowledged.count - hand.acknowledged)
            trouble = 0
            return await take(hand.jobs, of: limit)
        } catch {
            done = acknowledged + done
            return despair(over: error)
        }
    }

    private func take(_ jobs: [ClaimedJob], of limit: Int) async -> Duration? {
        hasWorked = hasWorked || !jobs.isEmpty
        if isStopping {
            await recorder.settle(jobs.map { .init(lease: $0.lease, ending: .release) })
            return nil
        }
        ready += jobs
        switch search.found(jobs, of: limit) {
        case .more: return nil
        case .lookAgain: return isDraining ? nil : .milliseconds(100)
        case .nothing where limit == 0 || !isDraining && !rounds.isEmpty: return configuration.poll
        case .nothing: return await nextJob()
        }
    }

    /// How long until the next job can start, at most the poll interval.
    private func nextJob() async -> Duration {
        let next = (try? await store.nextJob(in: queue.name, of: kinds)) ?? nil
        // What is due and could not be had is being claimed by another at this moment.
        return min(configuration.poll, max(next ?? configuration.poll, .milliseconds(10)))
    }

    private func despair(over error: any Error) -> Duration {
        trouble += 1
        search.startOver()
        mayHaveLostJobs = true
        if trouble == 1 {
            logger.warning(
                "no jobs can be claimed at the moment; trying again",
                metadata: ["queue": "\(queue.name)", "error": "\(error)"])
        }
        return Backoff.ofConnections.delay(afterFailures: trouble)
    }

    private var holdsSuspect: Bool {
        ready.contains { $0.isSuspect } || rounds.values.contains { $0.jobs.contains { $0.isSuspect } }
    }

    private func startReady() {
        while rounds.count < queue.concurrency, let first = ready.first, let handler = handlers[first.kind] {
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

    private func start(_ jobs: [ClaimedJob], _ handler: JobHandler) {
        let number = nextRound
        nextRound += 1
        var round = Round(jobs: jobs, handler: handler)
        round.task = Task { @concurrent in
            let verdicts = await handler.run(jobs)
            await self.end(number, verdicts)
        }
        round.alarm = Task {
            try await Task.sleep(for: handler.timeout)
            self.interrupt(number, .timedOut)
        }
        rounds[number] = round
    }

    /// Writes down what came of a round; its hand is free afterwards.
    private func end(_ number: Int, _ verdicts: [JobVerdict]) async {
        guard let round = rounds[number], !round.isSettled else { return }
        rounds[number]?.isSettled = true
        round.alarm?.cancel()
        let judgement = Judgement(of: round, verdicts, backoff: .ofJobs)
        await record(judgement, round)
        rounds[number] = nil
        prefetch.learn(round.jobs.count, took: (.now - round.begun) / queue.concurrency)
        startReady()
        bell.ring()
    }

    private func record(_ judgement: Judgement, _ round: Round) async {
        membership.count(completed: judgement.done.count + judgement.completed.count, failed: judgement.failures)
        recorder.metrics.measure(round, judgement)
        switch round.handler.acknowledgement {
        case .withNextClaim: done += judgement.done
        case .atOnce: await recorder.acknowledge(judgement.done)
        }
        await recorder.confirm(judgement.completed)
        await recorder.settle(judgement.settlements)
    }

    private func giveUp() {
        for number in rounds.keys { interrupt(number, .givenUp) }
    }

    /// Cancels a round's task, and after the cancellation period goes on without it.
    private func interrupt(_ number: Int, _ reason: Round.Interruption) {
        guard rounds[number]?.isSettled == false, rounds[number]?.interruption == nil else { return }
        rounds[number]?.interrupt(reason)
        Task {
            try? await Task.sleep(for: configuration.cancellationPeriod)
            await abandon(number)
        }
    }

    /// Goes on without a handler that does not end: whatever it will say of its jobs comes too late.
    private func abandon(_ number: Int) async {
        guard let round = rounds[number], !round.isSettled else { return }
        rounds[number]?.isSettled = true
        logger.error(
            "a handler does not end although its task was cancelled; going on without it",
            metadata: ["queue": "\(queue.name)", "kind": "\(round.jobs[0].kind)"])
        await record(.abandoning(round, backoff: .ofJobs), round)
        rounds[number] = nil
        bell.ring()
    }
}
