import FoundationEssentials
import Postgres

/// A runner's statements on the queue.
///
/// Each is one round trip and one commit.
struct JobStore: Sendable {
    let database: Database

    /// What to claim.
    struct ClaimRequest: Sendable {
        let runner: Int64
        let queue: String
        let kinds: [String]
        let limit: Int
        let oldestFirst: Bool
        let includesCrashed: Bool
        let watermark: Watermark
    }

    /// What came of a claim.
    struct ClaimResult: Sendable {
        var jobs: [ClaimedJob] = []
        /// How many of the leases handed in still held.
        var acknowledged = 0
    }

    /// When the next job can start.
    struct NextRun: Sendable {
        /// Whether its time has come, even where its queue's rate does not let it start yet.
        let isDue: Bool
        /// In how long it can start; `nil` where none waits.
        let wait: Duration?
    }

    /// Acknowledges what is done and takes the next hand, in one round trip.
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

    /// Removes jobs that are done, and tells how many of the leases still held.
    func acknowledge(_ done: [JobLease]) async throws -> Int {
        try await database.withConnection { try await Self.acknowledge(done, on: $0) }
    }

    /// Removes jobs that are done, in a transaction of the caller's.
    static func acknowledge(_ done: [JobLease], on connection: Connection) async throws -> Int {
        Int(
            try await connection.query("SELECT acknowledge_jobs(\(done.ids), \(done.tokens))").decode(Int32.self)[0])
    }

    /// Records the results of jobs that are not done, and returns how many of the leases still held.
    func settle(_ unfinished: [JobResult]) async throws -> Int {
        let leases = unfinished.map(\.lease)
        let dispositions = unfinished.map(\.disposition)
        return Int(
            try await database.query(
                """
                SELECT settle_jobs(
                    \(leases.ids), \(leases.tokens), \(dispositions.map(\.name)),
                    \(dispositions.map(\.delay.inSeconds)), \(dispositions.map { $0.error.map(Self.storable) }))
                """
            ).decode(Int32.self)[0])
    }

    /// What PostgreSQL's text can hold: a handler's error may have a NUL in it.
    private static func storable(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 })
        return String(scalars)
    }

    /// Gives back what a runner claimed from a queue some time ago and does not have in hand.
    ///
    /// - Returns: Whether it is too early to say of some.
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

    /// When the next job of some kinds can start.
    func nextJob(in queue: String, of kinds: [String]) async throws -> NextRun {
        let (isDue, seconds) = try await database.query("SELECT is_due, seconds FROM next_job_in(\(queue), \(kinds))")
            .decode((Bool, Double?).self)[0]
        return NextRun(isDue: isDue, wait: seconds.map { .seconds(max(0, $0)) })
    }

    /// Takes over what dead runners had in hand.
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
    var hasCrashed: Bool { crashes > 0 }

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

extension Duration {
    /// The duration in seconds, as PostgreSQL is told of it.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
