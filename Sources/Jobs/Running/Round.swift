/// Some jobs of one kind that a handler does at this moment.
struct Round {
    /// Why its task was cancelled.
    enum Interruption {
        /// It took too long.
        case timedOut
        /// Somebody wants one of its jobs cancelled.
        case unwanted(Set<JobLease>)
        /// The runner stops, or has been taken for dead: nothing is held against the jobs.
        case givenUp
    }

    let jobs: [ClaimedJob]
    let handler: JobHandler
    let begun = ContinuousClock.now
    var task: Task<[JobVerdict], Never>?
    var interruption: Interruption?
    /// What came of it is being written down: nothing can change that any more.
    var isSettled = false

    /// When it has taken too long.
    var deadline: ContinuousClock.Instant { begun + handler.timeout }

    /// Tells the handler to stop.
    mutating func interrupt(_ reason: Interruption) {
        interruption = interruption ?? reason
        task?.cancel()
    }
}
