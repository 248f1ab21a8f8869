import Foundation
import JobsTesting
import Postgres
import PostgresTesting
import Testing

@testable import Jobs

@Suite("Recurring jobs")
struct CronLoopTests {
    @Test("only one of two hundred concurrent runners enqueues an occurrence")
    func crowd() async throws {
        try await withJobFixture { fixture in
            let minutely = try CronJob("minutely", "* * * * *", enqueues: NoteJob("tick"))
            try await CronStore(database: fixture.database).declare([minutely])
            try await fixture.database.query(
                "UPDATE job_cron SET last_at = date_trunc('minute', now()) - interval '1 minute'")
            try await withThrowingTaskGroup { group in
                for number in 0..<200 {
                    group.addTask {
                        try await JobRunner(
                            database: fixture.database, listener: nil, handlers: JobHandlers(), schedules: [minutely],
                            configuration: .init(name: "\(number)", queues: [.init("default")]), logger: .silent
                        ).drain()
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.number("SELECT count(*) FROM job_runner") == 200)
            #expect(try await fixture.jobs().count == 1)
        }
    }

    @Test("an occurrence is enqueued once, even if its job is completed between attempts")
    func compareAndSwap() async throws {
        try await withJobFixture { fixture in
            let (hourly, store) = (
                try CronJob("hourly", "0 * * * *", enqueues: NoteJob("tick")), CronStore(database: fixture.database)
            )
            try await store.declare([hourly])
            try await fixture.database.query("UPDATE job_cron SET last_at = '2020-01-01 10:17Z'")
            let seen = try #require(try await store.lastOccurrences()["hourly"])
            let tick = try instant("2020-01-01T11:00:00Z")
            let done = EventLog<String>()
            var firsts = 0
            for _ in 0..<10 {
                if try await store.enqueue(hourly, at: tick, after: seen.lastAt) { firsts += 1 }
                try await fixture.drain(.forNotes { note, _ in done.note(note.text) })
                #expect(try await fixture.isEmpty() && done.all == ["tick"])
            }
            #expect(firsts == 1)
            #expect(try await store.lastOccurrences()["hourly"]?.lastAt == tick)
        }
    }

    @Test("all missed occurrences are replaced by one job, and the next occurs on time")
    func catchUp() async throws {
        try await withJobFixture { fixture in
            let (hourly, store) = (
                try CronJob("hourly", "0 * * * *", enqueues: NoteJob("tick")), CronStore(database: fixture.database)
            )
            try await store.declare([hourly])
            try await fixture.database.query("UPDATE job_cron SET last_at = '2019-12-29 10:17Z'")
            let cron = CronLoop(
                jobs: [hourly], store: store, wakeSignal: WakeSignal(), problems: RunnerProblems(logger: .silent),
                logger: .silent)
            func enqueueDue(at now: String) async throws -> Duration {
                let last = try #require(try await store.lastOccurrences()["hourly"]).lastAt
                return try await cron.enqueueDue(by: [
                    "hourly": CronStore.LastOccurrence(lastAt: last, now: try instant(now))
                ])
            }
            func jobs(at time: String) async throws -> Int64 {
                try await fixture.number(
                    """
                    SELECT count(*) FROM job JOIN job_cron ON job_cron.last_at = job.run_at
                    WHERE job.run_at = \(try instant(time))
                    """)
            }
            #expect(try await enqueueDue(at: "2020-01-01T10:17:00Z") == .seconds(30))
            let (first, all) = (try await jobs(at: "2020-01-01T10:00:00Z"), try await fixture.jobs().count)
            #expect(first == 1 && all == 1)
            try await fixture.drain(.forNotes { _, _ in })
            #expect(try await enqueueDue(at: "2020-01-01T10:59:50Z") == .seconds(10))
            #expect(try await fixture.isEmpty())
            #expect(try await enqueueDue(at: "2020-01-01T11:00:00Z") == .seconds(30))
            #expect(try await jobs(at: "2020-01-01T11:00:00Z") == 1)
        }
    }

    @Test("an occurrence is skipped while an earlier job is queued")
    func overlap() async throws {
        try await withJobFixture { fixture in
            let (hourly, store) = (
                try CronJob("hourly", "0 * * * *", enqueues: NoteJob("tick")), CronStore(database: fixture.database)
            )
            try await store.declare([hourly])
            let cron = CronLoop(
                jobs: [hourly], store: store, wakeSignal: WakeSignal(), problems: RunnerProblems(logger: .silent),
                logger: .silent)
            for days in [3, 2, 1] {
                try await fixture.database.query("UPDATE job_cron SET last_at = now() - \(days) * interval '1 day'")
                _ = try await cron.enqueueDue()
            }
            #expect(try await fixture.jobs().count == 1)
        }
    }

    @Test("a drain runs missed occurrences, and a new schedule has none")
    func drain() async throws {
        try await withJobFixture { fixture in
            let minutely = try CronJob("minutely", "* * * * *", enqueues: NoteJob("tick"))
            let seen = EventLog<String>()
            let handlers = JobHandlers.forNotes { note, _ in seen.note(note.text) }
            try await CronStore(database: fixture.database).declare([minutely])
            try await fixture.database.query("UPDATE job_cron SET last_at = now() - interval '1 day'")
            let yearly = try CronJob("yearly", "@yearly", enqueues: NoteJob("new year"))
            try await fixture.drain(handlers, schedules: [minutely, yearly])
            #expect(seen.all.first == "tick" && !seen.all.contains("new year"))
        }
    }

    @Test("a drain enqueues nothing in queues that it does not serve")
    func unservedQueue() async throws {
        try await withJobFixture { fixture in
            let own = try CronJob("own", "* * * * *", enqueues: NoteJob("own"))
            let other = try CronJob(
                "other", "* * * * *", enqueues: NoteJob("other"), options: JobOptions(queue: "elsewhere"))
            let seen = EventLog<String>()
            try await CronStore(database: fixture.database).declare([own, other])
            try await fixture.database.query("UPDATE job_cron SET last_at = now() - interval '1 day'")
            try await fixture.drain(.forNotes { note, _ in seen.note(note.text) }, schedules: [own, other])
            #expect(seen.all == ["own"])
            #expect(try await fixture.isEmpty())
        }
    }

    @Test("an occurrence that comes due during a drain is left to the next drain")
    func duringDrain() async throws {
        try await withJobFixture { fixture in
            let minutely = try CronJob("minutely", "* * * * *", enqueues: NoteJob("tick"))
            try await CronStore(database: fixture.database).declare([minutely])
            // The occurrence comes due between the start of the drain and the registration of its runner.
            try await fixture.database.withConnection { connection in
                try await connection.execute(
                    script: """
                        CREATE FUNCTION come() RETURNS trigger LANGUAGE plpgsql AS $$
                        BEGIN
                            UPDATE job_cron SET last_at = now() - interval '1 day';
                            RETURN NULL;
                        END
                        $$;
                        CREATE TRIGGER come AFTER INSERT ON job_runner EXECUTE FUNCTION come();
                        UPDATE job_cron SET last_at = now() + interval '1 day';
                        """)
            }
            let seen = EventLog<String>()
            // The job lasts until a cron loop, if there were one, would have had its first turn.
            try await fixture.enqueue(NoteJob("work"))
            try await fixture.drain(
                .forNotes { note, _ in
                    seen.note(note.text)
                    guard note.text == "work" else { return }
                    for _ in 0..<200 where try await fixture.number("SELECT count(*) FROM job") < 2 {}
                }, schedules: [minutely])
            #expect(seen.all == ["work"])
            #expect(try await fixture.isEmpty())
        }
    }

    @Test("declaring a schedule again changes it, and keeps its last occurrence")
    func declaredAnew() async throws {
        try await withJobFixture { fixture in
            let store = CronStore(database: fixture.database)
            try await store.declare([try CronJob("report", "0 3 * * *", enqueues: NoteJob("old"))])
            let before = try #require(try await store.lastOccurrences()["report"])
            try await store.declare([
                try CronJob("report", "30 4 * * *", in: "Australia/Lord_Howe", enqueues: LetterJob("new"))
            ])
            let stored = try await fixture.database.query("SELECT schedule, time_zone, kind FROM job_cron")
                .decode((String, String, String).self)
            #expect(stored.map(\.0) == ["30 4 * * *"] && stored.map(\.1) == ["Australia/Lord_Howe"])
            #expect(stored.map(\.2) == ["letter"])
            #expect(try await store.lastOccurrences()["report"]?.lastAt == before.lastAt)
        }
    }

    @Test("no source file reads the local clock: all times are the database's")
    func clock() throws {
        let sources = URL(fileURLWithPath: #filePath).appending(path: "../../../../Sources/Jobs").standardized
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var read = 0
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            read += 1
            for call in ["Date()", "Date.now", "timeIntervalSinceNow", "clock_gettime", "gettimeofday"] {
                #expect(!text.contains(call), "\(file.lastPathComponent) does not call \(call)")
            }
        }
        #expect(read > 20)
    }
}
