import FoundationEssentials
import Postgres

/// The right to run a job: the token of a claim, which is never given twice.
///
/// Whoever acts on a job names both, and a lease that another claim has replaced changes nothing.
struct JobLease: Hashable, Sendable {
    let id: JobID
    let token: Int64
}

/// A job that a runner has taken.
struct ClaimedJob: Sendable {
    let lease: JobLease
    let kind: String
    let payload: String
    let priority: Int16
    let runAt: Date
    let enqueuedAt: Date
    let failures: Int
    let crashes: Int
    let maxAttempts: Int

    /// Counts from 1.
    var attempt: Int { failures + crashes + 1 }
    /// Whether a runner died with it in hand.
    var isSuspect: Bool { crashes > 0 }

    /// Reads a row of `claim_jobs`; `nil` where an outer join found none.
    init?(_ row: inout Row) throws {
        guard let id: Int64 = try row.next() else { return nil }
        lease = JobLease(id: JobID(id), token: try row.next())
        kind = try row.next()
        payload = try row.next()
        priority = try row.next()
        runAt = try row.next()
        enqueuedAt = try row.next()
        failures = Int(try row.next(Int32.self))
        crashes = Int(try row.next(Int32.self))
        maxAttempts = Int(try row.next(Int32.self))
    }
}
