import Postgres

/// What came of a job, as its runner sees it.
enum JobVerdict: Sendable, Equatable {
    /// What the handler said.
    case outcome(JobOutcome)
    /// Done, and acknowledged inside the handler's own transaction, unless that was rolled back.
    case completed
    /// Its payload is not what its handler takes.
    case undecodable(String)
    /// It failed since the database did not answer.
    case unanswered(PostgresError)
    /// Its task was cancelled, and stopped for that.
    case interrupted

    /// Does one job.
    static func judging(_ context: JobContext, _ work: () async throws -> JobOutcome) async -> JobVerdict {
        do {
            let outcome = try await work()
            return context.isCompleted ? .completed : .outcome(outcome)
        } catch {
            return JobVerdict(of: error)
        }
    }

    /// Does a batch.
    static func judging<Payload: Job>(
        _ batch: [BatchedJob<Payload>], _ work: () async throws -> [JobOutcome]
    ) async -> [JobVerdict] {
        do {
            let outcomes = try await work()
            guard outcomes.count == batch.count else {
                let mismatch = "the handler told \(outcomes.count) outcomes of \(batch.count) jobs"
                return batch.map { _ in .outcome(.retry(because: mismatch)) }
            }
            return zip(batch, outcomes).map { job, outcome in
                job.context.isCompleted && outcome == .done ? .completed : .outcome(outcome)
            }
        } catch {
            return batch.map { _ in JobVerdict(of: error) }
        }
    }

    private init(of error: any Error) {
        switch error {
        case let interruption as JobInterruption: self = .outcome(interruption.outcome)
        // Whatever a handler makes of its cancellation, it is no failure of its own.
        case _ where Task.isCancelled || error is CancellationError: self = .interrupted
        case let error as PostgresError where error.isOutage: self = .unanswered(error)
        default: self = .outcome(.retry(because: "\(error)"))
        }
    }
}
