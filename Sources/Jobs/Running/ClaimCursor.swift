/// Where in a queue a worker claims next.
struct ClaimCursor {
    /// The result of a claim.
    enum Finding: Equatable {
        /// As many jobs as requested; there may be more.
        case more
        /// Fewer jobs than requested: other workers may be claiming, or more jobs may arrive.
        case lookAgain
        /// No job.
        case nothing
    }

    private static let patience: Duration = .seconds(1)

    private var watermark = Watermark.beginning
    private var lastFromBeginning: ContinuousClock.Instant?
    private var claims = 0

    /// Where to claim: behind the last claimed job, and once a second from the beginning.
    ///
    /// Every fourth claim ignores priorities and takes the jobs that have been due longest.
    mutating func order(
        runner: Int64, queue: String, kinds: [String], limit: Int, takesSuspect: Bool,
        at now: ContinuousClock.Instant = .now
    ) -> JobStore.Order {
        if lastFromBeginning.map({ now - $0 > Self.patience }) ?? true { startOver() }
        if watermark == .beginning { lastFromBeginning = now }
        claims += 1
        return JobStore.Order(
            runner: runner, queue: queue, kinds: kinds, limit: limit, oldestFirst: claims % 4 == 0,
            takesSuspect: takesSuspect, watermark: watermark)
    }

    /// Updates the position after a claim.
    mutating func found(_ jobs: [ClaimedJob], of limit: Int) -> Finding {
        guard limit > 0 else { return .nothing }
        let isFull = jobs.count >= limit
        if !isFull, watermark != .beginning {
            startOver()
            return .more
        }
        watermark.advance(past: jobs)
        if isFull { return .more }
        return jobs.isEmpty ? .nothing : .lookAgain
    }

    /// Claims from the beginning next time.
    mutating func startOver() {
        watermark = .beginning
    }
}
