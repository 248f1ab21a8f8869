import Foundation
import JobsTesting
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Retrying jobs")
struct DeskRetryTests {
    @Test("a dead job waits again with the same ID, without failures, and keeps its errors")
    func retry() async throws {
        try await DeskScene.with { scene in
            let job = try await scene.die()
            let before = try await scene.desk.show(job)
            #expect(try await scene.desk.retry([job]) == JobAdmin.RetryResult(retried: [job]))
            let after = try await scene.desk.show(job)
            #expect(after.entry.state == .waiting)
            #expect(after.entry.attempt == 0)
            #expect(after.entry.crashes == 0)
            #expect(after.entry.enqueuedAt == before.entry.enqueuedAt)
            #expect(after.errors == before.errors)
            #expect(try await scene.claim().map(\.lease.id) == [job])
        }
    }

    @Test("a scheduled job is due immediately")
    func scheduled() async throws {
        try await DeskScene.with { scene in
            let job = try await scene.schedule()
            try await scene.desk.retry([job])
            #expect(try await scene.claim().map(\.lease.id) == [job])
        }
    }

    @Test("a retry wakes the runners", .timeLimit(.minutes(30)), arguments: [false, true])
    func wakeUp(_ isOneOfAll: Bool) async throws {
        try await DeskScene.with { scene in
            let job = try await scene.die()
            try await scene.listening {
                if isOneOfAll { _ = try await scene.desk.retryAll() } else { try await scene.desk.retry([job]) }
                try await wait(until: "the job is done") { try await scene.yard.isEmpty() }
            }
        }
    }

    @Test("rejects a waiting, running or unknown job, and then retries none of the jobs")
    func refused() async throws {
        try await DeskScene.with { scene in
            let dead = try await scene.die()
            let running = try await scene.enqueue()
            try await scene.claim()
            let waiting = try await scene.enqueue()
            let scheduled = try await scene.schedule()
            let before = try await scene.contents()
            await #expect(throws: JobRefusal.notDead(waiting, .waiting)) {
                try await scene.desk.retry([dead, scheduled, waiting])
            }
            await #expect(throws: JobRefusal.notDead(running, .running)) {
                try await scene.desk.retry([dead, scheduled, running])
            }
            await #expect(throws: JobRefusal.unknown(JobID(999))) {
                try await scene.desk.retry([dead, scheduled, JobID(999)])
            }
            #expect(try await scene.contents() == before)
        }
    }

    @Test("rejects a job whose unique key is in use")
    func keyTaken() async throws {
        try await DeskScene.with { scene in
            let options = JobOptions(uniqueness: .whileQueued("the key"))
            let dead = try await scene.die(DeskScene.Errand(), options)
            let other = try await scene.schedule(key: "the key")
            let before = try await scene.contents()
            await #expect(throws: JobRefusal.keyTaken(dead, by: other)) { try await scene.desk.retry([dead]) }
            #expect(try await scene.contents() == before)
        }
    }

    @Test("retries all dead jobs, but only the first of those with the same unique key")
    func all() async throws {
        try await DeskScene.with { scene in
            let options = JobOptions(uniqueness: .whileQueued("the key"))
            let first = try await scene.die(DeskScene.Errand(), options)
            let second = try await scene.die(DeskScene.Errand(), options)
            let third = try await scene.die()
            let retryResult = try await scene.desk.retryAll()
            #expect(retryResult == JobAdmin.RetryResult(retried: [first, third], keyTaken: [second]))
            #expect(try await scene.desk.list(JobFilter(state: .dead)).map(\.id) == [second])
        }
    }

    @Test("retries the dead jobs of a queue and a kind")
    func some() async throws {
        try await DeskScene.with { scene in
            let errand = try await scene.die()
            let chore = try await scene.die(DeskScene.Chore())
            let elsewhere = try await scene.die(DeskScene.Chore(), JobOptions(queue: "other"))
            #expect(try await scene.desk.retryAll(JobFilter(queue: "nowhere")).retried.isEmpty)
            #expect(try await scene.desk.retryAll(JobFilter(queue: "default", kind: "chore")).retried == [chore])
            #expect(try await scene.desk.retryAll(JobFilter(queue: "other")).retried == [elsewhere])
            #expect(try await scene.desk.list(JobFilter(state: .dead)).map(\.id) == [errand])
        }
    }

    @Test("retries and discards more jobs than the limit of one transaction")
    func many() async throws {
        try await DeskScene.with { scene in
            let count = 2 * JobAdmin.batchLimit + 1
            let key = try await scene.die(DeskScene.Errand(), JobOptions(uniqueness: .whileQueued("the key")))
            try await scene.copyDead(key, times: count - 1)
            let retryResult = try await scene.desk.retryAll()
            #expect(retryResult.retried == [key])
            #expect(retryResult.keyTaken.count == count - 1)
            #expect(try await scene.desk.countDead() == count - 1)
            #expect(try await scene.desk.discardAll().count == count - 1)
            #expect(try await scene.desk.countDead() == 0)
        }
    }
}

@Suite("Discarding jobs")
struct DeskDiscardTests {
    @Test("deletes a dead job permanently")
    func discard() async throws {
        try await DeskScene.with { scene in
            let (job, other) = (try await scene.die(), try await scene.die())
            try await scene.desk.discard([job])
            await #expect(throws: JobRefusal.unknown(job)) { try await scene.desk.show(job) }
            #expect(try await scene.entry(other).state == .dead)
        }
    }

    @Test("rejects a scheduled or unknown job, and then discards none of the jobs")
    func refused() async throws {
        try await DeskScene.with { scene in
            let dead = try await scene.die()
            let scheduled = try await scene.schedule()
            let before = try await scene.contents()
            await #expect(throws: JobRefusal.notDead(scheduled, .scheduled)) {
                try await scene.desk.discard([dead, scheduled])
            }
            await #expect(throws: JobRefusal.unknown(JobID(999))) { try await scene.desk.discard([dead, JobID(999)]) }
            #expect(try await scene.contents() == before)
        }
    }

    @Test("discards the dead jobs of a kind")
    func some() async throws {
        try await DeskScene.with { scene in
            let errand = try await scene.die()
            let chore = try await scene.die(DeskScene.Chore())
            #expect(try await scene.desk.countDead(JobFilter(kind: "chore")) == 1)
            #expect(try await scene.desk.discardAll(JobFilter(kind: "chore")) == [chore])
            #expect(try await scene.desk.list().map(\.id) == [errand])
        }
    }
}

extension DeskScene {
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
