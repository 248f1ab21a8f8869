import Foundation
import Postgres
import Testing

@testable import Jobs

@Suite("Listing jobs and schedules")
struct DeskReadingTests {
    @Test("lists jobs of all states by due time")
    func states() async throws {
        try await DeskScene.with { scene in
            let dead = try await scene.die()
            let running = try await scene.enqueue()
            try await scene.claim()
            let scheduled = try await scene.schedule()
            let waiting = try await scene.enqueue()
            let jobs = try await scene.desk.list()
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
        try await DeskScene.with { scene in
            var keys: [JobState: JobID] = [:]
            keys[.dead] = try await scene.die()
            keys[.running] = try await scene.enqueue()
            try await scene.claim()
            keys[.scheduled] = try await scene.schedule()
            keys[.waiting] = try await scene.enqueue()
            try await scene.enqueue(DeskScene.Chore())
            try await scene.enqueue(DeskScene.Errand(), JobOptions(queue: "other"))
            let filter = JobFilter(state: state, queue: "default", kind: "errand")
            #expect(try await scene.desk.list(filter).map(\.id) == [keys[state]])
            #expect(try await scene.desk.list(JobFilter(queue: "nowhere")).isEmpty)
        }
    }

    @Test("lists the newest jobs where there are more than the limit")
    func limit() async throws {
        try await DeskScene.with { scene in
            _ = try await scene.die()
            let later = try await scene.schedule()
            let soon = try await scene.enqueue()
            #expect(try await scene.desk.list(limit: 2).map(\.id) == [soon, later])
            #expect(try await scene.desk.list(JobFilter(state: .scheduled), limit: 1).map(\.id) == [later])
        }
    }

    @Test("shows a dead or waiting job with its payload and all its errors")
    func show() async throws {
        try await DeskScene.with { scene in
            let dead = try await scene.die(DeskScene.Errand(number: 7))
            let detail = try await scene.desk.show(dead)
            #expect(detail.payload == #"{"number": 7}"#)
            #expect(detail.errors.map(\.message) == ["boom"])
            #expect(detail.errors.map(\.attempt) == [1])
            let waiting = try await scene.enqueue()
            #expect(try await scene.desk.show(waiting).errors.isEmpty)
            await #expect(throws: JobRefusal.unknown(JobID(999))) { try await scene.desk.show(JobID(999)) }
        }
    }

    @Test("lists the latest dead jobs first")
    func lastDead() async throws {
        try await DeskScene.with { scene in
            let first = try await scene.die()
            let second = try await scene.die()
            #expect(try await scene.desk.lastDead(10).map(\.id) == [second, first])
            #expect(try await scene.desk.lastDead(1).map(\.id) == [second])
        }
    }

    @Test("lists recurring jobs with their next times, or none where the entry is invalid")
    func schedules() async throws {
        try await DeskScene.with { scene in
            let nightly = try CronJob("nightly", "30 2 * * *", in: "America/Los_Angeles", enqueues: DeskScene.Errand())
            try await CronStore(database: scene.database).declare([nightly])
            try await scene.database.query(
                """
                INSERT INTO job_cron (key, schedule, time_zone, queue, kind, payload, priority, max_attempts)
                VALUES ('strange', 'at full moon', 'UTC', 'default', 'errand', '{}', 2, 10)
                """)
            let schedules = try await scene.desk.schedules()
            #expect(schedules.map(\.key) == ["nightly", "strange"])
            let next = schedules[0].next(3, after: try instant("2026-11-23T00:00:00Z")).map(\.utc)
            #expect(next == ["2026-11-23T10:30:00Z", "2026-11-24T10:30:00Z", "2026-11-25T10:30:00Z"])
            #expect(schedules[1].next(3, after: .distantPast).isEmpty)
        }
    }
}
