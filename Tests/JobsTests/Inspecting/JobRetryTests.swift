import Foundation
import JobsTesting
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Retrying jobs")
struct JobRetryTests {
    @Test("a dead job waits again with the same ID, without failures, and keeps its errors")
    func retry() async throws {
        try await JobAdminFixture.with { fixture in
            let job = try await fixture.deadLetter()
            let before = try await fixture.admin.show(job)
            #expect(try await fixture.admin.retry([job]) == JobAdmin.RetryResult(retried: [job]))
            let after = try await fixture.admin.show(job)
            #expect(after.entry.state == .waiting)
            #expect(after.entry.attempt == 0)
            #expect(after.entry.crashes == 0)
            #expect(after.entry.enqueuedAt == before.entry.enqueuedAt)
            #expect(after.errors == before.errors)
            #expect(try await fixture.claim().map(\.lease.id) == [job])
        }
    }

    @Test("a scheduled job is due immediately")
    func scheduled() async throws {
        try await JobAdminFixture.with { fixture in
            let job = try await fixture.schedule()
            try await fixture.admin.retry([job])
            #expect(try await fixture.claim().map(\.lease.id) == [job])
        }
    }

    @Test("a retry wakes the runners", .timeLimit(.minutes(30)), arguments: [false, true])
    func wakeUp(_ isOneOfAll: Bool) async throws {
        try await JobAdminFixture.with { fixture in
            let job = try await fixture.deadLetter()
            try await fixture.listening {
                if isOneOfAll { _ = try await fixture.admin.retryAll() } else { try await fixture.admin.retry([job]) }
                try await wait(until: "the job is done") { try await fixture.queue.isEmpty() }
            }
        }
    }

    @Test("rejects a waiting, running or unknown job, and then retries none of the jobs")
    func refused() async throws {
        try await JobAdminFixture.with { fixture in
            let dead = try await fixture.deadLetter()
            let running = try await fixture.enqueue()
            try await fixture.claim()
            let waiting = try await fixture.enqueue()
            let scheduled = try await fixture.schedule()
            let before = try await fixture.contents()
            await #expect(throws: JobRefusal.notDead(waiting, .waiting)) {
                try await fixture.admin.retry([dead, scheduled, waiting])
            }
            await #expect(throws: JobRefusal.notDead(running, .running)) {
                try await fixture.admin.retry([dead, scheduled, running])
            }
            await #expect(throws: JobRefusal.unknown(JobID(999))) {
                try await fixture.admin.retry([dead, scheduled, JobID(999)])
            }
            #expect(try await fixture.contents() == before)
        }
    }

    @Test("rejects a job whose unique key is in use")
    func keyTaken() async throws {
        try await JobAdminFixture.with { fixture in
            let options = JobOptions(uniqueness: .whileQueued("the key"))
            let dead = try await fixture.deadLetter(JobAdminFixture.TestJob(), options)
            let other = try await fixture.schedule(key: "the key")
            let before = try await fixture.contents()
            await #expect(throws: JobRefusal.keyTaken(dead, by: other)) { try await fixture.admin.retry([dead]) }
            #expect(try await fixture.contents() == before)
        }
    }

    @Test("retries all dead jobs, but only the first of those with the same unique key")
    func all() async throws {
        try await JobAdminFixture.with { fixture in
            let options = JobOptions(uniqueness: .whileQueued("the key"))
            let first = try await fixture.deadLetter(JobAdminFixture.TestJob(), options)
            let second = try await fixture.deadLetter(JobAdminFixture.TestJob(), options)
            let third = try await fixture.deadLetter()
            let retryResult = try await fixture.admin.retryAll()
            #expect(retryResult == JobAdmin.RetryResult(retried: [first, third], keyTaken: [second]))
            #expect(try await fixture.admin.list(JobFilter(state: .dead)).map(\.id) == [second])
        }
    }

    @Test("retries the dead jobs of a queue and a kind")
    func some() async throws {
        try await JobAdminFixture.with { fixture in
            let job = try await fixture.deadLetter()
            let chore = try await fixture.deadLetter(JobAdminFixture.OtherJob())
            let elsewhere = try await fixture.deadLetter(JobAdminFixture.OtherJob(), JobOptions(queue: "other"))
            #expect(try await fixture.admin.retryAll(JobFilter(queue: "nowhere")).retried.isEmpty)
            #expect(try await fixture.admin.retryAll(JobFilter(queue: "default", kind: "chore")).retried == [chore])
            #expect(try await fixture.admin.retryAll(JobFilter(queue: "other")).retried == [elsewhere])
            #expect(try await fixture.admin.list(JobFilter(state: .dead)).map(\.id) == [job])
        }
    }

    @Test("retries and discards more jobs than the limit of one transaction")
    func many() async throws {
        try await JobAdminFixture.with { fixture in
            let count = 2 * JobAdmin.batchLimit + 1
            let key = try await fixture.deadLetter(
                JobAdminFixture.TestJob(), JobOptions(uniqueness: .whileQueued("the key")))
            try await fixture.copyDead(key, times: count - 1)
            let retryResult = try await fixture.admin.retryAll()
            #expect(retryResult.retried == [key])
            #expect(retryResult.keyTaken.count == count - 1)
            #expect(try await fixture.admin.countDead() == count - 1)
            #expect(try await fixture.admin.discardAll().count == count - 1)
            #expect(try await fixture.admin.countDead() == 0)
        }
    }
}

@Suite("Discarding jobs")
struct JobDiscardTests {
    @Test("deletes a dead job permanently")
    func discard() async throws {
        try await JobAdminFixture.with { fixture in
            let (job, other) = (try await fixture.deadLetter(), try await fixture.deadLetter())
            try await fixture.admin.discard([job])
            await #expect(throws: JobRefusal.unknown(job)) { try await fixture.admin.show(job) }
            #expect(try await fixture.entry(other).state == .dead)
        }
    }

    @Test("rejects a scheduled or unknown job, and then discards none of the jobs")
    func refused() async throws {
        try await JobAdminFixture.with { fixture in
            let dead = try await fixture.deadLetter()
            let scheduled = try await fixture.schedule()
            let before = try await fixture.contents()
            await #expect(throws: JobRefusal.notDead(scheduled, .scheduled)) {
                try await fixture.admin.discard([dead, scheduled])
            }
            await #expect(throws: JobRefusal.unknown(JobID(999))) {
                try await fixture.admin.discard([dead, JobID(999)])
            }
            #expect(try await fixture.contents() == before)
        }
    }

    @Test("discards the dead jobs of a kind")
    func some() async throws {
        try await JobAdminFixture.with { fixture in
            let job = try await fixture.deadLetter()
            let chore = try await fixture.deadLetter(JobAdminFixture.OtherJob())
            #expect(try await fixture.admin.countDead(JobFilter(kind: "chore")) == 1)
            #expect(try await fixture.admin.discardAll(JobFilter(kind: "chore")) == [chore])
            #expect(try await fixture.admin.list().map(\.id) == [job])
        }
    }
}

extension JobAdminFixture {
    /// Copies a dead job under other IDs.
    fileprivate func copyDead(_ job: JobID, times: Int) async throws {
        try await database.query(
            """
            INSERT INTO job_dead (
                id, queue, kind, payload, priority, run_at, max_attempts, unique_key, enqueued_at, failures, crashes,
                reason)
            SELECT id + number, queue, kind, payload, priority, run_at, max_attempts, unique_key, enqueued_at, failures,
                   crashes, reason
            FROM job_dead, generate_series(1, \(Int32(times))) AS number
            WHERE id = \(job.value)
            """)
    }
}
