import Foundation
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Job statistics")
struct JobStatisticsTests {
    @Test("the statistics count each queue's jobs by state, with the time since the oldest became due")
    func queues() async throws {
        try await JobAdminFixture.with { fixture in
            _ = try await fixture.deadLetter()
            _ = try await fixture.deadLetter(JobAdminFixture.TestJob(), JobOptions(queue: "other"))
            try await fixture.enqueue()
            try await fixture.enqueue()
            try await fixture.claim()
            for _ in 1...4 { _ = try await fixture.schedule() }
            let due = Date(timeIntervalSinceNow: -7200)
            for age in [0.0, 60, 120] {
                try await fixture.enqueue(JobAdminFixture.TestJob(), JobOptions(runAt: due + age))
            }
            try await fixture.crashed()
            try await fixture.database.query("DELETE FROM job_runner")
            let queues = try await fixture.admin.statistics().queues
            #expect(queues.map(\.name) == ["default", "other"])
            #expect(queues.map(\.waiting) == [4, 0])
            #expect(queues.map(\.scheduled) == [4, 0])
            #expect(queues.map(\.running) == [2, 0])
            #expect(queues.map(\.dead) == [1, 1])
            let oldest = try #require(queues[0].oldestDue)
            #expect(.seconds(7200) <= oldest && oldest < .seconds(10_800))
            #expect(queues[1].oldestDue == nil)
        }
    }

    @Test("the statistics list runners with a valid lease, and the queues that they serve even without jobs")
    func runners() async throws {
        try await JobAdminFixture.with { fixture in
            let runner = try await fixture.runner("host-1", queues: "mail", "default")
            let totals = JobRunner.Totals(completed: 3, failed: 2, stale: 1)
            _ = try await RunnerStore(database: fixture.database).renewLease(
                runner, lease: .seconds(3600), totals: totals)
            try await fixture.database.query(
                """
                INSERT INTO job_runner (name, queues, lease_until, gone_at)
                VALUES ('left', '{gone}', now() + interval '1 hour', now()), ('lost', '{gone}', now(), NULL)
                """)
            let statistics = try await fixture.admin.statistics()
            #expect(statistics.queues.map(\.name) == ["default", "mail"])
            #expect(statistics.runners.map(\.name) == ["host-1"])
            #expect(statistics.runners.map(\.queues) == [["mail", "default"]])
            #expect(statistics.runners.map(\.completed) == [3])
            #expect(statistics.runners.map(\.failed) == [2])
            #expect(statistics.runners.map(\.stale) == [1])
        }
    }

    @Test("the statistics name the holder of the oldest snapshot, and count the dead rows")
    func snapshot() async throws {
        try await JobAdminFixture.with { fixture in
            try await fixture.database.transaction(isolation: .repeatableRead, readOnly: true) { holder in
                try await holder.query("SET application_name = 'holder'")
                try await holder.query("SELECT FROM job")
                let pid = holder.processID
                for _ in 1...3 { try await fixture.enqueue() }
                try await fixture.database.query("DELETE FROM job")
                try await fixture.database.query("VACUUM job")
                let statistics = try await fixture.admin.statistics()
                let snapshot = try #require(statistics.snapshot)
                #expect(snapshot.holder == .session)
                #expect(snapshot.name == "holder")
                #expect(snapshot.processID == pid)
                #expect(snapshot.transactions >= 4)
                #expect(snapshot.held != nil)
                #expect(statistics.oldestTransaction != nil)
                #expect(statistics.table.dead >= 3)
                #expect(statistics.table.vacuumedAt != nil)
            }
            #expect(try await fixture.admin.statistics().snapshot?.name != "holder")
        }
    }

    @Test("waiting jobs are counted by an index-only scan after vacuum")
    func plan() async throws {
        try await JobAdminFixture.with { fixture in
            try await fixture.database.query(
                """
                INSERT INTO job (queue, kind, payload, priority, run_at, max_attempts)
                SELECT 'queue ' || number % 3, 'test', to_jsonb(repeat('x', 300)), 2,
                       now() + (number % 99 - 50) * interval '1 minute', 10
                FROM generate_series(1, 50000) AS number
                """)
            try await fixture.database.query("VACUUM ANALYZE job")
            let plan = try await fixture.database.query("EXPLAIN \(JobAdmin.queueCounts)").decode(String.self)
            let scans = plan.filter { $0.contains(" on job ") || $0.contains(" on job_dead ") }
            #expect(scans.contains { $0.contains("Index Only Scan using job_ready on job ") }, "\(plan)")
            #expect(!plan.contains { $0.contains("Seq Scan on job ") }, "\(plan)")
            #expect(
                try await fixture.admin.statistics().queues.map { $0.waiting + $0.scheduled }.reduce(0, +) == 50_000)
        }
    }
}

extension JobAdminFixture {
    /// Enqueues a job whose runner has crashed.
    fileprivate func crashed() async throws {
        let job = try await enqueue()
        try await database.query("UPDATE job SET crashes = 1 WHERE id = \(job.value)")
    }
}
