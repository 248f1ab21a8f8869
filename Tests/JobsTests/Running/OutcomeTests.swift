import Foundation
import JobsTesting
import Postgres
import SeededRandom
import Testing

@testable import Jobs

@Suite("Outcomes of jobs")
struct OutcomeTests {
    @Test("a completed job is deleted", arguments: [JobHandlers.Acknowledgement.atOnce, .withNextClaim])
    func done(acknowledgement: JobHandlers.Acknowledgement) async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue((0..<50).map { NoteJob("\($0)") })
            let seen = EventLog<String>()
            try await fixture.drain(
                .forNotes(acknowledgement: acknowledgement) { note, _ in seen.note(note.text) },
                configure: { $0.queues[0].concurrency = 3 })
            #expect(Set(seen.all).count == 50 && seen.count == 50)
            #expect(try await fixture.isEmpty())
            #expect(try await fixture.dead().isEmpty)
            #expect(try await fixture.number("SELECT completed FROM job_runner") == 50)
        }
    }

    @Test("a failed job is retried after a delay, and its error is kept")
    func failure() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue(NoteJob("no"))
            try await fixture.drain(.forNotes { _, _ in throw HandlerError("the sun\0 shone") }) {
                $0.poll = .seconds(1)
            }
            let job = try #require(try await fixture.jobs().first)
            #expect(job.isWaiting && job.failures == 1 && job.crashes == 0)
            #expect(job.errors == ["the sun\u{FFFD} shone"], "a NUL character in the error is replaced")
            #expect(job.dueIn > 15, "the delay follows the runner's configuration")
            #expect(try await fixture.number("SELECT failed FROM job_runner") == 1)
        }
    }

    @Test("the bound of the delay doubles with each failure up to a cap, and delays cover the range")
    func backoff() {
        let backoff = JobRunner.Configuration(name: "any", queues: []).backoff
        #expect(backoff.bound(afterFailures: 1) == .seconds(15))
        #expect(backoff.bound(afterFailures: 2) == .seconds(30))
        #expect(backoff.bound(afterFailures: 8) == .seconds(1920))
        #expect(backoff.bound(afterFailures: 9) == .seconds(3600))
        #expect(backoff.bound(afterFailures: .max) == .seconds(3600))
        var generator = SeededGenerator(seed: 7)
        for failures in 1...10 {
            let bound = backoff.bound(afterFailures: failures)
            let waits = (0..<200).map { _ in backoff.delay(afterFailures: failures, using: &generator) }
            #expect(waits.allSatisfy { $0 >= .zero && $0 <= bound })
            #expect(waits.contains { $0 < bound * 0.1 } && waits.contains { $0 > bound * 0.9 })
        }
    }

    @Test("a handler can choose the delay of a retry")
    func chosenDelay() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue(NoteJob("later"))
            try await fixture.drain(
                .forNotes { _, _ in throw JobInterruption.retry(after: .seconds(500), because: "busy") })
            let job = try #require(try await fixture.jobs().first)
            #expect(job.failures == 1 && job.errors == ["busy"])
            #expect(job.dueIn > 400 && job.dueIn <= 500)
        }
    }

    @Test("a handler can snooze its job for any time without a failure")
    func snooze() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue([NoteJob("soon"), NoteJob("never")])
            try await fixture.drain(
                .forNotes { note, _ in throw JobInterruption.snooze(.seconds(note.text == "soon" ? 500 : 1e15)) })
            let jobs = try await fixture.jobs()
            #expect(jobs.map(\.failures) == [0, 0] && jobs.map(\.errors) == [[], []])
            #expect(jobs[0].dueIn > 400 && jobs[0].dueIn <= 500)
            #expect(jobs[1].dueIn > 1e9)
        }
    }

    @Test("a handler can dead-letter its job")
    func givingUp() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue(NoteJob("hopeless"))
            try await fixture.drain(.forNotes { _, _ in throw JobInterruption.giveUp(because: "no such person") })
            let dead = try #require(try await fixture.dead().first)
            #expect(dead.reason == "gave_up" && dead.failures == 1 && dead.errors == ["no such person"])
            #expect(try await fixture.isEmpty())
        }
    }

    @Test("a job that has reached its maximum of failures is dead, and keeps its errors")
    func tooManyFailures() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue(NoteJob("no"), JobOptions(maxAttempts: 3))
            let attempts = EventLog<Int>()
            try await fixture.drain(
                .forNotes { _, context in
                    attempts.note(context.attempt)
                    throw JobInterruption.retry(after: .zero, because: "attempt \(context.attempt)")
                })
            #expect(attempts.all == [1, 2, 3])
            let dead = try #require(try await fixture.dead().first)
            #expect(dead.reason == "failed" && dead.failures == 3 && dead.crashes == 0)
            #expect(dead.errors == ["attempt 1", "attempt 2", "attempt 3"])
            #expect(try await fixture.isEmpty())
        }
    }

    @Test("only the latest twenty errors are kept")
    func manyErrors() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue(NoteJob("no"), JobOptions(maxAttempts: 25))
            try await fixture.drain(
                .forNotes { _, context in throw JobInterruption.retry(after: .zero, because: "\(context.attempt)") })
            #expect(try await fixture.dead().first?.errors == (6...25).map(String.init))
        }
    }

    @Test("a job with an undecodable payload is dead, and the others run", arguments: [1, 10])
    func undecodable(batch: Int) async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue([NoteJob("before"), NoteJob("spoiled"), NoteJob("after")])
            try await fixture.database.query(
                "UPDATE job SET payload = '{\"text\": 7}' WHERE payload ->> 'text' = 'spoiled'")
            let seen = EventLog<String>()
            let handlers =
                batch == 1
                ? JobHandlers.forNotes { note, _ in seen.note(note.text) }
                : .forBatches(upTo: batch) { batch in
                    batch.forEach { seen.note($0.payload.text) }
                    return batch.map { _ in .done }
                }
            try await fixture.drain(handlers)
            #expect(seen.all == ["before", "after"])
            let dead = try await fixture.dead()
            #expect(dead.map(\.reason) == ["undecodable"])
            #expect(dead.first?.errors.first?.contains("payload cannot be read") == true)
            #expect(try await fixture.isEmpty())
        }
    }

    @Test("a job of a kind without a handler is left for other runners")
    func unknownKind() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue((0..<20).map { LetterJob("\($0)") })
            try await fixture.enqueue(NoteJob("known"))
            let seen = EventLog<String>()
            try await fixture.drain(.forNotes { note, _ in seen.note(note.text) })
            #expect(seen.all == ["known"])
            let left = try await fixture.jobs()
            #expect(
                left.count == 20 && left.allSatisfy { $0.kind == LetterJob.kind && $0.isWaiting && $0.failures == 0 })
        }
    }
}
