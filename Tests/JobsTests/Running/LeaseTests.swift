import Foundation
import JobsTesting
import Logging
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Leases")
struct LeaseTests {
    @Test(
        "a stale lease changes nothing, whatever the outcome, and is counted", arguments: ["done", "retry", "dead"])
    func stale(outcome: String) async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue(NoteJob("taken over"))
            let handlers = JobHandlers.forNotes { _, _ in
                try await fixture.transferJobs()
                switch outcome {
                case "retry": throw JobInterruption.retry(after: .zero, because: "no")
                case "dead": throw JobInterruption.giveUp(because: "no")
                default: return
                }
            }
            try await fixture.withRunner(handlers) { _ in
                try await wait(until: "the stale lease has been counted") {
                    try await fixture.number("SELECT sum(stale)::bigint FROM job_runner WHERE name = 'test'") == 1
                }
            }
            let job = try #require(try await fixture.jobs().first)
            #expect(!job.isWaiting && job.failures == 0 && job.errors == [])
            #expect(try await fixture.dead().isEmpty)
            let holder = try await fixture.database.query(
                "SELECT name FROM job_runner WHERE id = (SELECT runner FROM job)"
            ).decode(String.self)
            #expect(holder == ["another"])
        }
    }

    @Test("a runner marked as crashed abandons its jobs, and registers again under another number")
    func takenForDead() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue((0..<4).map { NoteJob("\($0)") })
            let seen = EventLog<String>()
            let handlers = JobHandlers.forNotes { note, context in
                seen.note("\(note.text), attempt \(context.attempt)")
                if context.attempt == 1 { try await Task.sleep(for: .seconds(3600)) }
            }
            try await fixture.withRunner(
                handlers,
                configure: { configuration in
                    configuration.queues[0].concurrency = 2
                    configuration.prefetch = .fixed(10)
                }
            ) { _ in
                try await wait(until: "two jobs have started, and the others are prefetched") {
                    let areClaimed = try await fixture.jobs().allSatisfy { !$0.isWaiting }
                    return areClaimed && seen.count == 2
                }
                // The same statements as those of a runner that finds the lease ended.
                try await fixture.database.transaction { connection in
                    try await connection.query("UPDATE job_runner SET gone_at = now()")
                    _ = try await connection.query("SELECT rescue_jobs(0, 3)")
                }
                try await wait(until: "all jobs are done") { try await fixture.isEmpty() }
                #expect(try await fixture.number("SELECT count(*) FROM job_runner WHERE gone_at IS NULL") == 1)
                #expect(try await fixture.number("SELECT count(*) FROM job_runner") == 2)
            }
            #expect(Set(seen.all.suffix(4)) == Set((0..<4).map { "\($0), attempt 2" }))
        }
    }

    @Test(
        "a drain runs the jobs of crashed runners, except in the time of a lease after a server start",
        arguments: [(3, true), (1_000_000, false)])
    func drainAfterCrash(lease: Int, isTakenOver: Bool) async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue(NoteJob("left"))
            let crashed = try await fixture.registerRunner(leaseSeconds: -1)
            try await fixture.database.query(
                "UPDATE job SET token = nextval('job_lease'), runner = \(crashed), claimed_at = now()")
            try await wait(until: "the server has run for three seconds") {
                try await fixture.number(
                    "SELECT count(*) WHERE pg_postmaster_start_time() < now() - interval '3 seconds'") == 1
            }
            let seen = EventLog<String>()
            try await fixture.drain(.forNotes { note, _ in seen.note(note.text) }) { configuration in
                configuration.lease = .seconds(lease)
            }
            #expect(seen.all == (isTakenOver ? ["left"] : []))
            #expect(try await fixture.jobs().count == (isTakenOver ? 0 : 1))
        }
    }

    @Test("no job is started once the lease may have ended")
    func runOut() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue([NoteJob("somebody else's by now")])
            let seen = EventLog<String>()
            let worker = QueueWorker(
                JobRunner.Queue("default"), handlers: .forNotes { note, _ in seen.note(note.text) },
                runnerLease: RunnerLease(runner: try await fixture.registerRunner(), leaseEnd: .now),
                store: JobStore(database: fixture.database),
                configuration: JobRunner.Configuration(name: "test", queues: []),
                problems: RunnerProblems(logger: .silent), logger: .silent)
            let working = Task { await worker.work() }
            try await wait(until: "the job has been claimed") { try await fixture.jobs().map(\.isWaiting) == [false] }
            await worker.stop()
            await working.value
            #expect(seen.all == [])
            #expect(try await fixture.jobs().map(\.isWaiting) == [true])
        }
    }

    @Test("the jobs of a claim whose response was lost are released, and running jobs are kept")
    func lostClaim() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue(NoteJob("running"))
            let (seen, latch, log) = (EventLog<String>(), Latch(), CapturedLog())
            try await fixture.withRunner(
                .forNotes { note, _ in
                    seen.note(note.text)
                    if note.text == "running" { await latch.wait() }
                },
                logger: log.logger, lockTimeout: .milliseconds(50), configure: { $0.queues[0].concurrency = 2 }
            ) { _ in
                try await seen.wait(for: "running")
                try await fixture.enqueue(NoteJob("lost"), JobOptions(queue: "elsewhere"))
                try await fixture.database.query(
                    """
                    SELECT * FROM claim_jobs(
                        (SELECT id FROM job_runner), 'elsewhere', '{note}', 2, false, '{NULL,NULL,NULL,NULL}',
                        '{0,0,0,0}')
                    """)
                try await fixture.database.query(
                    "UPDATE job SET queue = 'default', claimed_at = claimed_at - interval '1 minute'")
                try await fixture.failClaims(log)
                try await seen.wait(for: "lost")
                latch.open()
                try await wait(until: "both jobs are done") { try await fixture.isEmpty() }
            }
            #expect(seen.all == ["running", "lost"])
        }
    }

    @Test("a result that is blocked by a lock is retried until it is recorded")
    func lockedRow() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue([NoteJob("done"), NoteJob("failed"), NoteJob("completed")])
            let (seen, latch) = (EventLog<String>(), Latch())
            let log = CapturedLog()
            let handlers = JobHandlers.forNotes { note, context in
                seen.note(note.text)
                await latch.wait()
                if note.text == "failed" { throw JobInterruption.retry(after: .seconds(500), because: "no") }
                if note.text == "completed" {
                    try await fixture.database.transaction { try await context.complete(on: $0) }
                }
            }
            try await fixture.withRunner(
                handlers, logger: log.logger, lockTimeout: .milliseconds(20),
                configure: { $0.queues[0].concurrency = 3 }
            ) { _ in
                try await wait(until: "all jobs have started") { seen.count == 3 }
                try await fixture.database.transaction { connection in
                    try await connection.query("SELECT FROM job WHERE payload ->> 'text' <> 'completed' FOR UPDATE")
                    latch.open()
                    try await wait(until: "both results have been rejected") { log.text.contains("cannot be stored") }
                }
                try await wait(until: "the results are recorded") {
                    try await fixture.jobs().map(\.isWaiting) == [true]
                }
            }
            #expect(try await fixture.jobs().map(\.failures) == [1])
            #expect(seen.count == 3)
            #expect(try await fixture.number("SELECT sum(stale)::bigint FROM job_runner") == 0)
        }
    }

    @Test(
        "a completion that fails with a temporary server error is retried",
        arguments: ["40P01", "40001", "57014", "53300", "XX000"], [JobHandlers.Acknowledgement.atOnce, .withNextClaim])
    func refused(sqlState: String, acknowledgement: JobHandlers.Acknowledgement) async throws {
        try await withJobFixture { fixture in
            try await fixture.refuse(times: 2, "DELETE", with: sqlState)
            try await fixture.enqueue([NoteJob("done")])
            let seen = EventLog<String>()
            try await fixture.withRunner(
                .forNotes(acknowledgement: acknowledgement) { note, _ in seen.note(note.text) }
            ) { _ in
                try await wait(until: "the job is done") { try await fixture.isEmpty() }
            }
            #expect(seen.all == ["done"])
        }
    }
}

extension JobFixture {
    /// Locks the jobs until the runner reports that a claim has failed.
    ///
    /// The lock is held no longer, since heartbeats fail as well meanwhile and the lease is limited.
    fileprivate func failClaims(_ log: CapturedLog) async throws {
        try await database.transaction { connection in
            try await connection.query("LOCK TABLE job IN ACCESS EXCLUSIVE MODE")
            try await wait(until: "a claim has failed") { log.text.contains("no jobs can be claimed") }
        }
    }

    /// Makes the server reject a number of changes to jobs.
    fileprivate func refuse(times: Int64, _ operation: String, with sqlState: String) async throws {
        try await database.withConnection { connection in
            try await connection.execute(
                script: """
                    CREATE SEQUENCE refusals;
                    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        IF nextval('refusals') <= \(times) THEN
                            RAISE EXCEPTION 'not now' USING ERRCODE = '\(sqlState)';
                        END IF;
                        RETURN OLD;
                    END
                    $$;
                    CREATE TRIGGER refuse BEFORE \(operation) ON job FOR EACH ROW EXECUTE FUNCTION refuse();
                    """)
        }
    }
}
