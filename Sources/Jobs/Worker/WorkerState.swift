/// The jobs that a worker holds, and its decisions about them, without I/O.
struct WorkerState {
    /// The jobs that have been claimed and not begun.
    private(set) var ready: [ClaimedJob] = []
    private(set) var rounds: [Int: Round] = [:]
    /// The jobs to acknowledge with the next claim.
    private(set) var done: [JobLease] = []
    /// The jobs to give back, or to record as cancelled, without having been begun.
    private(set) var leaving: [JobResult] = []
    private(set) var isStopping = false
    /// How often the runner has lost its lease.
    private(set) var losses = 0

    private let handlers: JobHandlers
    private let concurrency: Int
    /// The largest batch among the jobs that were claimed last.
    private var unit: Int
    private var prefetch: Prefetch
    private var search = ClaimCursor()
    private var nextRound = 0

    init(handlers: JobHandlers, concurrency: Int, prefetch: Prefetch) {
        self.handlers = handlers
        self.concurrency = concurrency
        self.prefetch = prefetch
        unit = handlers.largestBatch
    }

    /// Whether it holds no jobs.
    var isEmpty: Bool { ready.isEmpty && rounds.isEmpty && done.isEmpty && leaving.isEmpty }

    /// Whether another execution may begin.
    var hasRoom: Bool { rounds.count < concurrency }

    /// Whether the worker has something to claim, to record or to end.
    var hasWork: Bool { wanted > 0 || !done.isEmpty || !leaving.isEmpty || isEmpty || isStopping }

    /// The leases of all jobs that are not being given back.
    var held: [JobLease] { (ready + rounds.values.flatMap(\.jobs)).map(\.lease) + done }

    /// How many jobs to claim.
    var wanted: Int {
        guard !isStopping else { return 0 }
        let room = max(0, concurrency - rounds.count) * unit
        let wanted = room + prefetch.jobs - ready.count
        // A claim is worth its round trip when an execution may begin, or the half of what may lie ready is gone.
        return room > ready.count || wanted > prefetch.jobs / 2 ? max(0, wanted) : 0
    }

    private var holdsSuspect: Bool {
        ready.contains { $0.isSuspect } || rounds.values.contains { $0.jobs.contains { $0.isSuspect } }
    }
}

extension WorkerState {
    /// What to claim next.
    mutating func order(runner: Int64, queue: String, kinds: [String], limit: Int) -> JobStore.Order {
        search.order(
            runner: runner, queue: queue, kinds: kinds, limit: limit, takesSuspect: limit > 0 && !holdsSuspect)
    }

    /// Takes the jobs of a claim; gives them back where the worker stops, or the runner has lost its lease meanwhile.
    ///
    /// - Parameters:
    ///   - jobs: The jobs.
    ///   - limit: How many were asked for.
    ///   - past: ``losses`` before the claim.
    /// - Returns: Whether there may be more; `nil` where the jobs are given back.
    mutating func receive(_ jobs: [ClaimedJob], of limit: Int, after past: Int) -> ClaimCursor.Finding? {
        guard !isStopping, losses == past else {
            giveBack(jobs)
            return nil
        }
        // Jobs that have crashed a runner go first: while they wait, a crash of this runner counts against them too.
        ready = jobs.filter(\.isSuspect) + ready + jobs.filter { !$0.isSuspect }
        return search.found(jobs, of: limit)
    }

    /// Adapts the batch size to the jobs of a claim, and gives back those beyond the prefetch limit for others to run.
    ///
    /// There are such jobs where a claim for whole batches returned jobs that run one by one.
    mutating func adjust(to claimed: [ClaimedJob]) {
        unit = Set(claimed.map(\.kind)).compactMap { handlers[$0]?.batch }.max() ?? unit
        guard !hasRoom, ready.count > prefetch.jobs else { return }
        // Jobs that have crashed a runner are claimed one at a time anyway.
        let excess = ready.filter { !$0.isSuspect }.dropFirst(prefetch.jobs)
        guard !excess.isEmpty else { return }
        giveBack(Array(excess))
        let leases = Set(excess.map(\.lease))
        ready.removeAll { leases.contains($0.lease) }
        search.startOver()
    }

    /// Claims from the beginning of the queue next time.
    mutating func startOver() {
        search.startOver()
    }

    /// The leases to acknowledge with a claim.
    mutating func takeDone() -> [JobLease] {
        defer { done = [] }
        return done
    }

    /// Acknowledges with the next claim what one that failed may not have acknowledged.
    mutating func restoreDone(_ leases: [JobLease]) {
        done = leases + done
    }

    /// Acknowledges jobs with the next claim.
    mutating func addDone(_ leases: [JobLease]) {
        done += leases
    }

    /// The results to record of jobs that were not begun.
    mutating func takeLeaving() -> [JobResult] {
        defer { leaving = [] }
        return leaving
    }

    private mutating func giveBack(_ jobs: [ClaimedJob]) {
        leaving += jobs.map { JobResult(lease: $0.lease, disposition: .release) }
    }
}

extension WorkerState {
    /// Takes the jobs of the next execution: a batch of one kind, or by itself a job that has crashed a runner.
    mutating func nextBatch() -> (jobs: [ClaimedJob], handler: JobHandler)? {
        guard hasRoom, let first = ready.first, let handler = handlers[first.kind] else { return nil }
        guard handler.batch > 1, !first.isSuspect else {
            ready.removeFirst()
            return ([first], handler)
        }
        var (batch, rest): ([ClaimedJob], [ClaimedJob]) = ([], [])
        for job in ready {
            let belongs = job.kind == first.kind && !job.isSuspect && batch.count < handler.batch
            if belongs { batch.append(job) } else { rest.append(job) }
        }
        ready = rest
        return (batch, handler)
    }

    /// Adds an execution, and returns its number.
    mutating func add(_ round: Round) -> Int {
        defer { nextRound += 1 }
        rounds[nextRound] = round
        return nextRound
    }

    /// Marks an execution whose results are about to be recorded; `nil` where they are already.
    mutating func settle(_ number: Int) -> Round? {
        guard let round = rounds[number], !round.isSettled else { return nil }
        rounds[number]?.isSettled = true
        return round
    }

    /// Removes an execution that has ended, and adapts the number of prefetched jobs to its duration.
    mutating func remove(_ number: Int, endedAt now: ContinuousClock.Instant) {
        guard let round = rounds.removeValue(forKey: number) else { return }
        prefetch.learn(round.jobs.count, took: (now - round.begun) / concurrency)
    }

    /// Removes an execution that did not end.
    mutating func abandon(_ number: Int) {
        rounds[number] = nil
    }

    /// Cancels the task of an execution; `false` where that was done before, or its results are being recorded.
    mutating func interrupt(_ number: Int, _ reason: Round.Interruption) -> Bool {
        guard rounds[number]?.isSettled == false, rounds[number]?.interruption == nil else { return false }
        rounds[number]?.interrupt(reason)
        return true
    }

    /// The executions whose time is up.
    func overdue(at now: ContinuousClock.Instant) -> [Int] {
        rounds.filter { $1.deadline <= now }.map(\.key)
    }

    /// The next deadline of an execution after an instant.
    func deadline(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        rounds.values.map(\.deadline).filter { $0 > now }.min()
    }
}

extension WorkerState {
    /// Claims no more, and gives back what has not been begun.
    mutating func stop() {
        isStopping = true
        giveBackReady()
    }

    /// Gives back what has not been begun, since the runner's lease has ended.
    ///
    /// - Returns: How many jobs it held, without those whose results are being recorded.
    mutating func lose() -> Int {
        losses += 1
        let held = rounds.values.filter { !$0.isSettled }.reduce(ready.count) { $0 + $1.jobs.count }
        giveBackReady()
        return held
    }

    /// Cancels jobs that have not been begun.
    ///
    /// - Returns: The executions that have some of the other jobs, with these.
    mutating func cancel(_ leases: Set<JobLease>) -> [Int: Set<JobLease>] {
        leaving += ready.filter { leases.contains($0.lease) }.map {
            JobResult(lease: $0.lease, disposition: .dead(.cancelled, error: "cancelled before it was begun"))
        }
        ready.removeAll { leases.contains($0.lease) }
        return rounds.mapValues { leases.intersection($0.jobs.map(\.lease)) }.filter { !$0.value.isEmpty }
    }

    private mutating func giveBackReady() {
        giveBack(ready)
        ready = []
    }
}

/// A call of a handler, with one job or a batch of one kind.
struct Round {
    /// Why its task was cancelled.
    enum Interruption {
        /// The timeout has passed.
        case timedOut
        /// These of its jobs are to be cancelled.
        case unwanted(Set<JobLease>)
        /// The runner stops, or has lost its lease; the jobs return to the queue as they were.
        case givenUp
    }

    let jobs: [ClaimedJob]
    let handler: JobHandler
    let begun = ContinuousClock.now
    var task: Task<[Disposition?], Never>?
    var interruption: Interruption?
    /// Whether its results are being recorded: they are final.
    var isSettled = false

    /// The end of its timeout.
    var deadline: ContinuousClock.Instant { begun + handler.timeout }

    /// Cancels the handler's task.
    mutating func interrupt(_ reason: Interruption) {
        interruption = interruption ?? reason
        task?.cancel()
    }

    /// The results of its jobs; the reason of the interruption decides where the handler did not.
    func results(_ dispositions: [Disposition?], backoff: Backoff) -> [JobResult] {
        zip(jobs, dispositions).map { job, disposition in
            JobResult(
                lease: job.lease,
                disposition: disposition
                    ?? Disposition(interruption, of: job, timeout: handler.timeout, backoff: backoff))
        }
    }

    /// The results of its jobs where the handler did not end although its task was cancelled.
    func resultsOfAbandoning(backoff: Backoff) -> [JobResult] {
        results(jobs.map { _ in nil }, backoff: backoff)
    }
}
