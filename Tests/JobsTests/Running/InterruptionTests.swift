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
        try await withYard { yard in
            try await yard.enqueue([Note("slow"), Note("quick")])
            let seen = Seen<String>()
            let handlers = JobHandlers.forNotes(timeout: .milliseconds(20)) { note, _ in
                if note.text == "slow" { try await Task.sleep(for: .seconds(3600)) }
                seen.note(note.text)
            }
            try await yard.withRunner(handlers) { _ in
                try await seen.wait(for: "quick")
                try await wait(until: "the slow one waits") { try await yard.jobs().map(\.isWaiting) == [true] }
                let job = try #require(try await yard.jobs().first)
                #expect(job.failures == 1 && job.errors.first?.hasPrefix("timed out after") == true)
            }
        }
    }

    @Test("a handler that does not end is abandoned, and its late completion is rejected")
    func hanging() async throws {
        try await withYard { yard in
            try await yard.enqueue(Note("hangs"))
            try await yard.enqueue(Letter("goes on"))
            let (seen, latch, thrown) = (Seen<String>(), Latch(), Seen<String>())
            var handlers = JobHandlers.forNotes(timeout: .milliseconds(20)) { _, context in
                await latch.wait()
                // A cancelled task cannot run a query, so this handler completes the job in another task.
                await Task {
                    do {
                        try await yard.database.transaction { try await context.complete(on: $0) }
                    } catch {
                        thrown.note("\(error)")
                    }
                }.value
                seen.note("late")
            }
            handlers.handle(Letter.self) { letter, _ in seen.note(letter.text) }
            try await yard.withRunner(handlers, configure: { $0.cancellationPeriod = .milliseconds(20) }) { _ in
                try await seen.wait(for: "goes on")
                try await wait(until: "it waits for another try") { try await yard.jobs().map(\.isWaiting) == [true] }
                latch.open()
                try await seen.wait(for: "late")
                #expect(thrown.all.first?.contains("taken over") == true)
                let job = try #require(try await yard.jobs().first)
                #expect(job.failures == 1 && job.isWaiting)
            }
            try await yard.database.query("UPDATE job SET run_at = now()")
            try await yard.drain(.forNotes { note, context in seen.note("\(note.text), attempt \(context.attempt)") })
            #expect(seen.all == ["goes on", "late", "hangs, attempt 2"])
            #expect(try await yard.isEmpty())
        }
    }

    @Test("a handler that returns after its timeout, within the cancellation period, completes its job")
    func late() async throws {
        try await withYard { yard in
            try await yard.enqueue(Note("late"))
            let handlers = JobHandlers.forNotes(timeout: .milliseconds(20)) { _, _ in
                try? await Task.sleep(for: .seconds(3600))
            }
            try await yard.withRunner(handlers, configure: { $0.cancellationPeriod = .seconds(60) }) { _ in
                try await wait(until: "it is done") { try await yard.isEmpty() }
            }
            #expect(try await yard.dead().isEmpty)
        }
    }

    @Test("a job is dead as cancelled, whatever error its handler throws on cancellation")
    func cancelled() async throws {
        try await withYard { yard in
            try await yard.enqueue(Note("unwanted"))
            let seen = Seen<String>()
            let handlers = JobHandlers.forNotes { _, _ in
                seen.note("begun")
                do {
                    try await Task.sleep(for: .seconds(3600))
                } catch {
                    throw Mishap("something of its own")
                }
            }
            try await yard.withRunner(handlers) { _ in
                try await seen.wait(for: "begun")
                try await yard.database.query("UPDATE job SET cancel_requested = true")
                try await wait(until: "it is dead") { try await yard.dead().map(\.reason) == ["cancelled"] }
            }
            #expect(try await yard.isEmpty())
            #expect(try await yard.dead().map(\.failures) == [0])
        }
    }

    @Test("the other jobs of a cancelled job's batch are released unchanged")
    func others() async throws {
        try await withYard { yard in
            try await yard.enqueue((0..<5).map { Note("\($0)") })
            let batches = Seen<[String]>()
            let handlers = JobHandlers.forBatches(upTo: 5) { batch in
                batches.note(batch.map(\.payload.text))
                if batches.count == 1 { try await Task.sleep(for: .seconds(3600)) }
                return batch.map { _ in .done }
            }
            try await yard.withRunner(handlers) { _ in
                try await batches.wait(for: (0..<5).map(String.init))
                try await yard.database.query(
                    "UPDATE job SET cancel_requested = true WHERE payload ->> 'text' = '2'")
                try await wait(until: "all have come to their end") { try await yard.isEmpty() }
            }
            #expect(Set(batches.all.dropFirst().flatMap { $0 }) == ["0", "1", "3", "4"])
            #expect(try await yard.dead().map(\.reason) == ["cancelled"])
        }
    }

    @Test("a prefetched job that is cancelled is never started")
    func ready() async throws {
        try await withYard { yard in
            try await yard.enqueue((0..<3).map { Note("\($0)") })
            let (seen, latch) = (Seen<String>(), Latch())
            let handlers = JobHandlers.forNotes { note, _ in
                seen.note(note.text)
                await latch.wait()
            }
            try await yard.withRunner(handlers, configure: { $0.prefetch = .fixed(10) }) { _ in
                try await wait(until: "the others lie ready") {
                    let areClaimed = try await yard.jobs().allSatisfy { !$0.isWaiting }
                    return areClaimed && seen.count == 1
                }
                try await yard.database.query(
                    "UPDATE job SET cancel_requested = true WHERE payload ->> 'text' = '1'")
                try await wait(until: "it is dead") { try await yard.dead().map(\.reason) == ["cancelled"] }
                latch.open()
                try await wait(until: "the others are done") { try await yard.isEmpty() }
            }
            #expect(seen.all == ["0", "2"])
        }
    }

    @Test("a requested cancellation takes precedence over a retry or snooze", arguments: ["retry", "release"])
    func requestedMeanwhile(outcome: String) async throws {
        try await withYard { yard in
            try await yard.enqueue(Note("unwanted"))
            try await yard.drain(
                .forNotes { _, _ in
                    try await yard.database.query("UPDATE job SET cancel_requested = true")
                    throw outcome == "retry"
                        ? JobInterruption.retry(after: .zero, because: "no") : JobInterruption.snooze(.zero)
                })
            #expect(try await yard.isEmpty())
            #expect(try await yard.dead().map(\.reason) == ["cancelled"])
        }
    }
}
