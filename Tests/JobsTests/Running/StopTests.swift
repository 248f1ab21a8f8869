import Foundation
import JobsTesting
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Stopping")
struct StopTests {
    @Test("what runs comes to its end, what lies ready is given back at once, and none of it counts as an attempt")
    func graceful() async throws {
        try await withYard { yard in
            try await yard.enqueue((0..<5).map { Note("\($0)") })
            let (seen, door) = (Seen<String>(), Latch())
            let handlers = JobHandlers.forNotes { note, _ in
                seen.note("begun \(note.text)")
                await door.wait()
                seen.note("ended \(note.text)")
            }
            try await yard.withRunner(handlers, configure: { $0.prefetch = .fixed(10) }) { runner in
                try await wait(until: "the others lie ready") {
                    let inHand = try await yard.jobs().allSatisfy { !$0.isWaiting }
                    return inHand && seen.count == 1
                }
                runner.stop()
                try await wait(until: "the others wait again") { try await yard.jobs().count(where: \.isWaiting) == 4 }
                try await yard.enqueue(Note("of no interest"))
                #expect(seen.all == ["begun 0"])
                door.open()
                try await wait(until: "the runner has gone") { try await yard.hasNoRunner() }
            }
            #expect(seen.all == ["begun 0", "ended 0"])
            let left = try await yard.jobs()
            #expect(left.count == 5 && left.allSatisfy { $0.isWaiting && $0.failures == 0 && $0.crashes == 0 })
        }
    }

    @Test("the second order, or the end of the grace period, cancels what runs", arguments: [true, false])
    func now(isOrdered: Bool) async throws {
        try await withYard { yard in
            try await yard.enqueue([Note("obeys"), Note("complains"), Note("hangs")])
            let seen = Seen<String>()
            let door = Latch()
            let handlers = JobHandlers.forNotes { note, _ in
                seen.note(note.text)
                if note.text == "hangs" { return await door.wait() }
                do {
                    try await Task.sleep(for: .seconds(3600))
                } catch {
                    throw note.text == "obeys" ? error : Mishap("how rude")
                }
            }
            try await yard.withRunner(
                handlers,
                configure: { configuration in
                    configuration.queues[0].concurrency = 3
                    configuration.gracePeriod = isOrdered ? .seconds(3600) : .milliseconds(20)
                    configuration.cancellationPeriod = .milliseconds(50)
                }
            ) { runner in
                try await wait(until: "all have begun") { seen.count == 3 }
                runner.stop()
                if isOrdered { runner.stop(); runner.stopNow() }
                try await wait(until: "the runner has gone") { try await yard.hasNoRunner() }
            }
            let left = try await yard.jobs()
            #expect(left.count == 3 && left.allSatisfy { $0.isWaiting && $0.failures == 0 && $0.crashes == 0 })
            door.open()
        }
    }

    @Test("the end of its task is an order to stop, not to cancel")
    func cancelledTask() async throws {
        try await withYard { yard in
            try await yard.enqueue(Note("runs"))
            let (seen, door) = (Seen<String>(), Latch())
            let pool = yard.makePool()
            let runner = JobRunner(
                database: pool, listener: nil,
                handlers: .forNotes { _, _ in
                    seen.note("begun")
                    await door.wait()
                    try Task.checkCancellation()
                    seen.note("ended")
                },
                configuration: .init(name: "test", queues: [.init("default")]), logger: .silent)
            let running = Task { try await runner.run() }
            try await seen.wait(for: "begun")
            running.cancel()
            door.open()
            _ = try await running.value
            #expect(seen.all == ["begun", "ended"])
            #expect(try await yard.isEmpty())
            await pool.close()
        }
    }

    @Test("a database that does not answer does not hold it up")
    func locked() async throws {
        try await withYard { yard in
            try await yard.enqueue((0..<5).map { Note("\($0)") })
            let seen = Seen<String>()
            let door = Latch()
            let handlers = JobHandlers.forNotes { note, _ in
                seen.note(note.text)
                await door.wait()
            }
            let pool = yard.makePool(lockTimeout: .milliseconds(100))
            var configuration = JobRunner.Configuration(name: "test", queues: [.init("default")])
            configuration.cancellationPeriod = .milliseconds(50)
            configuration.prefetch = .fixed(10)
            let runner = JobRunner(
                database: pool, listener: nil, handlers: handlers, configuration: configuration, logger: .silent)
            let running = Task { try await runner.run() }
            try await wait(until: "the others lie ready") {
                let inHand = try await yard.jobs().allSatisfy { !$0.isWaiting }
                return inHand && seen.count == 1
            }
            try await yard.database.transaction { connection in
                try await connection.query("LOCK TABLE job IN ACCESS EXCLUSIVE MODE")
                door.open()
                runner.stop()
                runner.stopNow()
                _ = try await running.value
            }
            #expect(seen.all == ["0"])
            #expect(try await yard.jobs().count { $0.kind == Note.kind } == 5)
            await pool.close()
        }
    }

    @Test("what its leaving finds in its hand is given back: it did not die of that")
    func leaving() async throws {
        try await withYard { yard in
            try await yard.enqueue((0..<3).map { Note("\($0)") })
            try await yard.withRunner(JobHandlers()) { _ in
                // As if the answer to a claim had never come.
                try await yard.database.query(
                    """
                    SELECT * FROM claim_jobs(
                        (SELECT id FROM job_runner), 'default', '{note}', 2, false, '{NULL,NULL,NULL,NULL}', '{0,0,0,0}')
                    """)
                #expect(try await yard.jobs().count(where: \.isWaiting) == 1)
            }
            #expect(try await yard.jobs().allSatisfy { $0.isWaiting && $0.crashes == 0 && $0.failures == 0 })
        }
    }
}

extension JobYard {
    func hasNoRunner() async throws -> Bool {
        try await number("SELECT count(*) FROM job_runner WHERE gone_at IS NULL") == 0
    }
}
