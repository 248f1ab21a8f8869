import Postgres

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
