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
