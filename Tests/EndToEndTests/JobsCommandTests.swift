import BookingStoreTesting
import Foundation
import Postgres
import Testing

@Suite("the jobs commands")
struct JobsCommandTests {
    @Test("list shows dead, waiting, running and scheduled jobs with all fields")
    func list() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.fillQueues()
            let jobs = try await fixture.array("jobs", "list")
            #expect(jobs.map { $0["id"] as? Int } == [10, 11, 1, 3, 2])
            #expect(jobs.map { $0["state"] as? String } == ["dead", "dead", "waiting", "running", "scheduled"])
            #expect(jobs.map { $0["reason"] as? String } == ["failed", "gave_up", nil, nil, nil])
            #expect(jobs.map { $0["attempt"] as? Int } == [10, 1, 0, 1, 0])
            #expect(jobs.map { $0["runner"] as? String } == [nil, nil, nil, "host-1", nil])
            let names: Set = [
                "id", "queue", "kind", "state", "priority", "run_at", "enqueued_at", "attempt", "max_attempts",
                "crashes",
                "unique_key", "runner", "claimed_at", "cancel_requested", "last_error", "reason", "died_at",
            ]
            #expect(jobs.allSatisfy { Set($0.allKeys as? [String] ?? []) == names })
        }
    }

    @Test("list filters by state, queue and kind, and limits the number")
    func narrowed() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.fillQueues()
            func ids(_ options: String...) async throws -> [Int] {
                let result = try await fixture.run(["jobs", "list", "--json"] + options)
                return try result.json([Identified].self).map(\.id)
            }
            #expect(try await ids("--state", "waiting") == [1])
            #expect(try await ids("--state", "scheduled") == [2])
            #expect(try await ids("--state", "running") == [3])
            #expect(try await ids("--state", "dead") == [10, 11])
            #expect(try await ids("--queue", "mail") == [11, 3])
            #expect(try await ids("--kind", "test", "--state", "dead") == [10])
            #expect(try await ids("--limit", "2") == [10, 11])
            #expect(try await ids("--queue", "nowhere").isEmpty)
        }
    }

    @Test("output shows control characters in job data as escapes")
    func visible() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.fillQueues()
            for arguments in [["jobs", "list"], ["jobs", "show", "10"], ["jobs", "watch", "--count", "1"]] {
                let result = try await fixture.run(arguments)
                #expect(result.exit == 0)
                #expect(!result.stdout.contains("\u{1B}"))
                #expect(!result.stdout.contains("\u{202E}"))
                #expect(result.stdout.contains(#"again\u{202e}"#))
            }
            #expect(try await fixture.run("jobs", "show", "10").stdout.contains(#"boom\e[31m"#))
        }
    }

    @Test("show prints the payload unchanged, and all errors")
    func show() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.fillQueues()
            let waiting = try await fixture.object("jobs", "show", "1")
            #expect(
                waiting["payload"] as? NSDictionary == ["studioId": 3, "notes": [1, 2.5, NSNull(), true] as NSArray])
            #expect(waiting["errors"] as? NSArray == [])
            let dead = try await fixture.object("jobs", "show", "10")
            let errors = try #require(dead["errors"] as? [NSDictionary])
            #expect(errors.map { $0["attempt"] as? Int } == [1, 2])
            #expect(errors.map { $0["at"] as? String } == ["2026-11-20T10:00:00Z", "2026-11-20T10:05:00Z"])
            #expect(errors.map { $0["message"] as? String } == ["boom\u{1B}[31m", "again\u{202E}"])
            #expect(dead["last_error"] as? String == "again\u{202E}")
        }
    }

    @Test("retry makes dead and scheduled jobs due: all of the named ones or none")
    func retry() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.fillQueues()
            let before = try await fixture.states()
            for (named, code) in [
                (["10", "1"], "job_not_dead"), (["10", "3"], "job_not_dead"), (["10", "11"], "unique_key_taken"),
            ] {
                let result = try await fixture.run(["jobs", "retry", "--json"] + named)
                #expect(result.exit == 3)
                #expect(result.error?.code == code)
                #expect(result.error?.hint.isEmpty == false)
            }
            #expect(try await fixture.run("jobs", "retry", "10", "999").exit == 4)
            #expect(try await fixture.states() == before)
            #expect(try await fixture.object("jobs", "retry", "10", "2", "10")["retried"] as? [Int] == [10, 2])
            #expect(try await fixture.states() == ["1 waiting", "10 waiting", "11 dead", "2 waiting", "3 running"])
        }
    }

    @Test("retry --all retries all dead jobs, or those of a queue and kind, except those whose key is taken")
    func retryAll() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.fillQueues()
            let none = try await fixture.object("jobs", "retry", "--all", "--queue", "mail", "--kind", "test")
            #expect(none == ["retried": [], "key_taken": []])
            let all = try await fixture.run("jobs", "retry", "--all", "--json")
            #expect(all.stdout == #"{"key_taken":[11],"retried":[10]}"# + "\n")
            #expect(all.stderr.contains("1 job stayed dead"))
        }
    }

    @Test("discard deletes dead jobs, and requires --yes without a terminal")
    func discard() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.fillQueues()
            let before = try await fixture.states()
            for named in [["10"], ["--all"]] {
                let unasked = try await fixture.run(["jobs", "discard", "--json"] + named)
                #expect(unasked.exit == 64)
                #expect(unasked.error?.code == "confirmation_needed")
                #expect(unasked.error?.hint.contains("--yes") == true)
            }
            let waiting = try await fixture.run("jobs", "discard", "10", "1", "--yes", "--json")
            #expect(waiting.exit == 3)
            #expect(waiting.error?.hint.contains("intro jobs cancel 1") == true)
            #expect(try await fixture.run("jobs", "discard", "10", "999", "--yes").exit == 4)
            #expect(try await fixture.states() == before)
            #expect(try await fixture.object("jobs", "discard", "10", "--yes") == ["discarded": [10]])
            #expect(
                try await fixture.object("jobs", "discard", "--all", "--queue", "mail", "--yes") == ["discarded": [11]])
            #expect(try await fixture.states() == ["1 waiting", "2 scheduled", "3 running"])
        }
    }

    @Test("cancel cancels waiting jobs and requests cancellation of running ones")
    func cancel() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.fillQueues()
            let before = try await fixture.states()
            let dead = try await fixture.run("jobs", "cancel", "1", "10", "--json")
            #expect(dead.exit == 3)
            #expect(dead.error?.code == "job_dead")
            #expect(try await fixture.run("jobs", "cancel", "1", "999").exit == 4)
            #expect(try await fixture.states() == before)
            let both = try await fixture.run("jobs", "cancel", "1", "3")
            #expect(both.stdout.contains("Job 1 is cancelled.\nJob 3 is running"))
            #expect(try await fixture.object("jobs", "show", "1")["reason"] as? String == "cancelled")
            #expect(try await fixture.object("jobs", "show", "3")["cancel_requested"] as? Bool == true)
            #expect(try await fixture.object("jobs", "cancel", "2", "3") == ["cancelled": [2], "requested": [3]])
        }
    }

    @Test("pause and resume are idempotent and print the queue's state")
    func pause() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.fillQueues()
            let paused = try await fixture.object("jobs", "pause", "mail")
            #expect(paused["paused"] as? Bool == true)
            #expect(try await fixture.object("jobs", "pause", "mail") == paused)
            let stats = try await fixture.object("jobs", "stats")
            let mail = (stats["queues"] as? [NSDictionary])?.first { $0["name"] as? String == "mail" }
            #expect(mail?["paused"] as? Bool == true)
            let resumed: NSDictionary = ["queue": "mail", "paused": false, "paused_at": NSNull()]
            #expect(try await fixture.object("jobs", "resume", "mail") == resumed)
            #expect(try await fixture.object("jobs", "resume", "mail") == resumed)
            #expect(try await fixture.run("jobs", "pause", "mial").stderr.contains("did you mean mail?"))
        }
    }

    @Test("stats counts jobs, and warns about due jobs without a runner")
    func stats() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.fillQueues()
            let healthy = try await fixture.object("jobs", "stats")
            let queues = try #require(healthy["queues"] as? [NSDictionary])
            #expect(queues.map { $0["name"] as? String } == ["default", "mail"])
            #expect(queues.map { $0["waiting"] as? Int } == [1, 0])
            #expect(queues.map { $0["scheduled"] as? Int } == [1, 0])
            #expect(queues.map { $0["running"] as? Int } == [0, 1])
            #expect(queues.map { $0["dead"] as? Int } == [1, 1])
            #expect(try #require(queues[0]["oldest_due_seconds"] as? Double) >= 3600)
            #expect(queues[1]["oldest_due_seconds"] is NSNull)
            #expect((healthy["runners"] as? [NSDictionary])?.map { $0["completed"] as? Int } == [77])
            #expect(healthy["warnings"] as? NSArray == [])
            #expect(healthy["dead_tuples"] is Int)
            #expect(try await fixture.run("jobs", "stats", "--check").exit == 0)
            try await fixture.store.database.query("UPDATE job_runner SET gone_at = now()")
            let warnings = try #require(try await fixture.object("jobs", "stats")["warnings"] as? [NSDictionary])
            #expect(warnings.map { $0["code"] as? String } == ["no_runner"])
            #expect(try await fixture.run("jobs", "stats").stdout.contains("warning: queue default has 1 job due"))
            let check = try await fixture.run("jobs", "stats", "--check", "--json")
            #expect(check.exit == 69 && check.error?.code == "jobs_check")
            #expect(try check.printed["warnings"]?.items.count == 1)
            #expect(try await fixture.run("jobs", "stats").exit == 0)
        }
    }

    @Test("prune deletes jobs that have been dead for longer than the given time")
    func prune() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.fillQueues()
            #expect(try await fixture.object("jobs", "prune")["dead"] as? Int == 0)
            let pruned = try await fixture.object("jobs", "prune", "--older-than", "9d")
            #expect(pruned == ["dead": 1, "runners": 0, "periods": 0])
            #expect(try await fixture.states() == ["1 waiting", "11 dead", "2 scheduled", "3 running"])
        }
    }

    @Test("schedule prints the next runs in the schedule's time zone, and in JSON also in UTC")
    func schedule() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.store.database.query(
                """
                INSERT INTO job_cron (key, schedule, time_zone, queue, kind, payload, priority, max_attempts, last_at)
                VALUES ('nightly', '30 2 * * *', 'America/New_York', 'default', 'test', '{}', 2, 10,
                        '2026-11-22 07:30:00Z')
                """)
            let schedules = try await fixture.array("jobs", "schedule", "--next", "2")
            #expect(schedules.map { $0["key"] as? String } == ["nightly"])
            #expect(schedules[0]["last_at"] as? String == "2026-11-22T07:30:00Z")
            #expect(schedules[0]["local_last_at"] as? String == "2026-11-22 02:30 EST")
            let runs: NSArray = [
                ["at": "2026-11-24T07:30:00Z", "local_at": "2026-11-24 02:30 EST"],
                ["at": "2026-11-25T07:30:00Z", "local_at": "2026-11-25 02:30 EST"],
            ]
            #expect(schedules[0]["next_runs"] as? NSArray == runs)
            let text = try await fixture.run("jobs", "schedule").stdout
            #expect(text.split(separator: "\n").count == 4)
        }
    }

    @Test("texts have times of the studio's clock, and JSON has UTC")
    func times() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.open()
            try await fixture.fillQueues()
            let database = fixture.store.database
            try await database.query("UPDATE job SET run_at = '2026-12-01 17:00Z' WHERE id = 2")
            try await database.query(
                """
                INSERT INTO job_cron (key, schedule, time_zone, queue, kind, payload, priority, max_attempts, last_at)
                VALUES ('nightly', '30 2 * * *', 'America/New_York', 'default', 'test', '{}', 2, 10,
                        '2026-11-22 07:30:00Z')
                """)
            let texts = [
                (["list"], "Tue Dec 1, 9:00 AM PST"), (["show", "2"], "Tue Dec 1, 9:00 AM PST"),
                (["show", "10"], "Fri Nov 20, 2:05 AM PST  attempt 2"), (["pause", "mail"], "is paused since"),
                (["stats"], "paused since"), (["watch", "--count", "1"], "Jobs at"),
                (["schedule"], "Sun Nov 22, 2:30 AM EST  Tue Nov 24, 2:30 AM EST"),
            ]
            for (command, part) in texts {
                let text = try await fixture.run(["jobs", "--clock", "12"] + command).stdout
                #expect(text.contains(part), "\(command): \(text)")
                #expect(text.contains(/, 1?\d:\d\d [AP]M [EP][SD]T/), "\(command): \(text)")
                #expect(!text.contains(/\dT\d\d:\d\d/), "\(command): \(text)")
            }
            #expect(try await fixture.object("jobs", "show", "2")["run_at"] as? String == "2026-12-01T17:00:00Z")
        }
    }

    @Test("exits with 64 for wrong usage, 65 for an invalid value and 4 for an unknown job")
    func wrongInput() async throws {
        try await CommandFixture.with { fixture in
            let cases: [(Int32, [String])] = [
                (4, ["show", "1"]), (4, ["retry", "1"]), (4, ["discard", "1", "--yes"]), (4, ["cancel", "1"]),
                (65, ["show", "x"]), (65, ["show", "0"]), (65, ["show", "9223372036854775808"]),
                (65, ["retry", "1", "two"]), (65, ["discard", "1.5", "--yes"]), (65, ["cancel", ""]),
                (65, ["pause", ""]), (65, ["resume", "a\u{1B}b"]), (65, ["list", "--limit", "0"]),
                (65, ["list", "--limit", "-1"]), (65, ["prune", "--older-than", "soon"]),
                (65, ["prune", "--older-than", "-1d"]), (65, ["schedule", "--next", "x"]),
                (65, ["watch", "--interval", "0"]), (65, ["watch", "--interval", "1y"]),
                (65, ["watch", "--count", "0"]), (64, ["list", "--state", "asleep"]), (64, ["show"]), (64, ["retry"]),
                (64, ["retry", "1", "--all"]), (64, ["retry", "1", "--queue", "mail"]), (64, ["discard", "--yes"]),
                (64, ["cancel"]), (64, ["pause"]), (64, ["pause", "a", "b"]), (64, ["undo"]),
            ]
            for (exit, arguments) in cases {
                let result = try await fixture.run(["jobs"] + arguments + ["--json"])
                #expect(result.exit == exit, "\(arguments): \(result.stderr)")
                #expect(result.stdout.isEmpty)
                #expect(result.error?.hint.isEmpty == false, "\(arguments): \(result.stderr)")
            }
        }
    }

    private struct Identified: Decodable {
        let id: Int
    }
}
