import FoundationEssentials

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
        for job in jobs where !job.isSuspect {
            let lane = Int(job.priority) - 1
            if (runAt[lane] ?? .distantPast, id[lane]) < (job.runAt, job.lease.id.value) {
                runAt[lane] = job.runAt
                id[lane] = job.lease.id.value
            }
        }
    }
}
