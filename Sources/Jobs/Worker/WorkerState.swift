/// The jobs that a worker holds, and its decisions about them, without I/O.
struct WorkerState {
    /// The jobs that have been claimed and not started.
    private(set) var ready: [ClaimedJob] = []
    private(set) var executions: [Int: Execution] = [:]
    /// The jobs to acknowledge with the next claim.
    private(set) var done: [JobLease] = []
    /// The results of jobs that were released or cancelled before they started.
    private(set) var unstartedResults: [JobResult] = []
    private(set) var isStopping = false
    /// The number of times that the runner has lost its lease.
    private(set) var leaseLosses = 0

    private let handlers: JobHandlers
    private let concurrency: Int
    /// The largest batch among the jobs that were claimed last.
    private var batchSize: Int
    private var prefetch: Prefetch
    private var claimCursor = ClaimCursor()
    private var nextExecution = 0

    init(handlers: JobHandlers, concurrency: Int, prefetch: Prefetch) {
        self.handlers = handlers
        self.concurrency = concurrency
        self.prefetch = prefetch
        batchSize = handlers.largestBatch
    }

    /// Whether the worker holds no jobs.
    var isEmpty: Bool { ready.isEmpty && executions.isEmpty && done.isEmpty && unstartedResults.isEmpty }

    /// Whether another execution may start.
    var hasRoom: Bool { executions.count < concurrency }

    /// Whether the worker has something to claim, to record or to end.
    var hasWork: Bool { claimLimit > 0 || !done.isEmpty || !unstartedResults.isEmpty || isEmpty || isStopping }

    /// The leases of all held jobs, except those being released.
    var held: [JobLease] { (ready + executions.values.flatMap(\.jobs)).map(\.lease) + done }

    /// The number of jobs to claim.
    var claimLimit: Int {
        guard !isStopping else { return 0 }
        let room = max(0, concurrency - executions.count) * batchSize
        let claimLimit = room + prefetch.jobs - ready.count
        // A claim is worth its round trip if an execution may start or more than half of the prefetched jobs are used
        // up.
        return room > ready.count || claimLimit > prefetch.jobs / 2 ? max(0, claimLimit) : 0
    }

    private var holdsCrashedJob: Bool {
        ready.contains { $0.hasCrashed } || executions.values.contains { $0.jobs.contains { $0.hasCrashed } }
    }
}

extension WorkerState {
    /// Returns the next claim.
    mutating func claimRequest(runner: Int64, queue: String, kinds: [String], limit: Int) -> JobStore.ClaimRequest {
        claimCursor.claimRequest(
            runner: runner, queue: queue, kinds: kinds, limit: limit, includesCrashed: limit > 0 && !holdsCrashedJob)
    }

    /// Adds the jobs of a claim; releases them if the worker is stopping or the runner lost its lease meanwhile.
    ///
    /// - Parameters:
    ///   - jobs: The claimed jobs.
    ///   - limit: The number of jobs requested.
    ///   - past: ``leaseLosses`` before the claim.
    /// - Returns: Whether there may be more jobs; `nil` where the jobs are released.
    mutating func receive(_ jobs: [ClaimedJob], of limit: Int, after past: Int) -> ClaimCursor.Finding? {
        guard !isStopping, leaseLosses == past else {
            returnToQueue(jobs)
            return nil
        }
        // Jobs that have crashed a runner go first: while they wait, a crash of this runner counts against them too.
        ready = jobs.filter(\.hasCrashed) + ready + jobs.filter { !$0.hasCrashed }
        return claimCursor.found(jobs, of: limit)
    }

    /// Adapts the batch size to the jobs of a claim, and releases those beyond the prefetch limit for other runners.
    ///
    /// This happens where a claim for whole batches returned jobs that run one by one.
    mutating func adjustBatchSize(to claimed: [ClaimedJob]) {
        batchSize = Set(claimed.map(\.kind)).compactMap { handlers[$0]?.batch }.max() ?? batchSize
        guard !hasRoom, ready.count > prefetch.jobs else { return }
        // Jobs that have crashed a runner are claimed one at a time anyway.
        let excess = ready.filter { !$0.hasCrashed }.dropFirst(prefetch.jobs)
        guard !excess.isEmpty else { return }
        returnToQueue(Array(excess))
        let leases = Set(excess.map(\.lease))
        ready.removeAll { leases.contains($0.lease) }
        claimCursor.startOver()
    }

    /// Claims from the beginning of the queue next time.
    mutating func startOver() {
        claimCursor.startOver()
    }

    /// Removes and returns the leases to acknowledge with a claim.
    mutating func takeDone() -> [JobLease] {
        defer { done = [] }
        return done
    }

    /// Puts back leases whose claim failed, to acknowledge them with the next one.
    mutating func restoreDone(_ leases: [JobLease]) {
        done = leases + done
    }

    /// Acknowledges jobs with the next claim.
    mutating func addDone(_ leases: [JobLease]) {
        done += leases
    }

    /// Removes and returns the results of jobs that were not started.
    mutating func takeUnstartedResults() -> [JobResult] {
        defer { unstartedResults = [] }
        return unstartedResults
    }

    private mutating func returnToQueue(_ jobs: [ClaimedJob]) {
        unstartedResults += jobs.map { JobResult(lease: $0.lease, disposition: .release) }
    }
}

extension WorkerState {
    /// Removes and returns the jobs of the next execution: a batch of one kind, or a single job that has crashed a
    /// runner.
    mutating func nextBatch() -> (jobs: [ClaimedJob], handler: JobHandler)? {
        guard hasRoom, let first = ready.first, let handler = handlers[first.kind] else { return nil }
        guard handler.batch > 1, !first.hasCrashed else {
            ready.removeFirst()
            return ([first], handler)
        }
        var (batch, others): ([ClaimedJob], [ClaimedJob]) = ([], [])
        for job in ready {
            let belongs = job.kind == first.kind && !job.hasCrashed && batch.count < handler.batch
            if belongs { batch.append(job) } else { others.append(job) }
        }
        ready = others
        return (batch, handler)
    }

    /// Adds an execution, and returns its number.
    mutating func add(_ execution: Execution) -> Int {
        defer { nextExecution += 1 }
        executions[nextExecution] = execution
        return nextExecution
    }

    /// Marks an execution whose results are about to be recorded; `nil` where they are already.
    mutating func settle(_ number: Int) -> Execution? {
        guard let execution = executions[number], !execution.isSettled else { return nil }
        executions[number]?.isSettled = true
        return execution
    }

    /// Removes an execution that has ended, and adapts the number of prefetched jobs to its duration.
    mutating func remove(_ number: Int, endedAt now: ContinuousClock.Instant) {
        guard let execution = executions.removeValue(forKey: number) else { return }
        prefetch.adapt(execution.jobs.count, took: (now - execution.begun) / concurrency)
    }

    /// Removes an execution that did not end.
    mutating func abandon(_ number: Int) {
        executions[number] = nil
    }

    /// Cancels the task of an execution; `false` where that was done before, or its results are being recorded.
    mutating func interrupt(_ number: Int, _ reason: Execution.Interruption) -> Bool {
        guard executions[number]?.isSettled == false, executions[number]?.interruption == nil else { return false }
        executions[number]?.interrupt(reason)
        return true
    }

    /// Returns the executions that have exceeded their timeout.
    func overdue(at now: ContinuousClock.Instant) -> [Int] {
        executions.filter { $1.deadline <= now }.map(\.key)
    }

    /// Returns the next deadline of an execution after an instant.
    func deadline(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        executions.values.map(\.deadline).filter { $0 > now }.min()
    }
}

extension WorkerState {
    /// Stops claiming, and releases the jobs that have not been started.
    mutating func stop() {
        isStopping = true
        returnReadyJobs()
    }

    /// Releases the jobs that have not been started, since the runner's lease has ended.
    ///
    /// - Returns: The number of jobs held, without those whose results are being recorded.
    mutating func abandonJobs() -> Int {
        leaseLosses += 1
        let held = executions.values.filter { !$0.isSettled }.reduce(ready.count) { $0 + $1.jobs.count }
        returnReadyJobs()
        return held
    }

    /// Cancels jobs that have not been started.
    ///
    /// - Returns: The executions that contain some of the other jobs, with their leases.
    mutating func cancel(_ leases: Set<JobLease>) -> [Int: Set<JobLease>] {
        unstartedResults += ready.filter { leases.contains($0.lease) }.map {
            JobResult(lease: $0.lease, disposition: .dead(.cancelled, error: "cancelled before it was begun"))
        }
        ready.removeAll { leases.contains($0.lease) }
        return executions.mapValues { leases.intersection($0.jobs.map(\.lease)) }.filter { !$0.value.isEmpty }
    }

    private mutating func returnReadyJobs() {
        returnToQueue(ready)
        ready = []
    }
}

/// A call of a handler, with one job or a batch of one kind.
struct Execution {
    /// The reason for which the task was cancelled.
    enum Interruption {
        /// The timeout has passed.
        case timedOut
        /// These of its jobs are to be cancelled.
        case cancelRequested(Set<JobLease>)
        /// The runner stops or has lost its lease; the jobs return to the queue unchanged.
        case released
    }

    let jobs: [ClaimedJob]
    let handler: JobHandler
    let begun = ContinuousClock.now
    var task: Task<[Disposition?], Never>?
    var interruption: Interruption?
    /// Whether its results are being recorded: they are final.
    var isSettled = false

    /// The instant at which the timeout ends.
    var deadline: ContinuousClock.Instant { begun + handler.timeout }

    /// Cancels the handler's task.
    mutating func interrupt(_ reason: Interruption) {
        interruption = interruption ?? reason
        task?.cancel()
    }

    /// Returns the results of the jobs; where the handler returned none, the reason of the interruption decides.
    func results(_ dispositions: [Disposition?], backoff: Backoff) -> [JobResult] {
        zip(jobs, dispositions).map { job, disposition in
            JobResult(
                lease: job.lease,
                disposition: disposition
                    ?? Disposition(interruption, of: job, timeout: handler.timeout, backoff: backoff))
        }
    }

    /// Returns the results of the jobs where the handler did not end although its task was cancelled.
    func resultsOfAbandoning(backoff: Backoff) -> [JobResult] {
        results(jobs.map { _ in nil }, backoff: backoff)
    }
}
