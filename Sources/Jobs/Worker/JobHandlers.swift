public import FoundationEssentials
public import Postgres

/// Who does the jobs, by kind.
public struct JobHandlers: Sendable {
    /// When a job that is done leaves the database.
    public enum Acknowledgement: Sendable {
        /// At once, before the next one is begun: for what has effects outside the database.
        case atOnce
        /// With the next claim, in the same round trip: for what may be done twice when its runner is killed.
        case withNextClaim
    }

    private var byKind: [String: JobHandler] = [:]

    /// Nobody yet.
    public init() {}

    /// The kinds that are handled.
    public var kinds: [String] { byKind.keys.sorted() }

    /// How many jobs any of them takes at once.
    var largestBatch: Int { byKind.values.map(\.batch).max() ?? 1 }

    /// Names who does one job at a time.
    ///
    /// - Parameters:
    ///   - kind: The jobs.
    ///   - timeout: After this long its task is cancelled, and the attempt has failed.
    ///   - acknowledgement: When a job that is done leaves the database.
    ///   - body: Does a job. What it throws is a failure, unless it is a ``JobInterruption``.
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

    /// Names who does several jobs at once.
    ///
    /// - Parameters:
    ///   - kind: The jobs.
    ///   - limit: How many at the most.
    ///   - timeout: After this long its task is cancelled, and the attempt of all of them has failed.
    ///   - acknowledgement: When jobs that are done leave the database.
    ///   - body: Does the jobs, and tells an outcome for each, in their order. What it throws is said of all of them.
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
                        : .retry(because: "the handler told \(outcomes.count) outcomes of \(batch.count) jobs")
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

    /// Who does jobs of a kind.
    subscript(kind: String) -> JobHandler? { byKind[kind] }
}

/// Who does jobs of one kind, whatever its type.
struct JobHandler: Sendable {
    /// How many it takes at once.
    let batch: Int
    let timeout: Duration
    let acknowledgement: JobHandlers.Acknowledgement
    /// Runs some jobs, outside the worker's actor, and returns the disposition of each; `nil` where its task was cancelled.
    let run: @concurrent @Sendable ([ClaimedJob], Backoff) async -> [Disposition?]
}

/// What a handler says of a job of its batch.
public enum JobOutcome: Sendable, Equatable {
    /// It is done.
    case done
    /// It failed and is tried again, unless it has failed too often; after a while of the runner's choice, or of its own.
    case retry(after: Duration? = nil, because: String)
    /// It is to come again later; that counts as no failure.
    case snooze(Duration)
    /// It failed, and would fail again: it is dead.
    case giveUp(because: String)
}

/// What a handler throws to choose what becomes of its job; any other error is a failure that is tried again.
public struct JobInterruption: Error, Sendable {
    let outcome: JobOutcome

    /// Tries the job again after a delay; counts as a failure.
    public static func retry(after delay: Duration, because reason: String) -> JobInterruption {
        JobInterruption(outcome: .retry(after: delay, because: reason))
    }

    /// Asks for the job to come again later; counts as no failure.
    public static func snooze(_ delay: Duration) -> JobInterruption {
        JobInterruption(outcome: .snooze(delay))
    }

    /// Gives the job up for good.
    public static func giveUp(because reason: String) -> JobInterruption {
        JobInterruption(outcome: .giveUp(because: reason))
    }
}

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
