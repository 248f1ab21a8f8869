import JobsTesting
import Postgres
import Testing

@testable import Jobs

/// These tests run the real statements, and check the server's statistics of table access.
@Suite("Plans for a queue of fifty thousand jobs")
struct JobPlanTests {
    /// The contents of the table when it was last analyzed.
    enum Statistics: CaseIterable {
        /// The current contents.
        case fresh
        /// No rows.
        case ofAnEmptyTable
    }

    @Test(
        "each statement of a runner uses an index, with current or stale statistics", arguments: Statistics.allCases
    )
    func statements(statistics: Statistics) async throws {
        try await withLargeQueue(statistics) { fixture, runner in
            let (store, runners) = (JobStore(database: fixture.database), RunnerStore(database: fixture.database))
            let running = try await fixture.leases(limit: 100)
            for oldestFirst in [false, true] {
                let claimed = try await fixture.expectIndexes("claim", reading: 500) {
                    let request = JobStore.ClaimRequest(
                        runner: runner, queue: "default", kinds: [NoteJob.kind], limit: 100, oldestFirst: oldestFirst,
                        includesCrashed: true, watermark: .beginning)
                    return try await store.claim(request, acknowledging: []).jobs.count
                }
                #expect(claimed == 101)
            }
            try await expectIndexesForResults(fixture, store)
            let isDue = try await fixture.expectIndexes("next") {
                try await store.nextJob(in: "default", of: ["note"]).isDue
            }
            #expect(isDue)
            let cancelRequested = try await fixture.expectIndexes("heartbeat", reading: 4000) {
                try await runners.renewLease(runner, lease: .seconds(60), totals: .init())
            }
            #expect(cancelRequested == [])
            let hasNewer = try await fixture.expectIndexes("reconcile", reading: 8000) {
                try await store.release(claimedBy: runner, from: "default", before: .seconds(60), except: running)
            }
            #expect(hasNewer)
            try await fixture.expectIndexes("rescue", reading: 8000) {
                _ = try await store.rescue(lease: .zero, maxCrashes: 3)
            }
            try await fixture.expectIndexes("leave", reading: 12_000, times: 1) {
                try await runners.leave(runner, totals: .init())
            }
        }
    }

    private func expectIndexesForResults(_ fixture: JobFixture, _ store: JobStore) async throws {
        let leases = try await fixture.leases(limit: 700)
        for start in stride(from: 0, to: 700, by: 100) {
            let batch = Array(leases[start..<start + 100])
            let acknowledged = try await fixture.expectIndexes("acknowledge", reading: 250, times: 1) {
                try await store.acknowledge(Array(batch.prefix(50)))
            }
            let settled = try await fixture.expectIndexes("settle", reading: 500, times: 1) {
                let dispositions: [Disposition] = [
                    .retry(after: .zero, error: "boom"), .release, .dead(.failed, error: "boom"), .snooze(.zero),
                    .dead(.cancelled, error: "unwanted"),
                ]
                let results = batch.suffix(50).enumerated()
                    .map { JobResult(lease: $1, disposition: dispositions[$0 % 5]) }
                return try await store.settle(results)
            }
            #expect(acknowledged == 50 && settled == 50)
        }
    }

    @Test("a claim after the watermark does not scan earlier claimed jobs")
    func watermark() async throws {
        try await withLargeQueue(.fresh) { fixture, runner in
            let store = JobStore(database: fixture.database)
            var cursor = ClaimCursor()
            for _ in 0..<10 {
                let request = cursor.claimRequest(
                    runner: runner, queue: "default", kinds: [NoteJob.kind], limit: 500, includesCrashed: false)
                _ = cursor.found(try await store.claim(request, acknowledging: []).jobs, of: 500)
            }
            let claimed = try await fixture.expectIndexes("claim", reading: 50, times: 1) {
                let request = cursor.claimRequest(
                    runner: runner, queue: "default", kinds: [NoteJob.kind], limit: 10, includesCrashed: false)
                return try await store.claim(request, acknowledging: []).jobs.count
            }
            #expect(claimed == 10)
        }
    }

    /// Inserts 50,000 jobs of four priorities, a tenth of them scheduled, 1,000 with a crash, 2,000 running.
    private func withLargeQueue(_ statistics: Statistics, _ body: (JobFixture, Int64) async throws -> Void) async throws
    {
        try await withJobFixture(connections: 1) { fixture in
            if statistics == .ofAnEmptyTable { try await fixture.database.query("ANALYZE job") }
            let runner = try await fixture.registerRunner(named: "one")
            try await fixture.database.query(
                """
                INSERT INTO job (
                    queue, kind, payload, priority, run_at, max_attempts, crashes, token, runner, claimed_at)
                SELECT 'default', 'note', '{"text": ""}', 1 + n % 4,
                       now() + (n % 10 - 9) * interval '1 minute' + (n % 10 = 9)::int * interval '1 hour', 10,
                       (n > 47000 AND n <= 48000)::int,
                       CASE WHEN n > 48000 THEN nextval('job_lease') END,
                       CASE WHEN n > 48000 THEN \(runner) END,
                       CASE WHEN n > 48000 THEN now() END
                FROM generate_series(1, 50000) AS n
                """)
            if statistics == .fresh { try await fixture.database.query("ANALYZE job") }
            try await body(fixture, runner)
        }
    }
}

extension JobFixture {
    fileprivate func leases(limit: Int) async throws -> [JobLease] {
        try await database.query("SELECT id, token FROM job WHERE token IS NOT NULL ORDER BY id LIMIT \(limit)")
            .decode((Int64, Int64).self).map { JobLease(id: JobID($0.0), token: $0.1) }
    }

    /// Checks that some work reads the table only by index, and at most a number of its rows.
    ///
    /// Repeated execution may switch to a generic plan, which has to use the index too.
    @discardableResult
    fileprivate func expectIndexes<Value>(
        _ name: String, reading limit: Int64 = 50, times: Int = 7, sourceLocation: SourceLocation = #_sourceLocation,
        _ work: () async throws -> Value
    ) async throws -> Value {
        let before = try await counters()
        var value = try await work()
        for _ in 1..<times { value = try await work() }
        let after = try await counters()
        #expect(after.scans == before.scans, "\(name) reads the table from end to end", sourceLocation: sourceLocation)
        let read = (after.rows - before.rows) / Int64(times)
        #expect(read <= limit, "\(name) reads \(read) rows", sourceLocation: sourceLocation)
        return value
    }

    private func counters() async throws -> (scans: Int64, rows: Int64) {
        try await database.query("SELECT pg_stat_force_next_flush()")
        return try await database.query(
            "SELECT coalesce(seq_scan, 0), coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = 'job'"
        ).decode((Int64, Int64).self)[0]
    }
}
