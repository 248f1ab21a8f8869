import Foundation
import Postgres
import Testing

@testable import Jobs

@Suite("Listing jobs and schedules")
struct JobListTests {
    @Test("lists jobs of all states by due time")
    func states() async throws {
        try await JobAdminFixture.with { fixture in
            let dead = try await fixture.deadLetter()
            let running = try await fixture.enqueue()
            try await fixture.claim()
            let scheduled = try await fixture.schedule()
            let waiting = try await fixture.enqueue()
            let jobs = try await fixture.admin.list()
            #expect(jobs.map(\.id) == [dead, running, waiting, scheduled])
            #expect(jobs.map(\.state) == [.dead, .running, .waiting, .scheduled])
            #expect(jobs.map(\.attempt) == [1, 1, 0, 0])
            #expect(jobs.map(\.runner) == [nil, "host-1", nil, nil])
            #expect(jobs.map(\.reason) == [.failed, nil, nil, nil])
            #expect(jobs.map(\.lastError) == ["boom", nil, nil, nil])
        }
    }

    @Test("lists only the jobs that match the filter", arguments: JobState.allCases)
    func filters(_ state: JobState) async throws {
        try await JobAdminFixture.with { fixture in
            var keys: [JobState: JobID] = [:]
            keys[.dead] = try await fixture.deadLetter()
            keys[.running] = try await fixture.enqueue()
            try await fixture.claim()
            keys[.scheduled] = try await fixture.schedule()
            keys[.waiting] = try await fixture.enqueue()
            try await fixture.enqueue(JobAdminFixture.OtherJob())
            try await fixture.enqueue(JobAdminFixture.TestJob(), JobOptions(queue: "other"))
            let filter = JobFilter(state: state, queue: "default", kind: "test")
            #expect(try await fixture.admin.list(filter).map(\.id) == [keys[state]])
            #expect(try await fixture.admin.list(JobFilter(queue: "nowhere")).isEmpty)
        }
    }

    @Test("lists the newest jobs where there are more than the limit")
    func limit() async throws {
        try await JobAdminFixture.with { fixture in
            _ = try await fixture.deadLetter()
            let later = try await fixture.schedule()
            let soon = try await fixture.enqueue()
            #expect(try await fixture.admin.list(limit: 2).map(\.id) == [soon, later])
            #expect(try await fixture.admin.list(JobFilter(state: .scheduled), limit: 1).map(\.id) == [later])
        }
    }

    @Test("shows a dead or waiting job with its payload and all its errors")
    func show() async throws {
        try await JobAdminFixture.with { fixture in
            let dead = try await fixture.deadLetter(JobAdminFixture.TestJob(number: 7))
            let detail = try await fixture.admin.show(dead)
            #expect(detail.payload == #"{"number": 7}"#)
            #expect(detail.errors.map(\.message) == ["boom"])
            #expect(detail.errors.map(\.attempt) == [1])
            let waiting = try await fixture.enqueue()
            #expect(try await fixture.admin.show(waiting).errors.isEmpty)
            await #expect(throws: JobRefusal.unknown(JobID(999))) { try await fixture.admin.show(JobID(999)) }
        }
    }

    @Test("lists the latest dead jobs first")
    func lastDead() async throws {
        try await JobAdminFixture.with { fixture in
            let first = try await fixture.deadLetter()
            let second = try await fixture.deadLetter()
            #expect(try await fixture.admin.lastDead(10).map(\.id) == [second, first])
            #expect(try await fixture.admin.lastDead(1).map(\.id) == [second])
        }
    }

    @Test("lists recurring jobs with their next times, or none where the entry is invalid")
    func schedules() async throws {
        try await JobAdminFixture.with { fixture in
            let nightly = try CronJob(
                "nightly", "30 2 * * *", in: "America/Los_Angeles", enqueues: JobAdminFixture.TestJob())
            try await CronStore(database: fixture.database).declare([nightly])
            try await fixture.database.query(
                """
                INSERT INTO job_cron (key, schedule, time_zone, queue, kind, payload, priority, max_attempts)
                VALUES ('strange', 'at full moon', 'UTC', 'default', 'test', '{}', 2, 10)
                """)
            let schedules = try await fixture.admin.schedules()
            #expect(schedules.map(\.key) == ["nightly", "strange"])
            let next = schedules[0].next(3, after: try instant("2026-11-23T00:00:00Z")).map(\.utc)
            #expect(next == ["2026-11-23T10:30:00Z", "2026-11-24T10:30:00Z", "2026-11-25T10:30:00Z"])
            #expect(schedules[1].next(3, after: .distantPast).isEmpty)
        }
    }
}
