import Foundation
import JobsTesting
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Completion in the handler's transaction")
struct CompletionTests {
    @Test("the handler's writes and the completion are committed together")
    func together() async throws {
        try await withEffectTable { fixture in
            try await fixture.enqueue(NoteJob("kept"))
            try await fixture.drain(
                .forNotes { note, context in
                    try await fixture.database.transaction { connection in
                        try await connection.query("INSERT INTO effect_row (text) VALUES (\(note.text))")
                        try await context.complete(on: connection)
                        #expect(
                            try await fixture.jobs().count == 1,
                            "other transactions do not see the completion before the commit")
                    }
                    #expect(try await fixture.isEmpty(), "the commit completes the job before the handler returns")
                })
            #expect(try await fixture.effectRows() == ["kept"])
            #expect(try await fixture.number("SELECT stale FROM job_runner") == 0)
            #expect(try await fixture.number("SELECT completed FROM job_runner") == 1)
        }
    }

    @Test("the handler's writes and the completion are rolled back together, and the job is retried")
    func rolledBack() async throws {
        try await withEffectTable { fixture in
            try await fixture.enqueue(NoteJob("twice tried"))
            try await fixture.drain(
                .forNotes { note, context in
                    try await fixture.database.transaction { connection in
                        try await connection.query("INSERT INTO effect_row (text) VALUES (\(note.text))")
                        try await context.complete(on: connection)
                        if context.attempt == 1 {
                            throw JobInterruption.retry(after: .zero, because: "changed my mind")
                        }
                    }
                })
            #expect(try await fixture.effectRows() == ["twice tried"])
            #expect(try await fixture.isEmpty())
        }
    }

    @Test("a batch handler completes some jobs itself, and returns outcomes for the others")
    func batch() async throws {
        try await withEffectTable { fixture in
            try await fixture.enqueue(["done", "mine", "retry", "snooze", "give up", "mine, too"].map(NoteJob.init))
            let handlers = JobHandlers.forBatches(upTo: 10) { batch in
                try await fixture.database.transaction { connection in
                    for job in batch where job.payload.text.hasPrefix("mine") {
                        try await connection.query("INSERT INTO effect_row (text) VALUES (\(job.payload.text))")
                        try await job.context.complete(on: connection)
                    }
                }
                return batch.map { job in
                    switch job.payload.text {
                    case "retry": .retry(after: .seconds(500), because: "busy")
                    case "snooze": .snooze(.seconds(500))
                    case "give up": .giveUp(because: "no use")
                    default: .done
                    }
                }
            }
            try await fixture.drain(handlers) { $0.queues[0].concurrency = 1 }
            #expect(try await fixture.effectRows() == ["mine", "mine, too"])
            #expect(try await fixture.jobs().map(\.failures) == [1, 0])
            #expect(try await fixture.jobs().allSatisfy { $0.isWaiting && $0.dueIn > 400 })
            #expect(try await fixture.dead().map(\.reason) == ["gave_up"])
            #expect(try await fixture.number("SELECT completed FROM job_runner") == 3)
            #expect(try await fixture.number("SELECT stale FROM job_runner") == 0)
        }
    }

    @Test("all jobs of a batch fail if the number of outcomes is wrong or the handler throws")
    func brokenBatches() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue((0..<3).map { NoteJob("\($0)") })
            try await fixture.drain(.forBatches(upTo: 3) { _ in [.done] }) { $0.poll = .seconds(1) }
            let failures = try await fixture.jobs().map(\.failures)
            #expect(failures == [1, 1, 1])
            #expect(try await fixture.jobs().allSatisfy { $0.errors == ["the handler returned 1 outcomes for 3 jobs"] })
            try await fixture.database.query("UPDATE job SET run_at = now()")
            try await fixture.drain(.forBatches(upTo: 3) { _ in throw JobInterruption.giveUp(because: "rain") })
            let dead = try await fixture.dead().map(\.errors.last)
            #expect(dead == ["rain", "rain", "rain"])
        }
    }

    @Test("a lost lease prevents the commit of the transaction")
    func takenOver() async throws {
        try await withEffectTable { fixture in
            try await fixture.enqueue(NoteJob("late"))
            let thrown = EventLog<String>()
            try await fixture.withRunner(
                .forNotes { note, context in
                    try await fixture.transferJobs()
                    do {
                        try await fixture.database.transaction { connection in
                            try await connection.query("INSERT INTO effect_row (text) VALUES (\(note.text))")
                            try await context.complete(on: connection)
                        }
                    } catch {
                        thrown.note("\(error)")
                        throw error
                    }
                }
            ) { _ in
                try await wait(until: "the runner has counted the stale lease") {
                    try await fixture.number("SELECT sum(stale)::bigint FROM job_runner WHERE name = 'test'") == 1
                }
            }
            #expect(thrown.all.first?.contains("taken over") == true)
            #expect(try await fixture.effectRows() == [])
            #expect(try await fixture.jobs().map(\.isWaiting) == [false])
        }
    }

    private func withEffectTable(_ body: (JobFixture) async throws -> Void) async throws {
        try await withJobFixture { fixture in
            try await fixture.database.query("CREATE TABLE effect_row (id serial, text text)")
            try await body(fixture)
        }
    }
}

extension JobFixture {
    fileprivate func effectRows() async throws -> [String] {
        try await database.query("SELECT text FROM effect_row ORDER BY id").decode(String.self)
    }
}
