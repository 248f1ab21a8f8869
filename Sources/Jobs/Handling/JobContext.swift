public import FoundationEssentials
public import Postgres

/// A job in a handler's hand.
public struct JobContext: Sendable {
    /// The job's key.
    public let id: JobID
    /// Counts from 1, failures and lost runners together.
    public let attempt: Int
    /// When it became due.
    public let runAt: Date
    /// When it was enqueued.
    public let enqueuedAt: Date

    private let lease: JobLease
    private let completion = Guarded(false)

    init(_ job: ClaimedJob) {
        id = job.lease.id
        attempt = job.attempt
        runAt = job.runAt
        enqueuedAt = job.enqueuedAt
        lease = job.lease
    }

    /// Whether the handler has completed the job itself.
    var isCompleted: Bool { completion.withLock { $0 } }

    /// Completes the job inside the handler's own transaction: what it wrote and "done" are committed together or not at
    /// all.
    ///
    /// - Parameter connection: The connection of the transaction.
    /// - Throws: ``JobTakenOver`` where another runner has the job by now, and the transaction must not be committed; or
    ///   `PostgresError`.
    public func complete(on connection: Connection) async throws {
        guard try await JobStore.acknowledge([lease], on: connection) == 1 else { throw JobTakenOver(job: id) }
        completion.withLock { $0 = true }
    }
}

/// A runner came too late: its lease on a job had run out, and another has taken the job over.
public struct JobTakenOver: Error, Sendable, CustomStringConvertible {
    /// The job.
    public let job: JobID
    /// What happened.
    public var description: String { "job \(job) has been taken over by another runner" }
}

/// A job of a batch.
public struct BatchedJob<Payload: Job>: Sendable {
    /// What it is about.
    public let payload: Payload
    /// The job in hand.
    public let context: JobContext
}
