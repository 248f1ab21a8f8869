import Foundation
import JobsTesting
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Stopping a runner")
struct StopTests {
    @Test("running jobs end, prefetched jobs are released immediately, and no attempt is counted")
    func graceful() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue((0..<5).map { NoteJob("\($0)") })
            let (seen, latch) = (EventLog<String>(), Latch())
            let handlers = JobHandlers.forNotes { note, _ in
                seen.note("begun \(note.text)")
                await latch.wait()
                seen.note("ended \(note.text)")
            }
            try await fixture.withRunner(handlers, configure: { $0.prefetch = .fixed(10) }) { runner in
                try await wait(until: "the other jobs are prefetched") {
                    let areClaimed = try await fixture.jobs().allSatisfy { !$0.isWaiting }
                    return areClaimed && seen.count == 1
                }
                runner.stop()
                try await wait(until: "the other jobs are waiting again") {
                    try await fixture.jobs().count(where: \.isWaiting) == 4
                }
                try await fixture.enqueue(NoteJob("of no interest"))
                #expect(seen.all == ["begun 0"])
                latch.open()
                try await wait(until: "the runner has unregistered") { try await fixture.hasNoRunner() }
            }
            #expect(seen.all == ["begun 0", "ended 0"])
            let jobs = try await fixture.jobs()
            #expect(jobs.count == 5 && jobs.allSatisfy { $0.isWaiting && $0.failures == 0 && $0.crashes == 0 })
        }
    }

    @Test("a second stop, or the end of the grace period, cancels the running jobs", arguments: [true, false])
    func now(isOrdered: Bool) async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue([NoteJob("stops"), NoteJob("fails"), NoteJob("hangs")])
            let seen = EventLog<String>()
            let latch = Latch()
            let handlers = JobHandlers.forNotes { note, _ in
                seen.note(note.text)
                if note.text == "hangs" { return await latch.wait() }
                do {
                    try await Task.sleep(for: .seconds(3600))
                } catch {
                    throw note.text == "stops" ? error : HandlerError("failed")
                }
            }
            try await fixture.withRunner(
                handlers,
                configure: { configuration in
                    configuration.queues[0].concurrency = 3
                    configuration.gracePeriod = isOrdered ? .seconds(3600) : .milliseconds(20)
                    configuration.cancellationPeriod = .milliseconds(50)
                }
            ) { runner in
                try await wait(until: "all jobs have started") { seen.count == 3 }
                runner.stop()
                if isOrdered { runner.stop(); runner.stopNow() }
                try await wait(until: "the runner has unregistered") { try await fixture.hasNoRunner() }
            }
            let jobs = try await fixture.jobs()
            #expect(jobs.count == 3 && jobs.allSatisfy { $0.isWaiting && $0.failures == 0 && $0.crashes == 0 })
            latch.open()
        }
    }

    @Test("cancelling the runner's task stops it without cancelling the handlers")
    func cancelledTask() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue(NoteJob("runs"))
            let (seen, latch) = (EventLog<String>(), Latch())
            let pool = fixture.makePool()
            let runner = JobRunner(
                database: pool, listener: nil,
                handlers: .forNotes { _, _ in
                    seen.note("begun")
                    await latch.wait()
                    try Task.checkCancellation()
                    seen.note("ended")
                },
                configuration: .init(name: "test", queues: [.init("default")]), logger: .silent)
            let running = Task { try await runner.run() }
            try await seen.wait(for: "begun")
            running.cancel()
            latch.open()
            _ = try await running.value
            #expect(seen.all == ["begun", "ended"])
            #expect(try await fixture.isEmpty())
            await pool.close()
        }
    }

    @Test("a database that does not answer does not delay the stop")
    func locked() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue((0..<5).map { NoteJob("\($0)") })
            let seen = EventLog<String>()
            let latch = Latch()
            let handlers = JobHandlers.forNotes { note, _ in
                seen.note(note.text)
                await latch.wait()
            }
            let pool = fixture.makePool(lockTimeout: .milliseconds(100))
            var configuration = JobRunner.Configuration(name: "test", queues: [.init("default")])
            configuration.cancellationPeriod = .milliseconds(50)
            configuration.prefetch = .fixed(10)
            let runner = JobRunner(
                database: pool, listener: nil, handlers: handlers, configuration: configuration, logger: .silent)
            let running = Task { try await runner.run() }
            try await wait(until: "the other jobs are prefetched") {
                let areClaimed = try await fixture.jobs().allSatisfy { !$0.isWaiting }
                return areClaimed && seen.count == 1
            }
            try await fixture.database.transaction { connection in
                try await connection.query("LOCK TABLE job IN ACCESS EXCLUSIVE MODE")
                latch.open()
                runner.stop()
                runner.stopNow()
                _ = try await running.value
            }
            #expect(seen.all == ["0"])
            #expect(try await fixture.jobs().count { $0.kind == NoteJob.kind } == 5)
            await pool.close()
        }
    }

    @Test("a stopping runner releases jobs that it does not know of, without counting a crash")
    func leaving() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue((0..<3).map { NoteJob("\($0)") })
            try await fixture.withRunner(JobHandlers()) { _ in
                // The same as a claim whose response was lost.
                try await fixture.database.query(
                    """
                    SELECT * FROM claim_jobs(
                        (SELECT id FROM job_runner), 'default', '{note}', 2, false, '{NULL,NULL,NULL,NULL}', '{0,0,0,0}')
                    """)
                #expect(try await fixture.jobs().count(where: \.isWaiting) == 1)
            }
            #expect(try await fixture.jobs().allSatisfy { $0.isWaiting && $0.crashes == 0 && $0.failures == 0 })
        }
    }
}

extension JobFixture {
    func hasNoRunner() async throws -> Bool {
        try await number("SELECT count(*) FROM job_runner WHERE gone_at IS NULL") == 0
    }
}
