import Foundation
import JobsTesting
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Enqueueing jobs")
struct EnqueueTests {
    @Test("a job is stored if and only if the caller's transaction is committed")
    func transaction() async throws {
        try await withJobFixture { fixture in
            await #expect(throws: HandlerError.self) {
                try await fixture.database.transaction { connection in
                    try await JobQueue(connection).enqueue(NoteJob("lost"))
                    try await JobQueue(connection).enqueue([NoteJob("lost, too")])
                    throw HandlerError("the rest fails")
                }
            }
            try await fixture.database.transaction { connection in
                _ = try await JobQueue(connection).enqueue(NoteJob("kept"))
                #expect(try await fixture.isEmpty(), "other transactions do not see the job before the commit")
            }
            #expect(try await fixture.number("SELECT count(*) FROM job WHERE payload ->> 'text' = 'kept'") == 1)
            #expect(try await fixture.number("SELECT count(*) FROM job") == 1)
        }
    }

    @Test("several jobs are enqueued by one statement, in order")
    func bulk() async throws {
        try await withJobFixture { fixture in
            let ids = try await fixture.enqueue((0..<1000).map { NoteJob("\($0)") }, JobOptions(priority: .low))
            #expect(ids == ids.sorted())
            let stored = try await fixture.database.query(
                "SELECT id, payload ->> 'text', priority FROM job ORDER BY id"
            )
            .decode((Int64, String, Int16).self)
            #expect(stored.map(\.0) == ids.map(\.value))
            #expect(stored.map(\.1) == (0..<1000).map(String.init))
            #expect(stored.allSatisfy { $0.2 == JobPriority.low.rawValue })
            #expect(try await fixture.number("SELECT count(DISTINCT xmin::text) FROM job") == 1)
            #expect(try await fixture.enqueue([NoteJob]()) == [])
        }
    }

    @Test("a job does not run before its start time")
    func runAt() async throws {
        try await withJobFixture { fixture in
            try await fixture.enqueue(NoteJob("past"), JobOptions(runAt: .distantPast))
            try await fixture.enqueue([NoteJob("future")], JobOptions(runAt: Date(timeIntervalSinceNow: 3600)))
            let seen = EventLog<String>()
            try await fixture.drain(.forNotes { note, _ in seen.note(note.text) })
            #expect(seen.all == ["past"])
            #expect(try await fixture.jobs().map(\.isWaiting) == [true])
        }
    }

    @Test("a delay is measured by the database's clock")
    func delay() async throws {
        try await withJobFixture { fixture in
            let waits = try await fixture.database.transaction { connection in
                try await JobQueue(connection).enqueue(NoteJob("later"), JobOptions(delay: .seconds(60)))
                try await JobQueue(connection).enqueue([NoteJob("later")], JobOptions(delay: .milliseconds(1500)))
                return try await connection.query(
                    "SELECT extract(epoch FROM run_at - now())::double precision FROM job ORDER BY id"
                ).decode(Double.self)
            }
            #expect(waits == [60, 1.5])
            try await fixture.drain(.forNotes { _, _ in })
        }
    }

    @Test("a unique key is in use while its job is waiting, running or scheduled for a retry, and then free")
    func whileQueued() async throws {
        try await withJobFixture { fixture in
            let once = JobOptions(uniqueness: .whileQueued("report"))
            #expect(try await fixture.enqueue(NoteJob("first"), once) != nil)
            #expect(try await fixture.enqueue(LetterJob("of another kind"), once) == nil)
            let seen = EventLog<String>()
            let failsFirst = JobHandlers.forNotes { note, context in
                seen.note(note.text)
                #expect(try await fixture.enqueue(NoteJob("while it runs"), once) == nil)
                if context.attempt == 1 { throw JobInterruption.retry(after: .zero, because: "not yet") }
            }
            try await fixture.drain(failsFirst)
            #expect(seen.all == ["first", "first"])
            #expect(try await fixture.enqueue(NoteJob("second"), once) != nil)
            try await fixture.drain(.forNotes { _, _ in throw JobInterruption.giveUp(because: "never") })
            #expect(try await fixture.enqueue(NoteJob("third"), once) != nil, "a dead job does not hold its key")
        }
    }

    @Test("a key for a period stays in use for the period, whatever the job's result")
    func forPeriod() async throws {
        try await withJobFixture { fixture in
            let hourly = JobOptions(uniqueness: .forPeriod("digest", .seconds(3600)))
            #expect(try await fixture.enqueue(NoteJob("first"), hourly) != nil)
            try await fixture.drain(.forNotes { _, _ in })
            #expect(try await fixture.enqueue(NoteJob("second"), hourly) == nil)
            try await fixture.database.query("UPDATE job_period SET until = now()")
            await #expect(throws: HandlerError.self) {
                try await fixture.database.transaction { connection in
                    #expect(try await JobQueue(connection).enqueue(NoteJob("rolled back"), hourly) != nil)
                    throw HandlerError("the rest fails")
                }
            }
            #expect(try await fixture.enqueue(NoteJob("third"), hourly) != nil, "a rollback frees the key")
            #expect(try await fixture.enqueue(NoteJob("fourth"), hourly) == nil)
        }
    }

    @Test("only one of many concurrent enqueues with the same key succeeds", arguments: [true, false])
    func race(isForPeriod: Bool) async throws {
        try await withJobFixture(connections: 20) { fixture in
            let key: JobUniqueness = isForPeriod ? .forPeriod("race", .seconds(3600)) : .whileQueued("race")
            let added = try await withThrowingTaskGroup { group in
                for number in 0..<20 {
                    group.addTask { try await fixture.enqueue(NoteJob("\(number)"), JobOptions(uniqueness: key)) }
                }
                return try await group.reduce(into: 0) { $0 += $1 == nil ? 0 : 1 }
            }
            #expect(added == 1)
            #expect(try await fixture.number("SELECT count(*) FROM job") == 1)
        }
    }

    @Test("runners are notified of due jobs, and not of scheduled ones")
    func notification() async throws {
        try await withJobFixture { fixture in
            let events = EventLog<ListenerEvent>()
            let configuration = Database.Configuration(conninfo: fixture.conninfo)
            let listener = Listener(configuration, channels: [JobQueue.channel, "marker"], logger: .silent)
            let listening = Task { try await listener.run { events.note($0) } }
            try await events.wait(for: .connected)
            try await fixture.enqueue(NoteJob("later"), JobOptions(runAt: Date(timeIntervalSinceNow: 3600)))
            try await fixture.enqueue([NoteJob("later, too")], JobOptions(runAt: Date(timeIntervalSinceNow: 3600)))
            try await fixture.database.query("SELECT pg_notify('marker', '')")
            try await events.wait(for: .notified("marker"))
            #expect(events.all == [.connected, .notified("marker")])
            try await fixture.enqueue(NoteJob("now"))
            try await events.wait(for: .notified(JobQueue.channel))
            listening.cancel()
            await #expect(throws: CancellationError.self) { try await listening.value }
        }
    }
}
