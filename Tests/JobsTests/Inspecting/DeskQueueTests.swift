import Foundation
import JobsTesting
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Paused queues")
struct DeskQueueTests {
    @Test("no job is claimed from a paused queue until it is resumed; other queues are not affected")
    func pause() async throws {
        try await DeskScene.with { scene in
            let job = try await scene.enqueue()
            let other = try await scene.enqueue(DeskScene.Errand(), JobOptions(queue: "other"))
            try await scene.desk.pause("default")
            #expect(try await scene.claim().isEmpty)
            #expect(try await scene.claim("other").map(\.lease.id) == [other])
            #expect(try await scene.desk.resume("default"))
            #expect(try await scene.claim().map(\.lease.id) == [job])
        }
    }

    @Test("pausing again keeps the first time, and resuming again has no effect")
    func again() async throws {
        try await DeskScene.with { scene in
            let since = try await scene.desk.pause("default")
            #expect(try await scene.desk.pause("default") == since)
            #expect(try await scene.desk.resume("default"))
            #expect(try await scene.desk.resume("default") == false)
            #expect(try await scene.desk.statistics().queues.isEmpty)
        }
    }

    @Test("resuming a queue wakes its runners", .timeLimit(.minutes(30)))
    func wakeUp() async throws {
        try await DeskScene.with { scene in
            try await scene.listening {
                try await scene.desk.pause("default")
                try await scene.searching { try await scene.enqueue() }
                try await scene.desk.resume("default")
                try await wait(until: "the job is done") { try await scene.yard.isEmpty() }
            }
        }
    }

    @Test("pausing and resuming a queue keep its rate limit")
    func rate() async throws {
        try await DeskScene.with { scene in
            let rate = JobRunner.Rate(10, per: .seconds(60))
            try await scene.runner(queues: "default", rate: rate)
            let since = try await scene.desk.pause("default")
            let paused = try await scene.desk.statistics().queues
            #expect(paused.map(\.pausedAt) == [since])
            try await scene.desk.resume("default")
            let resumed = try await scene.desk.statistics().queues
            #expect(resumed.map(\.pausedAt) == [nil])
            #expect((paused + resumed).map(\.rate) == [rate, rate])
        }
    }
}

@Suite("Pruning")
struct DeskPruningTests {
    @Test("deletes old dead jobs, old runners and expired periods")
    func prune() async throws {
        try await DeskScene.with { scene in
            let (old, young) = (try await scene.die(), try await scene.die())
            try await scene.database.query(
                "UPDATE job_dead SET died_at = now() - interval '8 days' WHERE id = \(old.value)")
            try await scene.database.query("DELETE FROM job_runner")
            try await scene.insertRunners()
            try await scene.database.query(
                "INSERT INTO job_period VALUES ('over', now()), ('open', now() + interval '1 hour')")
            let pruning = try await scene.desk.prune(deadFor: .seconds(7 * 86_400))
            #expect(pruning == JobAdmin.Pruning(dead: 1, runners: 2, periods: 1))
            #expect(try await scene.desk.list().map(\.id) == [young])
            let remaining = try await scene.database.query(
                "SELECT name FROM job_runner UNION ALL SELECT unique_key FROM job_period ORDER BY 1")
            #expect(try remaining.decode(String.self) == ["alive", "gone", "lost", "open"])
            #expect(try await scene.desk.prune() == JobAdmin.Pruning())
        }
    }
}

extension DeskScene {
    /// Inserts active runners, runners that ended or whose lease ended recently, and others that did two days ago.
    fileprivate func insertRunners() async throws {
        try await database.query(
            """
            INSERT INTO job_runner (name, queues, lease_until, gone_at)
            VALUES ('alive', '{}', now() + interval '1 hour', NULL),
                   ('gone', '{}', now() - interval '2 days', now()),
                   ('lost', '{}', now() - interval '1 hour', NULL),
                   ('gone long', '{}', now() - interval '2 days', now() - interval '2 days'),
                   ('lost long', '{}', now() - interval '2 days', NULL)
            """)
    }
}
