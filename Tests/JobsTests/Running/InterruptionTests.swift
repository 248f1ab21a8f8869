import Foundation
import JobsTesting
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Interruption of handlers")
struct InterruptionTests {
    @Test("a handler that exceeds its timeout has failed, and another job can start")
    func timeout() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue([NoteJob("slow"), NoteJob("quick")])
            let seen = EventLog<String>()
            let handlers = JobHandlers.forNotes(timeout: .milliseconds(20)) { note, _ in
                if note.text == "slow" { try await Task.sleep(for: .seconds(3600)) }
                seen.note(note.text)
            }
            try await fixture.withRunner(handlers) { _ in
                try await seen.wait(for: "quick")
                try await wait(until: "the slow job is waiting") { try await fixture.jobs().map(\.isWaiting) == [true] }
                let job = try #require(try await fixture.jobs().first)
                #expect(job.failures == 1 && job.errors.first?.hasPrefix("timed out after") == true)
            }
        }
    }

    @Test("a handler that does not end is abandoned, and its late completion is rejected")
    func hanging() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue(NoteJob("hangs"))
            try await fixture.enqueue(LetterJob("goes on"))
            let (seen, latch, thrown) = (EventLog<String>(), Latch(), EventLog<String>())
            var handlers = JobHandlers.forNotes(timeout: .milliseconds(20)) { _, context in
                await latch.wait()
                // A cancelled task cannot run a query, so this handler completes the job in another task.
                await Task {
                    do {
                        try await fixture.database.transaction { try await context.complete(on: $0) }
                    } catch {
                        thrown.note("\(error)")
                    }
                }.value
                seen.note("late")
            }
            handlers.handle(LetterJob.self) { letter, _ in seen.note(letter.text) }
            try await fixture.withRunner(handlers, configure: { $0.cancellationPeriod = .milliseconds(20) }) { _ in
                try await seen.wait(for: "goes on")
                try await wait(until: "the job waits for a retry") {
                    try await fixture.jobs().map(\.isWaiting) == [true]
                }
                latch.open()
                try await seen.wait(for: "late")
                #expect(thrown.all.first?.contains("taken over") == true)
                let job = try #require(try await fixture.jobs().first)
                #expect(job.failures == 1 && job.isWaiting)
            }
            try await fixture.database.query("UPDATE job SET run_at = now()")
            try await fixture.drain(
                .forNotes { note, context in seen.note("\(note.text), attempt \(context.attempt)") })
            #expect(seen.all == ["goes on", "late", "hangs, attempt 2"])
            #expect(try await fixture.isEmpty())
        }
    }

    @Test("a handler that returns after its timeout, within the cancellation period, completes its job")
    func late() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue(NoteJob("late"))
            let handlers = JobHandlers.forNotes(timeout: .milliseconds(20)) { _, _ in
                try? await Task.sleep(for: .seconds(3600))
            }
            try await fixture.withRunner(handlers, configure: { $0.cancellationPeriod = .seconds(60) }) { _ in
                try await wait(until: "the job is done") { try await fixture.isEmpty() }
            }
            #expect(try await fixture.dead().isEmpty)
        }
    }

    @Test("a job is dead as cancelled, whatever error its handler throws on cancellation")
    func cancelled() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue(NoteJob("unwanted"))
            let seen = EventLog<String>()
            let handlers = JobHandlers.forNotes { _, _ in
                seen.note("begun")
                do {
                    try await Task.sleep(for: .seconds(3600))
                } catch {
                    throw HandlerError("something of its own")
                }
            }
            try await fixture.withRunner(handlers) { _ in
                try await seen.wait(for: "begun")
                try await fixture.database.query("UPDATE job SET cancel_requested = true")
                try await wait(until: "the job is dead") { try await fixture.dead().map(\.reason) == ["cancelled"] }
            }
            #expect(try await fixture.isEmpty())
            #expect(try await fixture.dead().map(\.failures) == [0])
        }
    }

    @Test("the other jobs of a cancelled job's batch are released unchanged")
    func others() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue((0..<5).map { NoteJob("\($0)") })
            let batches = EventLog<[String]>()
            let handlers = JobHandlers.forBatches(upTo: 5) { batch in
                batches.note(batch.map(\.payload.text))
                if batches.count == 1 { try await Task.sleep(for: .seconds(3600)) }
                return batch.map { _ in .done }
            }
            try await fixture.withRunner(handlers) { _ in
                try await batches.wait(for: (0..<5).map(String.init))
                try await fixture.database.query(
                    "UPDATE job SET cancel_requested = true WHERE payload ->> 'text' = '2'")
                try await wait(until: "all jobs are done or dead") { try await fixture.isEmpty() }
            }
            #expect(Set(batches.all.dropFirst().flatMap { $0 }) == ["0", "1", "3", "4"])
            #expect(try await fixture.dead().map(\.reason) == ["cancelled"])
        }
    }

    @Test("a prefetched job that is cancelled is never started")
    func ready() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue((0..<3).map { NoteJob("\($0)") })
            let (seen, latch) = (EventLog<String>(), Latch())
            let handlers = JobHandlers.forNotes { note, _ in
                seen.note(note.text)
                await latch.wait()
            }
            try await fixture.withRunner(handlers, configure: { $0.prefetch = .fixed(10) }) { _ in
                try await wait(until: "the other jobs are prefetched") {
                    let areClaimed = try await fixture.jobs().allSatisfy { !$0.isWaiting }
                    return areClaimed && seen.count == 1
                }
                try await fixture.database.query(
                    "UPDATE job SET cancel_requested = true WHERE payload ->> 'text' = '1'")
                try await wait(until: "the job is dead") { try await fixture.dead().map(\.reason) == ["cancelled"] }
                latch.open()
                try await wait(until: "the other jobs are done") { try await fixture.isEmpty() }
            }
            #expect(seen.all == ["0", "2"])
        }
    }

    @Test("a requested cancellation takes precedence over a retry or snooze", arguments: ["retry", "release"])
    func requestedMeanwhile(outcome: String) async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue(NoteJob("unwanted"))
            try await fixture.drain(
                .forNotes { _, _ in
                    try await fixture.database.query("UPDATE job SET cancel_requested = true")
                    throw outcome == "retry"
                        ? JobInterruption.retry(after: .zero, because: "no") : JobInterruption.snooze(.zero)
                })
            #expect(try await fixture.isEmpty())
            #expect(try await fixture.dead().map(\.reason) == ["cancelled"])
        }
    }
}
