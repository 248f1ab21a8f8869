import Foundation
import Postgres
import PostgresTesting
import Testing

@Suite("the status command", .timeLimit(.minutes(30)))
struct StatusCommandTests {
    @Test("shows an installation without a runner as critical, with every field")
    func withoutRunner() async throws {
        try await Studio.with { studio in
            let before = try await studio.fingerprint()
            let status = try await studio.answer("status")
            #expect(
                status.names == [
                    "at", "database", "schema", "binary", "runners", "queues", "oldest_overdue_reminder", "messages",
                    "channels", "sessions", "last_backup", "status", "problems",
                ])
            #expect(status["status"] == "critical")
            #expect(status["problems"]?.items.map { $0["code"] } == ["no_runner"])
            #expect(status["problems"]?.items.map(\.names) == [["level", "code", "message", "hint"]])
            #expect(
                status["database"]?.names == [
                    "version", "role", "tls", "host", "port", "name", "user", "standbys", "receiving", "lag_seconds",
                ])
            #expect(status["database"]?["role"] == "primary")
            let schema = try #require(status["schema"])
            #expect(schema["step"] == schema["expected"] && schema["match"] == "current")
            #expect(schema["function_set"] == schema["expected_function_set"])
            #expect(status["binary"]?.names == ["version", "commit"])
            #expect(status["runners"] == .list([]) && status["oldest_overdue_reminder"] == .null)
            #expect(status["channels"]?.items.map { $0["paused"] } == [.truth(false), .truth(false)])
            #expect(status["sessions"] == .object(["not_marked": .number(0), "need_new_time": .number(0)]))
            #expect(status["last_backup"] == .null)

            let check = try await studio.intro("status", "--check")
            #expect(check.exit == 2 && check.stdout.hasPrefix("CRITICAL - no runner is active | runners=0 "))
            #expect(check.stderr.isEmpty)
            let object = try await studio.intro("status", "--check", "--json")
            #expect(try object.exit == 2 && object.printed["status"] == "critical")
            #expect(try await studio.fingerprint() == before)
        }
    }

    @Test("shows a running runner with its version, and one that was killed as not active")
    func runner() async throws {
        try await Studio.with { studio in
            let ended = try await studio.intro(["run"]) { process in
                try await wait(until: "the runner is registered") { try await studio.count("job_runner") == 1 }
                let check = try await studio.intro("status", "--check")
                #expect(check.exit == 0 && check.stdout.hasPrefix("OK - no problems | runners=1 "), "\(check.stdout)")
                let runners = try await studio.answer("status")["runners"]?.items ?? []
                #expect(runners.map { $0["process"] } == [.number(Double(process))])
                #expect(runners.map { $0["active"] } == [.truth(true)])
                #expect(runners.first?["version"]?.text.hasPrefix("0.1.0") == true, "\(runners)")
                kill(process, SIGKILL)
            }
            #expect(ended.exit == 128 + SIGKILL)
            // As if the lease of 25 seconds had passed.
            try await studio.database.query(
                "UPDATE job_runner SET lease_until = now(), seen_at = seen_at - interval '1 minute'")
            let status = try await studio.answer("status")
            #expect(status["runners"]?.items.map { $0["active"] } == [.truth(false)])
            #expect((status["runners"]?.items.first?["last_heartbeat_seconds_ago"]?.number ?? 0) >= 60)
            #expect(status["problems"]?.items.first?["code"] == "no_runner")
            let text = try await studio.intro("status").stdout
            #expect(text.contains(", not active, heartbeat 1m ago, 0.1.0"), "\(text)")
        }
    }

    @Test("counts messages, jobs and sessions, and names the oldest overdue reminder")
    func contents() async throws {
        try await Studio.with { studio in
            try await studio.addRunner()
            let past = try await studio.reference("Ana", at: "2026-11-30 10:00")
            let away = try await studio.reference("Bea", at: "2026-12-02 09:00", with: "james")
            try await studio.answer(
                "trainer", "away", "james", "--from", "2026-12-02", "--until", "2026-12-02", "--reason", "Sick")
            try await studio.settle("attended", of: away, as: "failed", at: "2026-11-30 19:00Z")
            try await studio.settle("no-show", of: away, as: "failed", at: "2026-11-29 19:00Z")
            try await studio.settle("rescheduled", of: away, as: "unknown", at: "2026-11-01 19:00Z")
            try await studio.answer("jobs", "pause", "messages")
            let status = try await studio.answer("status", now: "2026-11-30T12:00:00-08:00")
            #expect(status["sessions"] == .object(["not_marked": .number(1), "need_new_time": .number(1)]))
            let overdue = try #require(status["oldest_overdue_reminder"])
            #expect(overdue["session"] == .text(past) && overdue["rule"] == "confirmation", "\(overdue)")
            #expect(overdue["due_at"] == "2026-11-30T16:00:00Z" && overdue["late_minutes"] == .number(240))
            let queue = status["queues"]?.items.first { $0["name"] == "messages" }
            #expect(queue?.names == ["name", "ready", "running", "delayed", "dead", "paused"])
            #expect((queue?["ready"]?.number ?? 0) >= 2 && queue?["paused"] == .truth(true), "\(status)")
            #expect(
                status["problems"]?.items.map { $0["code"] } == [
                    "reminder_overdue", "queue_paused", "messages_failed", "messages_unknown",
                ], "\(status)")
            #expect(
                status["messages"]
                    == .object([
                        "failed": .number(1), "failed_since": "2026-11-29T20:00:00Z", "unknown": .number(1),
                        "held": .number(0), "held_reason": .null,
                    ]), "\(status)")
            let text = try await studio.intro("status", now: "2026-11-30T12:00:00-08:00").stdout
            #expect(text.contains("session \(past)"), "\(text)")
        }
    }

    @Test("a paused channel is a warning with the server's reply, and the exit status of status stays 0")
    func channel() async throws {
        try await Studio.with { studio in
            try await studio.addRunner()
            try await studio.database.query(
                """
                INSERT INTO channel_pause (channel, sender, code, reason, since, until, retries, refused)
                VALUES ('email', 'web1', 'unreachable', '554 5.7.1 blocked | by a list', '2026-11-30 15:50Z',
                        '2026-11-30 16:30Z', 3, true)
                """)
            let check = try await studio.intro("status", "--check")
            #expect(check.exit == 1, "\(check.stdout)")
            #expect(
                check.stdout.hasPrefix("WARNING - email is paused on web1: 554 5.7.1 blocked / by a list | runners=1"))
            let shown = try await studio.answer("status")["channels"]
            #expect(shown == (try await studio.answer("jobs", "stats")["channels"]))
            #expect(try await studio.intro("status").exit == 0)
        }
    }

    @Test("the record of the last back-up is shown, and a warning once it is too old or cannot be read")
    func backup() async throws {
        try await Studio.with { studio in
            try await studio.addRunner()
            let path = "\(studio.home)/backup.json"
            let record = #"{"at":"2026-11-30T03:00:00Z","kind":"pgbackrest","verified_at":null}"#
            try record.write(toFile: path, atomically: false, encoding: .utf8)
            let backup = try await studio.answer("status")["last_backup"]
            #expect(
                backup == .object(["at": "2026-11-30T03:00:00Z", "kind": "pgbackrest", "verified_at": .null]))
            #expect(try await studio.intro("status", "--check", now: "2026-12-01T05:00:00Z").exit == 0)
            let late = try await studio.intro("status", "--check", now: "2026-12-01T05:00:01Z")
            #expect(late.exit == 1 && late.stdout.hasPrefix("WARNING - the last back-up is 26 hours old"))
            try "{".write(toFile: path, atomically: false, encoding: .utf8)
            let broken = try await studio.answer("status")
            #expect(broken["last_backup"] == .null)
            #expect(broken["problems"]?.items.map { $0["code"] } == ["backup_unreadable"])
        }
    }

    @Test("without a database, says so and exits with 69, and with 2 as a plugin")
    func unreachable() async throws {
        let environment = ["INTRO_DATABASE_URL": "postgresql://desk:geheim@127.0.0.1:1/intro"]
        let text = try await IntroBinary.run("status", environment: environment)
        #expect(text.exit == 69 && text.stdout.contains("critical: the database cannot be reached"))
        #expect(text.stdout.contains("Runners   not read") && text.stderr.contains("error:"))
        let result = try await IntroBinary.run("status", "--json", environment: environment)
        let status = try result.printed
        #expect(result.exit == 69 && result.error?.code == "database_unreachable")
        #expect(status["status"] == "critical" && status["database"] == .null && status["runners"] == .null)
        #expect(status["binary"]?["version"] == "0.1.0")
        let check = try await IntroBinary.run("status", "--check", environment: environment)
        #expect(check.exit == 2 && check.stdout.hasPrefix("CRITICAL - the database cannot be reached"))
        #expect(check.stderr.isEmpty && !(text.stdout + result.stdout + check.stdout).contains("geheim"))
    }

    @Test("a missing or different schema is critical and exits with 78, and nothing is created")
    func schema() async throws {
        try await withDatabase { database, conninfo in
            let environment = ["INTRO_DATABASE_URL": conninfo]
            let result = try await IntroBinary.run("status", "--json", environment: environment)
            let status = try result.printed
            #expect(result.exit == 78 && result.error?.code == "schema")
            #expect(status["database"]?["role"] == "primary" && status["schema"]?["match"] == "missing")
            let check = try await IntroBinary.run("status", "--check", environment: environment)
            #expect(check.exit == 2 && check.stdout.hasPrefix("CRITICAL - the database has no Intro schema"))
            let tables = try await database.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            #expect(try tables.decode(Int64.self) == [0])
        }
        try await Studio.with { studio in
            try await studio.database.query("DELETE FROM schema_function WHERE name = 'open_slots'")
            let older = try await studio.intro("status", "--json")
            #expect(try older.exit == 78 && older.printed["schema"]?["match"] == "behind")
            #expect(try await studio.intro("status", "--check").exit == 2)
        }
    }

    @Test("a private database that does not exist is reported, and not created")
    func noPrivateDatabase() async throws {
        try await TemporaryHome.with(name: "home") { home in
            let result = try await home.intro("status", "--json")
            #expect(result.exit == 78 && result.error?.message.contains("has not been created yet") == true)
            #expect(!FileManager.default.fileExists(atPath: home.path))
            #expect(try await home.intro("status", "--check").exit == 2)
        }
    }

    @Test("a login without privileges, and settings that cannot be used, leave the state unknown")
    func unknown() async throws {
        let environment = ["INTRO_DATABASE_URL": "postgresql://x", "INTRO_DATABASE_CONNECTIONS": "many"]
        let check = try await IntroBinary.run("status", "--check", environment: environment)
        #expect(check.exit == 3 && check.stdout.hasPrefix("UNKNOWN - "), "\(check.stdout)\(check.stderr)")
        #expect(try await IntroBinary.run("status", environment: environment).exit == 78)
    }

    @Test("works on a standby, and warns of it", .enabled(if: Studio.isOnPrivateServer))
    func standby() async throws {
        let first = try await TestServer.startReplicated()
        try await Studio.on(first) { studio in
            try await studio.addRunner()
            let second = try await first.makeStandby(isSynchronous: false)
            try await second.catchUp(with: first)
            let folder = try second.socketFolder
            let standby = studio.reached(by: studio.conninfo.replacing(/host=\S+/, with: "host=\(folder)"))
            let status = try await standby.answer("status")
            #expect(status["database"]?["role"] == "standby" && status["database"]?["host"] == .text(folder))
            #expect(status["problems"]?.items.map { $0["code"] } == ["standby"])
            #expect(
                status["database"]?.only("standbys", "receiving", "lag_seconds")
                    == .object(["standbys": .null, "receiving": .truth(true), "lag_seconds": .number(0)]))
            #expect(try await standby.intro("status", "--check").exit == 1)
            let text = try await standby.intro("status").stdout
            #expect(text.contains(", standby (0.0 s behind), no TLS, "), "\(text)")

            // The standby as the primary reports it, also to a login without pg_monitor.
            let database = try await studio.answer("status")["database"]
            #expect(database?["receiving"] == .null && database?["lag_seconds"] == .null)
            let seen = try #require(database?["standbys"]?.items.first)
            #expect(
                seen.only("name", "state", "sync")
                    == .object(["name": "standby", "state": "streaming", "sync": "async"]))
            #expect(seen["lag_bytes"]?.number != nil && seen.names.contains("lag_seconds"), "\(seen)")
            #expect(try await studio.intro("status").stdout.contains("Standbys  standby: streaming, async, "))
            try await studio.database.query("CREATE ROLE desk LOGIN IN ROLE intro_reader")
            let hidden = try await studio.reached(by: "\(studio.conninfo) user=desk").answer("status")["database"]
            #expect(
                hidden?["standbys"]
                    == .list([
                        .object([
                            "name": "standby", "state": .null, "sync": .null, "lag_seconds": .null, "lag_bytes": .null,
                        ])
                    ]))
        }
    }
}

extension Studio {
    /// Adds a message of a session that was attempted at a time.
    fileprivate func settle(_ rule: String, of reference: String, as status: String, at time: String) async throws {
        try await database.query(
            """
            INSERT INTO message (session_id, studio_id, rule, channel, revision, status, due_at, attempted_at, attempts)
            SELECT id, studio_id, \(rule), 'email', revision, \(status), \(time)::text::timestamptz,
                   \(time)::text::timestamptz, 1
            FROM session
            WHERE replace(reference, '-', '') = \(reference.replacing("-", with: ""))
            """)
    }

    /// Adds a runner that is active for an hour.
    fileprivate func addRunner() async throws {
        try await database.query(
            """
            INSERT INTO job_runner (name, version, queues, lease_until)
            VALUES ('web1:77', '0.1.0+abc', '{default,messages}', now() + interval '1 hour')
            """)
    }
}
