import FoundationEssentials
import Jobs

/// What `retry` did, as JSON has it: the numbers of the jobs.
struct RetrialRecord: Encodable {
    let retried: [Int64]
    /// Dead still, since other jobs have their unique keys.
    let keyTaken: [Int64]

    init(_ retrial: JobDesk.RetryResult) {
        retried = retrial.retried.map(\.value)
        keyTaken = retrial.keyTaken.map(\.value)
    }
}

/// What `cancel` did, as JSON has it: the numbers of the jobs.
struct CancellationRecord: Encodable {
    /// Dead now.
    let cancelled: [Int64]
    /// Running: their runners cancel them.
    let requested: [Int64]

    init(_ cancellation: JobDesk.Cancellation) {
        cancelled = cancellation.cancelled.map(\.value)
        requested = cancellation.requested.map(\.value)
    }
}

/// What `discard` did, as JSON has it: the numbers of the jobs.
struct DiscardRecord: Encodable {
    let discarded: [Int64]

    init(_ jobs: [JobID]) {
        discarded = jobs.map(\.value)
    }
}

/// How much `prune` removed, as JSON has it.
struct PruningRecord: Encodable {
    let dead: Int
    let runners: Int
    let periods: Int

    init(_ pruning: JobDesk.Pruning) {
        dead = pruning.dead
        runners = pruning.runners
        periods = pruning.periods
    }
}

/// Whether a queue is paused, as JSON has it.
struct PauseRecord: Encodable {
    let queue: String
    let paused: Bool
    @Null var pausedAt: Date?
}
