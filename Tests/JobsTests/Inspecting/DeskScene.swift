import Foundation
import JobsTesting
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

/// A desk on a database of its own, and what happens around it.
struct DeskScene: Sendable {
    /// Something to do.
    struct Errand: Job {
        static let kind = "errand"
        var number = 0
    }

    /// Something else to do.
    struct Chore: Job {
        static let kind = "chore"
    }

    let yard: JobYard
    var database: Database { yard.database }
    var desk: JobAdmin { JobAdmin(database) }
    private var store: JobStore { JobStore(database: database) }

    /// Gives a test a desk.
    static func with(_ body: (DeskScene) async throws -> Void) async throws {
        try await withYard { try await body(DeskScene(yard: $0)) }
    }

    /// Enqueues a job.
    @discardableResult
    func enqueue(_ job: some Job = Errand(), _ options: JobOptions = JobOptions()) async throws -> JobID {
        try #require(try await yard.enqueue(job, options))
    }

    /// Enqueues a job of the future.
    func schedule(_ job: some Job = Errand(), key: String? = nil) async throws -> JobID {
        try await enqueue(
            job, JobOptions(runAt: Date(timeIntervalSinceNow: 3600), uniqueness: key.map { .whileQueued($0) }))
    }

    /// A runner that is alive, and does nothing by itself.
    @discardableResult
    func runner(_ name: String = "host-1", queues: String..., rate: JobRunner.Rate? = nil) async throws -> Int64 {
        try await RunnerStore(database: database).register(
            name: name, queues: queues.map { JobRunner.Queue($0, rate: rate) }, lease: .seconds(3600))
    }

    /// A runner takes what is due in a queue.
    @discardableResult
    func claim(_ queue: String = "default", by runner: Int64? = nil) async throws -> [ClaimedJob] {
        var holder = runner
        if holder == nil { holder = try await self.runner(queues: queue) }
        let order = JobStore.ClaimRequest(
            runner: holder ?? 0, queue: queue, kinds: [Errand.kind, Chore.kind], limit: 100, oldestFirst: false,
            includesCrashed: true, watermark: .beginning)
        return try await store.claim(order, acknowledging: []).jobs
    }

    /// A job that failed too often, in a queue in which nothing else is due.
    func die(_ job: some Job = Errand(), _ options: JobOptions = JobOptions()) async throws -> JobID {
        let key = try await enqueue(job, options)
        let leases = try await claim(options.queue).map(\.lease)
        let results = leases.map { JobResult(lease: $0, disposition: .dead(.failed, error: "boom")) }
        _ = try await store.settle(results)
        return key
    }

    /// The job as the desk sees it.
    func entry(_ job: JobID) async throws -> JobEntry {
        try await desk.show(job).entry
    }

    /// What no test should have changed: all rows of both tables.
    func contents() async throws -> [String] {
        try await database.query("SELECT job::text FROM job UNION ALL SELECT job_dead::text FROM job_dead ORDER BY 1")
            .decode(String.self)
    }

    /// Lets a runner do errands that finds work only when it is told, and has none when the test begins.
    func listening(_ body: () async throws -> Void) async throws {
        var handlers = JobHandlers()
        handlers.handle(Errand.self) { _, _ in }
        let quiet = { (configuration: inout JobRunner.Configuration) in
            configuration.poll = .seconds(3600)
            // A heartbeat would hide the search that went before it over the same connection.
            configuration.heartbeat = .seconds(3600)
            configuration.lease = .seconds(7200)
        }
        try await yard.withRunner(handlers, listens: true, configure: quiet) { _ in
            // It looks for work when it begins, when it is connected, and when it is told: each may be the first.
            for _ in 1...3 { try await searching { try await database.query("NOTIFY jobs") } }
            try await body()
        }
    }

    /// Does something that makes the runner look for work, and waits until it has found none.
    func searching(_ body: () async throws -> Void) async throws {
        let start = try await database.query("SELECT clock_timestamp()").decode(Date.self)[0]
        try await body()
        try await wait(until: "the runner has looked in vain") {
            try await yard.number(
                """
                SELECT count(*)
                FROM pg_stat_activity
                WHERE datname = current_database()
                  AND pid <> pg_backend_pid()
                  AND query LIKE '%next_job_in%'
                  AND state = 'idle'
                  AND query_start > \(start)
                """) > 0
        }
    }
}
