import FoundationEssentials

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

    private static let restartInterval: Duration = .seconds(1)

    private var watermark = Watermark.beginning
    private var lastFromBeginning: ContinuousClock.Instant?
    private var claims = 0

    /// Where to claim: behind the last claimed job, and once a second from the beginning.
    ///
    /// Every fourth claim ignores priorities and takes the jobs that have been due longest.
    mutating func claimRequest(
        runner: Int64, queue: String, kinds: [String], limit: Int, includesCrashed: Bool,
        at now: ContinuousClock.Instant = .now
    ) -> JobStore.ClaimRequest {
        if lastFromBeginning.map({ now - $0 > Self.restartInterval }) ?? true { startOver() }
        if watermark == .beginning { lastFromBeginning = now }
        claims += 1
        return JobStore.ClaimRequest(
            runner: runner, queue: queue, kinds: kinds, limit: limit, oldestFirst: claims % 4 == 0,
            includesCrashed: includesCrashed, watermark: watermark)
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

/// How far a runner has claimed into a queue, per priority.
///
/// What lies before was claimed by somebody. While an old snapshot is held, the index keeps the entries of all that, and
/// each claim would walk past them; so claims look behind the mark. Jobs may yet appear before it (given back, or
/// committed late), so that every now and then a claim has to look from the beginning.
struct Watermark: Sendable, Equatable {
    private(set) var runAt: [Date?] = [nil, nil, nil, nil]
    private(set) var id: [Int64] = [0, 0, 0, 0]

    /// From the beginning.
    static let beginning = Watermark()

    /// Moves on to what has been claimed.
    mutating func advance(past jobs: [ClaimedJob]) {
        for job in jobs where !job.hasCrashed {
            let lane = Int(job.priority) - 1
            if (runAt[lane] ?? .distantPast, id[lane]) < (job.runAt, job.lease.id.value) {
                runAt[lane] = job.runAt
                id[lane] = job.lease.id.value
            }
        }
    }
}

/// How many jobs a worker takes beyond those it has hands for.
///
/// What lies ready when a runner dies waits for the rescue, and what lies ready here no other runner can do. So it is no
/// more than about fifty milliseconds' work: nothing where jobs are long, some hundred where they are done in an instant.
package struct Prefetch: Sendable, Equatable {
    private static let targetDuration: Duration = .milliseconds(50)
    static let limit = 500

    private(set) var jobs = 0
    private var isFixed = false

    /// A number that does not depend on how long rounds take: for tests on busy machines.
    package static func fixed(_ jobs: Int) -> Prefetch {
        Prefetch(jobs: jobs, isFixed: true)
    }

    /// Learns from a round: so many jobs took so long.
    mutating func adapt(_ count: Int, took time: Duration) {
        guard !isFixed else { return }
        let fits = Double(count) * (Self.targetDuration / max(time, .microseconds(1)))
        jobs = min(Self.limit, jobs * 2 + count, Int(min(fits, Double(Self.limit))))
    }
}
