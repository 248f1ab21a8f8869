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
