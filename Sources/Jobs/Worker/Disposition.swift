import Postgres

/// The next step for a job after its execution: determined here without I/O and carried out elsewhere.
enum Disposition: Sendable, Equatable {
    /// Done; its lease is to be acknowledged.
    case done
    /// Done, and acknowledged in the handler's own transaction, unless that was rolled back without its knowledge.
    case completed
    /// Failed, and runs again after a delay; `outage` is set where the handler could not reach the database.
    case retry(after: Duration, error: String, outage: PostgresError? = nil)
    /// Runs again after a delay, as its handler asked; not a failure.
    case snooze(Duration)
    /// Returned to the queue as it was.
    case release
    /// Dead.
    case dead(DeadReason, error: String)
}

extension Disposition {
    /// Determines the disposition from the outcome that a handler returned.
    init(_ outcome: JobOutcome, of job: ClaimedJob, backoff: Backoff) {
        switch outcome {
        case .done: self = .done
        case .retry(let delay, let reason): self.init(failureOf: job, because: reason, after: delay, backoff: backoff)
        case .snooze(let delay): self = .snooze(delay)
        case .giveUp(let reason): self = .dead(.gaveUp, error: reason)
        }
    }

    /// Determines the disposition from an error that a handler threw; `nil` where its task was cancelled.
    init?(_ error: any Error, of job: ClaimedJob, backoff: Backoff) {
        switch error {
        case let interruption as JobInterruption: self.init(interruption.outcome, of: job, backoff: backoff)
        // A handler may throw any error when it is cancelled; that is not a failure of the job.
        case _ where Task.isCancelled || error is CancellationError: return nil
        case let error as PostgresError where error.isOutage:
            self.init(failureOf: job, because: "\(error)", outage: error, backoff: backoff)
        default: self.init(failureOf: job, because: "\(error)", backoff: backoff)
        }
    }

    /// Determines the disposition from the reason for which a task was cancelled; `nil` where the handler cancelled it
    /// itself.
    init(_ interruption: Execution.Interruption?, of job: ClaimedJob, timeout: Duration, backoff: Backoff) {
        switch interruption {
        case .timedOut: self.init(failureOf: job, because: "timed out after \(timeout)", backoff: backoff)
        case .cancelRequested(let leases) where leases.contains(job.lease):
            self = .dead(.cancelled, error: "cancelled while it ran")
        case .cancelRequested, .released: self = .release
        case nil: self.init(failureOf: job, because: "its task was cancelled from inside", backoff: backoff)
        }
    }

    /// The disposition of a job whose payload its handler cannot read.
    static func undecodable(_ error: any Error) -> Disposition {
        .dead(.undecodable, error: "the payload cannot be read: \(error)")
    }

    private init(
        failureOf job: ClaimedJob, because reason: String, after delay: Duration? = nil,
        outage: PostgresError? = nil, backoff: Backoff
    ) {
        let failures = job.failures + 1
        self =
            failures < job.maxAttempts
            ? .retry(after: delay ?? backoff.delay(afterFailures: failures), error: reason, outage: outage)
            : .dead(.failed, error: reason)
    }
}

extension Disposition {
    /// The name in `record_job_results` and in the metrics.
    var name: String {
        switch self {
        case .done, .completed: "done"
        case .retry: "retry"
        case .snooze: "snooze"
        case .release: "release"
        case .dead(let reason, _): reason.rawValue
        }
    }

    /// The delay before the job may run again.
    var delay: Duration {
        switch self {
        case .retry(let delay, _, _), .snooze(let delay): delay
        case .done, .completed, .release, .dead: .zero
        }
    }

    /// The error to store with the job.
    var error: String? {
        switch self {
        case .retry(_, let error, _), .dead(_, let error): error
        case .done, .completed, .snooze, .release: nil
        }
    }

    /// The error of the database, where the job failed because it did not answer.
    var outage: PostgresError? {
        if case .retry(_, _, let outage) = self { outage } else { nil }
    }

    /// Whether it counts as a failed attempt.
    var isFailure: Bool {
        switch self {
        case .retry, .dead(.failed, _), .dead(.gaveUp, _): true
        case .done, .completed, .snooze, .release, .dead: false
        }
    }

    /// Whether the job failed and runs again.
    var isRetry: Bool {
        if case .retry = self { true } else { false }
    }

    /// The reason why the job is dead; `nil` if it is not, or because a person cancelled it.
    var unexpectedDeath: DeadReason? {
        if case .dead(let reason, _) = self, reason != .cancelled { reason } else { nil }
    }
}

/// A job that a runner held, and its disposition.
struct JobResult: Sendable {
    let lease: JobLease
    let disposition: Disposition
}

extension [JobResult] {
    /// The leases of jobs that are done and are to be acknowledged.
    var done: [JobLease] { filter { $0.disposition == .done }.map(\.lease) }
    /// The leases of jobs that their handlers have completed.
    var completed: [JobLease] { filter { $0.disposition == .completed }.map(\.lease) }
    /// The results of jobs that are not done.
    var unfinished: [JobResult] { filter { $0.disposition != .done && $0.disposition != .completed } }
    /// The number of failed attempts.
    var failures: Int { filter(\.disposition.isFailure).count }
    /// The error of the database, where a job failed because it did not answer.
    var outage: PostgresError? { compactMap(\.disposition.outage).last }
}
