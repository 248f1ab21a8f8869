public import FoundationEssentials
import Locking
public import Postgres

/// The job handlers, by kind.
public struct JobHandlers: Sendable {
    /// When a finished job is deleted from the database.
    public enum Acknowledgement: Sendable {
        /// Immediately, before the next job starts: for jobs with effects outside the database.
        case atOnce
        /// With the next claim, in the same round trip: for jobs that may run twice when their runner is killed.
        case withNextClaim
    }

    private var byKind: [String: JobHandler] = [:]

    /// Creates an empty set of handlers.
    public init() {}

    /// The kinds of job that have a handler, sorted.
    public var kinds: [String] { byKind.keys.sorted() }

    /// The largest batch size of all handlers.
    var largestBatch: Int { byKind.values.map(\.batch).max() ?? 1 }

    /// Registers a handler that runs one job at a time.
    ///
    /// - Parameters:
    ///   - kind: The kind of job.
    ///   - timeout: The time after which the handler's task is cancelled and the attempt counts as failed.
    ///   - acknowledgement: When a finished job is deleted from the database.
    ///   - body: Runs a job. A thrown error is a failure, unless it is a ``JobInterruption``.
    public mutating func handle<Kind: Job>(
        _ kind: Kind.Type, timeout: Duration = .seconds(300), acknowledgement: Acknowledgement = .atOnce,
        _ body: @escaping @Sendable (Kind, JobContext) async throws -> Void
    ) {
        byKind[Kind.kind] = JobHandler(batch: 1, timeout: timeout, acknowledgement: acknowledgement) { jobs, backoff in
            var dispositions: [Disposition?] = []
            for job in jobs {
                let context = JobContext(job)
                let payload: Kind
                do {
                    payload = try JobPayload.decode(job.payload, as: Kind.self)
                } catch {
                    dispositions.append(Disposition.undecodable(error))
                    continue
                }
                do {
                    try await body(payload, context)
                    dispositions.append(context.isCompleted ? Disposition.completed : Disposition.done)
                } catch {
                    dispositions.append(Disposition(error, of: job, backoff: backoff))
                }
            }
            return dispositions
        }
    }

    /// Registers a handler that runs several jobs at once.
    ///
    /// - Parameters:
    ///   - kind: The kind of job.
    ///   - limit: The maximum batch size.
    ///   - timeout: The time after which the handler's task is cancelled and the attempt counts as failed for all jobs.
    ///   - acknowledgement: When finished jobs are deleted from the database.
    ///   - body: Runs the jobs and returns an outcome for each, in their order. A thrown error applies to all of them.
    public mutating func handleBatch<Kind: Job>(
        of kind: Kind.Type, upTo limit: Int, timeout: Duration = .seconds(300),
        acknowledgement: Acknowledgement = .atOnce,
        _ body: @escaping @Sendable ([BatchedJob<Kind>]) async throws -> [JobOutcome]
    ) {
        byKind[Kind.kind] = JobHandler(batch: limit, timeout: timeout, acknowledgement: acknowledgement) {
            jobs, backoff in
            let payloads = JobPayload.decode(jobs.map(\.payload), as: Kind.self)
            var dispositions = payloads.map { payload -> Disposition? in
                if case .failure(let error) = payload { Disposition.undecodable(error) } else { nil }
            }
            let readable = jobs.indices.filter { dispositions[$0] == nil }
            let batch = zip(jobs, payloads).compactMap { job, payload in
                (try? payload.get()).map { BatchedJob(payload: $0, context: JobContext(job)) }
            }
            guard !batch.isEmpty else { return dispositions }
            do {
                let outcomes = try await body(batch)
                for (number, index) in readable.enumerated() {
                    let outcome: JobOutcome =
                        outcomes.count == batch.count
                        ? outcomes[number]
                        : .retry(because: "the handler returned \(outcomes.count) outcomes for \(batch.count) jobs")
                    dispositions[index] =
                        outcome == .done && batch[number].context.isCompleted
                        ? Disposition.completed : Disposition(outcome, of: jobs[index], backoff: backoff)
                }
            } catch {
                for index in readable { dispositions[index] = Disposition(error, of: jobs[index], backoff: backoff) }
            }
            return dispositions
        }
    }

    /// The handler for a kind of job.
    subscript(kind: String) -> JobHandler? { byKind[kind] }
}

/// A handler for one kind of job, without its type.
struct JobHandler: Sendable {
    /// The maximum batch size.
    let batch: Int
    let timeout: Duration
    let acknowledgement: JobHandlers.Acknowledgement
    /// Runs some jobs, outside the worker's actor, and returns the disposition of each; `nil` where its task was
    /// cancelled.
    let run: @concurrent @Sendable ([ClaimedJob], Backoff) async -> [Disposition?]
}

/// The outcome that a handler reports for a job of its batch.
public enum JobOutcome: Sendable, Equatable {
    /// The job is done.
    case done
    /// The job failed and is retried, unless it has reached its maximum number of attempts.
    ///
    /// The delay defaults to the runner's backoff.
    case retry(after: Duration? = nil, because: String)
    /// The job runs again later; this does not count as a failure.
    case snooze(Duration)
    /// The job failed, and a retry would fail too: it is dead.
    case giveUp(because: String)
}

/// An error with which a handler chooses its job's disposition; any other error is a failure that is retried.
public struct JobInterruption: Error, Sendable {
    let outcome: JobOutcome

    /// Retries the job after a delay; counts as a failure.
    public static func retry(after delay: Duration, because reason: String) -> JobInterruption {
        JobInterruption(outcome: .retry(after: delay, because: reason))
    }

    /// Runs the job again later; does not count as a failure.
    public static func snooze(_ delay: Duration) -> JobInterruption {
        JobInterruption(outcome: .snooze(delay))
    }

    /// Moves the job to the dead jobs, without a retry.
    public static func giveUp(because reason: String) -> JobInterruption {
        JobInterruption(outcome: .giveUp(because: reason))
    }
}

/// The context of a job that a handler runs.
public struct JobContext: Sendable {
    /// The job's ID.
    public let id: JobID
    /// The number of this attempt, from 1; failures and crashes both count.
    public let attempt: Int
    /// The time at which the job became due.
    public let runAt: Date
    /// The time at which the job was enqueued.
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

    /// Completes the job inside the handler's own transaction, so that its writes and the completion are committed
    /// together or not at all.
    ///
    /// - Parameter connection: The connection of the transaction.
    /// - Throws: ``JobTakenOver`` where another runner has taken over the job, and the transaction must not be
    ///   committed; or `PostgresError`.
    public func complete(on connection: Connection) async throws {
        guard try await JobStore.acknowledge([lease], on: connection) == 1 else { throw JobTakenOver(job: id) }
        completion.withLock { $0 = true }
    }
}

/// The error for a job that another runner has taken over, because this runner's lease on it had ended.
public struct JobTakenOver: Error, Sendable, CustomStringConvertible {
    /// The job.
    public let job: JobID
    /// The message of the error.
    public var description: String { "job \(job) has been taken over by another runner" }
}

/// A job of a batch.
public struct BatchedJob<Payload: Job>: Sendable {
    /// The decoded payload.
    public let payload: Payload
    /// The job's context.
    public let context: JobContext
}
