import Postgres

/// What is to be written down of a round: decided here, done elsewhere.
struct Judgement {
    /// Done; their leases are to be acknowledged.
    var done: [JobLease] = []
    /// Completed inside a handler's transaction: nothing is left of them, unless that was rolled back unnoticed.
    var completed: [JobLease] = []
    /// Not done.
    var settlements: [JobStore.Settlement] = []
    /// Why the database did not answer the handler, where that made a job fail.
    var outage: PostgresError?
    /// How many attempts failed.
    var failures: Int { settlements.count { $0.ending == .retry || $0.ending == .failed || $0.ending == .gaveUp } }

    /// Judges a round by what its handler said of each job.
    init(of round: Round, _ verdicts: [JobVerdict], backoff: Backoff) {
        for (job, verdict) in zip(round.jobs, verdicts) {
            switch verdict {
            case .outcome(.done): done.append(job.lease)
            case .completed: completed.append(job.lease)
            case .outcome(.retry(let delay, let reason)): fail(job, after: delay, because: reason, backoff)
            case .outcome(.snooze(let delay)):
                settlements.append(.init(lease: job.lease, ending: .snooze, delay: delay))
            case .outcome(.giveUp(let reason)):
                settlements.append(.init(lease: job.lease, ending: .gaveUp, error: reason))
            case .undecodable(let reason):
                settlements.append(
                    .init(lease: job.lease, ending: .undecodable, error: "the payload cannot be read: \(reason)"))
            case .unanswered(let error):
                outage = error
                fail(job, after: nil, because: "\(error)", backoff)
            case .interrupted: interrupt(job, round, backoff)
            }
        }
    }

    /// Judges a round that did not end although its task was cancelled.
    static func abandoning(_ round: Round, backoff: Backoff) -> Judgement {
        Judgement(of: round, round.jobs.map { _ in .interrupted }, backoff: backoff)
    }

    private mutating func interrupt(_ job: ClaimedJob, _ round: Round, _ backoff: Backoff) {
        switch round.interruption {
        case .timedOut:
            fail(job, after: nil, because: "timed out after \(round.handler.timeout)", backoff)
        case .unwanted(let leases) where leases.contains(job.lease):
            settlements.append(.init(lease: job.lease, ending: .cancelled, error: "cancelled while it ran"))
        case .unwanted, .givenUp:
            settlements.append(.init(lease: job.lease, ending: .release))
        case nil:
            fail(job, after: nil, because: "its task was cancelled from inside", backoff)
        }
    }

    private mutating func fail(_ job: ClaimedJob, after delay: Duration?, because reason: String, _ backoff: Backoff) {
        let failures = job.failures + 1
        guard failures < job.maxAttempts else {
            settlements.append(.init(lease: job.lease, ending: .failed, error: reason))
            return
        }
        settlements.append(
            .init(
                lease: job.lease, ending: .retry, delay: delay ?? backoff.delay(afterFailures: failures), error: reason)
        )
    }
}
