import Foundation
import JobsTesting
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Paused queues")
struct PausedQueueTests {
    @Test("no job is claimed from a paused queue until it is resumed; other queues are not affected")
    func pause() async throws {
        try await JobAdminFixture.with { fixture in
            let job = try await fixture.enqueue()
            let other = try await fixture.enqueue(JobAdminFixture.TestJob(), JobOptions(queue: "other"))
            try await fixture.admin.pause("default")
            #expect(try await fixture.claim().isEmpty)
            #expect(try await fixture.claim("other").map(\.lease.id) == [other])
            #expect(try await fixture.admin.resume("default"))
            #expect(try await fixture.claim().map(\.lease.id) == [job])
        }
    }

    @Test("pausing again keeps the first time, and resuming again has no effect")
    func again() async throws {
        try await JobAdminFixture.with { fixture in
            let since = try await fixture.admin.pause("default")
            #expect(try await fixture.admin.pause("default") == since)
            #expect(try await fixture.admin.resume("default"))
            #expect(try await fixture.admin.resume("default") == false)
            #expect(try await fixture.admin.statistics().queues.isEmpty)
        }
    }

    @Test("resuming a queue wakes its runners", .timeLimit(.minutes(30)))
    func wakeUp() async throws {
        try await JobAdminFixture.with { fixture in
            try await fixture.listening {
                try await fixture.admin.pause("default")
                try await fixture.searching { try await fixture.enqueue() }
                try await fixture.admin.resume("default")
                try await wait(until: "the job is done") { try await fixture.queue.isEmpty() }
            }
        }
    }

    @Test("pausing and resuming a queue keep its rate limit")
    func rate() async throws {
        try await JobAdminFixture.with { fixture in
            let rate = JobRunner.Rate(10, per: .seconds(60))
            try await fixture.runner(queues: "default", rate: rate)
            let since = try await fixture.admin.pause("default")
            let paused = try await fixture.admin.statistics().queues
            #expect(paused.map(\.pausedAt) == [since])
            try await fixture.admin.resume("default")
            let resumed = try await fixture.admin.statistics().queues
            #expect(resumed.map(\.pausedAt) == [nil])
            #expect((paused + resumed).map(\.rate) == [rate, rate])
        }
    }
}

@Suite("Pruning")
struct JobPruningTests {
    @Test("deletes old dead jobs, old runners and expired periods")
    func prune() async throws {
        try await JobAdminFixture.with { fixture in
            let (old, young) = (try await fixture.deadLetter(), try await fixture.deadLetter())
            try await fixture.database.query(
                "UPDATE job_dead SET died_at = now() - interval '8 days' WHERE id = \(old.value)")
            try await fixture.database.query("DELETE FROM job_runner")
            try await fixture.insertRunners()
            try await fixture.database.query(
                "INSERT INTO job_period VALUES ('over', now()), ('open', now() + interval '1 hour')")
            let pruning = try await fixture.admin.prune(deadFor: .seconds(7 * 86_400))
            #expect(pruning == JobAdmin.Pruning(dead: 1, runners: 2, periods: 1))
            #expect(try await fixture.admin.list().map(\.id) == [young])
            let remaining = try await fixture.database.query(
                "SELECT name FROM job_runner UNION ALL SELECT unique_key FROM job_period ORDER BY 1")
            #expect(try remaining.decode(String.self) == ["alive", "gone", "lost", "open"])
            #expect(try await fixture.admin.prune() == JobAdmin.Pruning())
        }
    }
}

extension JobAdminFixture {
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
