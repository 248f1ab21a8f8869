import Foundation
import JobsTesting
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

/// A test database with the administration of its jobs.
struct JobAdminFixture: Sendable {
    /// A kind of job.
    struct TestJob: Job {
        static let kind = "test"
        var number = 0
    }

    /// Another kind of job.
    struct OtherJob: Job {
        static let kind = "chore"
    }

    let queue: JobFixture
    var database: Database { queue.database }
    var admin: JobAdmin { JobAdmin(database) }
    private var store: JobStore { JobStore(database: database) }

    /// Runs a test with its own database.
    static func with(_ body: (JobAdminFixture) async throws -> Void) async throws {
        try await withJobFixture { try await body(JobAdminFixture(queue: $0)) }
    }

    /// Enqueues a job.
    @discardableResult
    func enqueue(_ job: some Job = TestJob(), _ options: JobOptions = JobOptions()) async throws -> JobID {
        try #require(try await queue.enqueue(job, options))
    }

    /// Enqueues a job that is due in an hour.
    func schedule(_ job: some Job = TestJob(), key: String? = nil) async throws -> JobID {
        try await enqueue(
            job, JobOptions(runAt: Date(timeIntervalSinceNow: 3600), uniqueness: key.map { .whileQueued($0) }))
    }

    /// Registers a runner with a valid lease, which runs nothing.
    @discardableResult
    func runner(_ name: String = "host-1", queues: String..., rate: JobRunner.Rate? = nil) async throws -> Int64 {
        var configuration = JobRunner.Configuration(name: name, queues: queues.map { .init($0, rate: rate) })
        configuration.lease = .seconds(3600)
        return try await RunnerStore(database: database).register(configuration)
    }

    /// Claims the due jobs of a queue.
    @discardableResult
    func claim(_ queue: String = "default", by runner: Int64? = nil) async throws -> [ClaimedJob] {
        var holder = runner
        if holder == nil { holder = try await self.runner(queues: queue) }
        let order = JobStore.ClaimRequest(
            runner: holder ?? 0, queue: queue, kinds: [TestJob.kind, OtherJob.kind], limit: 100, oldestFirst: false,
            includesCrashed: true, watermark: .beginning)
        return try await store.claim(order, acknowledging: []).jobs
    }

    /// Enqueues a job and dead-letters it, in a queue without other due jobs.
    func deadLetter(_ job: some Job = TestJob(), _ options: JobOptions = JobOptions()) async throws -> JobID {
        let key = try await enqueue(job, options)
        let leases = try await claim(options.queue).map(\.lease)
        let results = leases.map { JobResult(lease: $0, disposition: .dead(.failed, error: "boom")) }
        _ = try await store.settle(results)
        return key
    }

    /// Returns the entry of a job.
    func entry(_ job: JobID) async throws -> JobEntry {
        try await admin.show(job).entry
    }

    /// Returns all rows of both tables of jobs, to check that they are unchanged.
    func contents() async throws -> [String] {
        try await database.query("SELECT job::text FROM job UNION ALL SELECT job_dead::text FROM job_dead ORDER BY 1")
            .decode(String.self)
    }

    /// Runs a body with a runner that finds jobs only by notification, and that is idle at the start.
    func listening(_ body: () async throws -> Void) async throws {
        var handlers = JobHandlers()
        handlers.handle(TestJob.self) { _, _ in }
        let quiet = { (configuration: inout JobRunner.Configuration) in
            configuration.poll = .seconds(3600)
            // A heartbeat on the same connection would hide the query of the search before it.
            configuration.heartbeat = .seconds(3600)
            configuration.lease = .seconds(7200)
        }
        try await queue.withRunner(handlers, listens: true, configure: quiet) { _ in
            // The runner searches for jobs at its start, when connected, and at a notification; the order varies.
            for _ in 1...3 { try await searching { try await database.query("NOTIFY jobs") } }
            try await body()
        }
    }

    /// Runs a body that makes the runner search for jobs, and waits until the runner has found none.
    func searching(_ body: () async throws -> Void) async throws {
        let start = try await database.query("SELECT clock_timestamp()").decode(Date.self)[0]
        try await body()
        try await wait(until: "the runner has found no job") {
            try await queue.number(
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
