import FoundationEssentials
import Postgres

/// The SQL statements of a runner on the queue.
///
/// Each statement is one round trip and one commit.
struct JobStore: Sendable {
    let database: Database

    /// The parameters of a claim.
    struct ClaimRequest: Sendable {
        let runner: Int64
        let queue: String
        let kinds: [String]
        let limit: Int
        let oldestFirst: Bool
        let includesCrashed: Bool
        let watermark: Watermark
    }

    /// The result of a claim.
    struct ClaimResult: Sendable {
        var jobs: [ClaimedJob] = []
        /// The number of acknowledged leases that were still valid.
        var acknowledged = 0
    }

    /// The start of the next job.
    struct NextRun: Sendable {
        /// Whether the job is due, even where its queue's rate limit delays the start.
        let isDue: Bool
        /// The time until the job can start; `nil` where no job is queued.
        let wait: Duration?
    }

    /// Acknowledges finished jobs and claims the next ones, in one round trip.
    func claim(_ order: ClaimRequest, acknowledging done: [JobLease]) async throws -> ClaimResult {
        let claim: SQL = """
            claim_jobs(
                \(order.runner), \(order.queue), \(order.kinds), \(Int32(order.limit)), \(order.oldestFirst),
                \(order.watermark.runAt), \(order.watermark.id), \(order.includesCrashed))
            """
        let rows = try await database.query(
            done.isEmpty
                ? "SELECT 0, claimed.* FROM \(claim) AS claimed"
                : """
                SELECT acknowledged, claimed.*
                FROM acknowledge_jobs(\(done.ids), \(done.tokens)) AS acknowledged
                LEFT JOIN LATERAL \(claim) AS claimed ON true
                """)
        var claimed = ClaimResult()
        claimed.jobs.reserveCapacity(rows.count)
        try rows.forEach { row in
            claimed.acknowledged = Int(try row.next(Int32.self))
            if let job = try ClaimedJob(&row) { claimed.jobs.append(job) }
        }
        return claimed
    }

    /// Deletes finished jobs, and returns the number of leases that were still valid.
    func acknowledge(_ done: [JobLease]) async throws -> Int {
        try await database.withConnection { try await Self.acknowledge(done, on: $0) }
    }

    /// Deletes finished jobs in the caller's transaction, and returns the number of leases that were still valid.
    static func acknowledge(_ done: [JobLease], on connection: Connection) async throws -> Int {
        Int(
            try await connection.query("SELECT acknowledge_jobs(\(done.ids), \(done.tokens))").decode(Int32.self)[0])
    }

    /// Records the results of unfinished jobs, and returns the number of leases that were still valid.
    func settle(_ unfinished: [JobResult]) async throws -> Int {
        let leases = unfinished.map(\.lease)
        let dispositions = unfinished.map(\.disposition)
        return Int(
            try await database.query(
                """
                SELECT record_job_results(
                    \(leases.ids), \(leases.tokens), \(dispositions.map(\.name)),
                    \(dispositions.map(\.delay.inSeconds)), \(dispositions.map { $0.error.map(Self.storable) }))
                """
            ).decode(Int32.self)[0])
    }

    /// Replaces NUL characters, which PostgreSQL's `text` cannot store and a handler's error may contain.
    private static func storable(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 })
        return String(scalars)
    }

    /// Releases the jobs that a runner claimed from a queue before a given age and does not hold.
    ///
    /// - Returns: Whether there are more such jobs, which are too new to be released.
    func release(
        claimedBy runner: Int64, from queue: String, before age: Duration, except held: [JobLease]
    ) async throws -> Bool {
        try await database.query(
            """
            WITH forgotten AS MATERIALIZED (
                SELECT id, token, claimed_at < now() - \(age.inSeconds) * interval '1 second' AS is_old
                FROM job
                WHERE runner = \(runner)
                  AND token IS NOT NULL
                  AND queue = \(queue)
                  AND NOT EXISTS (
                      SELECT FROM unnest(\(held.ids), \(held.tokens)) AS held (id, token)
                      WHERE held.id = job.id AND held.token = job.token)
            )
            SELECT EXISTS (SELECT FROM forgotten WHERE NOT is_old),
                   (SELECT release_jobs(array_agg(id), array_agg(token)) FROM forgotten WHERE is_old)
            """
        ).decode((Bool, Int32).self)[0].0
    }

    /// Returns when the next job of some kinds can start.
    func nextJob(in queue: String, of kinds: [String]) async throws -> NextRun {
        let (isDue, seconds) = try await database.query("SELECT is_due, seconds FROM next_job_in(\(queue), \(kinds))")
            .decode((Bool, Double?).self)[0]
        return NextRun(isDue: isDue, wait: seconds.map { .seconds(max(0, $0)) })
    }

    /// Takes over the jobs of runners whose lease has ended.
    func rescue(lease: Duration, maxCrashes: Int) async throws -> (rescued: Int, deadLettered: Int) {
        let (rescued, deadLettered) = try await database.query(
            "SELECT * FROM rescue_jobs(\(lease.inSeconds), \(Int32(maxCrashes)))"
        ).decode((Int32, Int32).self)[0]
        return (Int(rescued), Int(deadLettered))
    }
}

extension [JobLease] {
    fileprivate var ids: [Int64] { map(\.id.value) }
    fileprivate var tokens: [Int64] { map(\.token) }
}

/// The right to run a job: the token of a claim, which is never reused.
///
/// Each statement on a job passes both ID and token; it has no effect where another claim has replaced the lease.
struct JobLease: Hashable, Sendable {
    let id: JobID
    let token: Int64
}

/// A job that a runner has claimed.
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

    /// The number of this attempt, from 1.
    var attempt: Int { failures + crashes + 1 }
    /// Whether a runner crashed while it held the job.
    var hasCrashed: Bool { crashes > 0 }

    /// Reads a row of `claim_jobs`; `nil` where the outer join matched none.
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

extension Duration {
    /// The duration in seconds, as PostgreSQL's intervals take it.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
