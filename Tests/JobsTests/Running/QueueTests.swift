import Foundation
import JobsTesting
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Queues")
struct QueueTests {
    @Test("a paused queue runs nothing until it is resumed")
    func pause() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue(NoteJob("patient"))
            try await fixture.database.query("INSERT INTO job_queue (name, paused_at) VALUES ('default', now())")
            let seen = EventLog<String>()
            let handlers = JobHandlers.forNotes { note, _ in seen.note(note.text) }
            try await fixture.drain(handlers)
            #expect(seen.all == [])
            try await fixture.withRunner(handlers) { _ in
                try await fixture.database.query("UPDATE job_queue SET paused_at = NULL")
                try await seen.wait(for: "patient")
            }
        }
    }

    @Test("a rate limit applies across all runners")
    func rate() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue((0..<14).map { NoteJob("\($0)") })
            try await fixture.recordClaims()
            try await withThrowingTaskGroup { group in
                for _ in 0..<2 {
                    group.addTask {
                        try await fixture.drain(.forNotes { _, _ in }) {
                            $0.queues = [JobRunner.Queue("default", concurrency: 4, rate: .init(20, per: .seconds(1)))]
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.isEmpty(), "a drain runs due jobs that the rate limit delays")
            let times = try await fixture.claims()
            try #require(times.count == 14)
            // Evenly spaced, 50 ms apart, in bursts of at most 100 ms.
            for (number, time) in times.enumerated().dropFirst(3) {
                #expect(time - times[number - 3] > 0.05 - 0.001)
                #expect(time - times[0] > 0.05 * Double(number - 2) - 0.001)
            }
        }
    }

    @Test("each queue has its own concurrency, and a busy one does not delay another")
    func concurrency() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue((0..<9).map { NoteJob("\($0)") }, JobOptions(queue: "wide"))
            try await fixture.enqueue((0..<3).map { LetterJob("\($0)") }, JobOptions(queue: "narrow"))
            let (notes, letters, latch) = (EventLog<String>(), EventLog<String>(), Latch())
            var handlers = JobHandlers.forNotes { note, _ in
                notes.note(note.text)
                await latch.wait()
            }
            handlers.handle(LetterJob.self) { letter, _ in letters.note(letter.text) }
            try await fixture.withRunner(
                handlers,
                configure: { $0.queues = [JobRunner.Queue("wide", concurrency: 4), JobRunner.Queue("narrow")] }
            ) { _ in
                try await wait(until: "both queues have started as many jobs as they can") {
                    letters.count == 3 && notes.count == 4
                }
                try await wait(until: "the letters are acknowledged") { try await fixture.jobs().count == 9 }
                #expect(
                    try await fixture.jobs().count { !$0.isWaiting } == 4, "no job is prefetched while long jobs run")
                latch.open()
                try await wait(until: "all jobs are done") { try await fixture.isEmpty() }
            }
            #expect(letters.all == ["0", "1", "2"])
        }
    }

    @Test("a runner that also handles batches does not prefetch single jobs from other runners")
    func sharing() async throws {
        try await withJobFixture { fixture in
            let (seen, latch) = (EventLog<String>(), Latch())
            var handlers = JobHandlers.forNotes { note, _ in
                seen.note(note.text)
                await latch.wait()
            }
            handlers.handleBatch(of: LetterJob.self, upTo: 100) { batch in batch.map { _ in .done } }
            let both = handlers
            try await fixture.enqueue((0..<8).map { NoteJob("\($0)") })
            let four: (inout JobRunner.Configuration) -> Void = { $0.queues[0].concurrency = 4 }
            try await fixture.withRunner(both, configure: four) { _ in
                try await wait(until: "four jobs have started") { seen.count == 4 }
                try await fixture.withRunner(both, configure: four) { _ in
                    try await wait(until: "all jobs have started") { seen.count == 8 }
                    latch.open()
                    try await wait(until: "all jobs are done") { try await fixture.isEmpty() }
                }
            }
            #expect(Set(seen.all).count == 8)
        }
    }

    @Test("a timeout applies in later turns of a drain", .timeLimit(.minutes(30)))
    func laterTimeout() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue(NoteJob("first"), JobOptions(queue: "one"))
            let seen = EventLog<String>()
            var handlers = JobHandlers.forNotes { note, _ in
                seen.note(note.text)
                if note.text == "first" {
                    try await fixture.enqueue(NoteJob("second"), JobOptions(queue: "two"))
                } else {
                    try await fixture.enqueue(LetterJob("slow"), JobOptions(queue: "one"))
                }
            }
            handlers.handle(LetterJob.self, timeout: .milliseconds(20)) { letter, _ in
                seen.note(letter.text)
                try await Task.sleep(for: .seconds(3600))
            }
            let both = handlers
            try await fixture.drain(both) { $0.queues = [JobRunner.Queue("two"), JobRunner.Queue("one")] }
            #expect(seen.all == ["first", "second", "slow"])
            #expect(try await fixture.jobs().map(\.failures) == [1])
        }
    }

    @Test("a drain runs jobs that jobs have enqueued, in all its queues, and waits for no scheduled job")
    func drain() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue(NoteJob("first"), JobOptions(queue: "one"))
            try await fixture.enqueue(NoteJob("tomorrow"), JobOptions(runAt: Date(timeIntervalSinceNow: 86_400)))
            let seen = EventLog<String>()
            let handlers = JobHandlers.forNotes { note, _ in
                seen.note(note.text)
                let next = ["first": "second", "second": "third", "third": "fourth"][note.text]
                if let next {
                    let queue = next == "third" ? "one" : "two"
                    try await fixture.enqueue(NoteJob(next), JobOptions(queue: queue))
                }
            }
            try await fixture.drain(handlers) { configuration in
                configuration.queues = ["default", "one", "two"].map { JobRunner.Queue($0) }
                configuration.poll = .milliseconds(1)
            }
            #expect(seen.all == ["first", "second", "third", "fourth"])
            #expect(try await fixture.jobs().count == 1)
            #expect(try await fixture.number("SELECT count(*) FROM job_runner WHERE gone_at IS NULL") == 0)
        }
    }
}

extension JobFixture {
    /// Creates a trigger that records when each job is claimed.
    ///
    /// `claimed_at` is the start of the claim's transaction, which may have waited for another claim.
    fileprivate func recordClaims() async throws {
        try await database.withConnection { connection in
            try await connection.execute(
                script: """
                    CREATE TABLE claim (at timestamptz);
                    CREATE FUNCTION record_claim() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        INSERT INTO claim VALUES (clock_timestamp());
                        RETURN NULL;
                    END
                    $$;
                    CREATE TRIGGER record_claim AFTER UPDATE OF token ON job
                        FOR EACH ROW WHEN (OLD.token IS NULL AND NEW.token IS NOT NULL) EXECUTE FUNCTION record_claim();
                    """)
        }
    }

    /// Returns the times of the claims in seconds since 1970, in order.
    fileprivate func claims() async throws -> [Double] {
        try await database.query("SELECT extract(epoch FROM at)::double precision FROM claim ORDER BY at")
            .decode(Double.self)
    }
}
