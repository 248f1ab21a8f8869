import FoundationEssentials

/// The position in a queue from which a worker claims next.
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

    /// Returns the next claim: behind the last claimed job, and once a second from the beginning of the queue.
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

/// The position up to which a runner has claimed a queue, per priority.
///
/// Jobs before this position have been claimed. While an old snapshot is held, the index keeps their entries, and a
/// claim from the beginning would scan them; therefore claims start at the watermark. Jobs can still appear before it
/// (released, or committed late), so a claim has to start from the beginning from time to time.
struct Watermark: Sendable, Equatable {
    private(set) var runAt: [Date?] = [nil, nil, nil, nil]
    private(set) var id: [Int64] = [0, 0, 0, 0]

    /// The beginning of the queue.
    static let beginning = Watermark()

    /// Advances the position past claimed jobs.
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

/// The number of jobs that a worker claims beyond those that it can run at once.
///
/// When a runner crashes, its prefetched jobs wait for the rescue, and meanwhile no other runner can run them. The
/// number is therefore limited to about 50 ms of work: zero for long jobs, at most 500 for very short ones.
package struct Prefetch: Sendable, Equatable {
    private static let targetDuration: Duration = .milliseconds(50)
    static let limit = 500

    private(set) var jobs = 0
    private var isFixed = false

    /// Returns a prefetch of constant size, for tests on busy machines.
    package static func fixed(_ jobs: Int) -> Prefetch {
        Prefetch(jobs: jobs, isFixed: true)
    }

    /// Adapts the number of jobs to the duration of an execution.
    mutating func adapt(_ count: Int, took time: Duration) {
        guard !isFixed else { return }
        let fits = Double(count) * (Self.targetDuration / max(time, .microseconds(1)))
        jobs = min(Self.limit, jobs * 2 + count, Int(min(fits, Double(Self.limit))))
    }
}
