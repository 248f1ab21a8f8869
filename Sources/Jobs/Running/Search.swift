/// Where in a queue a worker looks next.
struct Search {
    /// What a claim came to.
    enum Finding: Equatable {
        /// There may be more at once.
        case more
        /// There was less than was asked for: others may be claiming, or more be coming.
        case lookAgain
        /// There was nothing.
        case nothing
    }

    private static let patience: Duration = .seconds(1)

    private var watermark = Watermark.beginning
    private var lastFromBeginning: ContinuousClock.Instant?
    private var claims = 0

    /// Where to look: behind what was claimed last, and once a second from the beginning.
    ///
    /// Every fourth time it is not the priority that counts, but who has been due longest.
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

    /// Learns what came of looking there.
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

    /// Looks from the beginning the next time.
    mutating func startOver() {
        watermark = .beginning
    }
}
