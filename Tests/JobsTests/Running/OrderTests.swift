import JobsTesting
import Postgres
import Testing

@testable import Jobs

@Suite("Order of jobs")
struct OrderTests {
    @Test("jobs run by priority, not in the order in which they were enqueued")
    func priority() async throws {
        try await withJobFixture { fixture in
            for priority in JobPriority.allCases.reversed() {
                try await fixture.enqueue(NoteJob("\(priority)"), JobOptions(priority: priority))
            }
            let seen = EventLog<String>()
            try await fixture.drain(.forNotes { note, _ in seen.note(note.text) })
            #expect(seen.all == ["urgent", "normal", "low", "idle"])
        }
    }

    @Test("jobs of equal priority run by due time")
    func time() async throws {
        try await withJobFixture { fixture in
            let ids = try await fixture.enqueue((0..<20).map { NoteJob("\($0)") })
            try await fixture.database.query("UPDATE job SET run_at = now() - id * interval '1 second'")
            let seen = EventLog<JobID>()
            try await fixture.drain(.forNotes { _, context in seen.note(context.id) })
            #expect(seen.all == ids.reversed())
        }
    }

    @Test("urgent jobs do not starve an idle one, since every fourth claim ignores priorities")
    func starvation() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue(NoteJob("idle"), JobOptions(priority: .idle))
            // More jobs than a worker claims in advance.
            try await fixture.enqueue((0..<600).map { _ in NoteJob("urgent") }, JobOptions(priority: .urgent))
            let seen = EventLog<String>()
            try await fixture.drain(
                .forNotes { note, _ in
                    seen.note(note.text)
                    guard !seen.all.contains("idle"), seen.count < 1000 else { return }
                    try await fixture.enqueue([NoteJob("urgent")], JobOptions(priority: .urgent))
                })
            #expect(seen.all.firstIndex(of: "idle") ?? .max < 1000)
        }
    }

    @Test("a batch has one kind, and at most the handler's batch size")
    func batches() async throws {
        try await withJobFixture { fixture in
            try await fixture.database.transaction { connection in
                for number in 0..<10 {
                    try await JobQueue(connection).enqueue(NoteJob("\(number)"))
                    try await JobQueue(connection).enqueue(LetterJob("\(number)"))
                }
            }
            let (notes, letters) = (EventLog<[String]>(), EventLog<[String]>())
            var handlers = JobHandlers.forBatches(upTo: 7) { batch in
                notes.note(batch.map(\.payload.text))
                return batch.map { _ in .done }
            }
            handlers.handleBatch(of: LetterJob.self, upTo: 3) { batch in
                letters.note(batch.map(\.payload.text))
                return batch.map { _ in .done }
            }
            try await fixture.drain(handlers)
            #expect(notes.all.flatMap { $0 } == (0..<10).map(String.init))
            #expect(letters.all.flatMap { $0 } == (0..<10).map(String.init))
            #expect(notes.all.allSatisfy { (1...7).contains($0.count) })
            #expect(letters.all.allSatisfy { (1...3).contains($0.count) })
            #expect(try await fixture.isEmpty())
        }
    }
}
