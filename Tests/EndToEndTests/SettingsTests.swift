import Foundation
import Postgres
import Testing

@Suite("settings")
struct SettingsTests {
    /// Runs a test with two studios that differ in their trainers: Zoe works only at the second one.
    private func withTwo(_ body: (_ first: Studio, _ second: Studio) async throws -> Void) async throws {
        try await Studio.withTwo { first, second in
            try await second.answer("trainer", "add", "Zoe", "--id", "zoe")
            try await body(first, second)
        }
    }

    /// Returns which of two studios a run reaches.
    private func reached(
        _ words: [String] = [], _ environment: [String: String], in folder: String
    ) async throws -> String {
        let result = try await IntroBinary.run(
            ["trainer", "list", "--json"] + words, environment: environment, in: folder)
        try #require(result.exit == 0, "\(result.stderr)")
        return try result.printed.items.contains { $0["handle"] == "zoe" } ? "second" : "first"
    }

    /// Writes a settings file that names a database.
    private func write(_ conninfo: String, to path: String) throws {
        let settings = ["database": ["url": conninfo]]
        try JSONEncoder().encode(settings).write(to: URL(filePath: path))
    }

    @Test("the database is taken from the flag, INTRO_DATABASE_URL, DATABASE_URL or ./intro.json, in this order")
    func precedence() async throws {
        try await withTwo { first, second in
            let here = first.home
            let (one, two) = (first.conninfo, second.conninfo)
            #expect(try await reached(["--database", two], ["INTRO_DATABASE_URL": one], in: here) == "second")
            #expect(try await reached(["--database=\(one)"], ["INTRO_DATABASE_URL": two], in: here) == "first")
            let both = ["INTRO_DATABASE_URL": two, "DATABASE_URL": one]
            #expect(try await reached([], both, in: here) == "second")
            #expect(try await reached([], ["DATABASE_URL": two], in: here) == "second")
            try write(one, to: here + "/intro.json")
            #expect(try await reached([], [:], in: here) == "first")
            #expect(try await reached([], ["DATABASE_URL": two], in: here) == "second")
            #expect(try await reached([], ["INTRO_DATABASE_URL": two], in: here) == "second")
            #expect(
                try await reached([], ["INTRO_DATABASE_URL": ""], in: here) == "first",
                "an empty variable counts as not set")
        }
    }

    @Test("INTRO_DATABASE_URL_FILE names a file with the URL, and takes precedence over DATABASE_URL")
    func urlFile() async throws {
        try await withTwo { first, second in
            let file = first.home + "/database-url"
            try (second.conninfo + "\n").write(toFile: file, atomically: false, encoding: .utf8)
            let both = ["INTRO_DATABASE_URL_FILE": file, "DATABASE_URL": first.conninfo]
            #expect(try await reached([], both, in: first.home) == "second")
            #expect(try await reached(["--database", first.conninfo], both, in: first.home) == "first")
            let missing = try await IntroBinary.run(
                "slots", "--json", environment: ["INTRO_DATABASE_URL_FILE": file + "s"], in: first.home)
            #expect(missing.exit == 78)
            #expect(missing.error?.code == "configuration")
        }
    }

    @Test("--config names a file that replaces ./intro.json")
    func namedFile() async throws {
        try await withTwo { first, second in
            try write(first.conninfo, to: first.home + "/intro.json")
            try write(second.conninfo, to: first.home + "/other.json")
            #expect(try await reached(["--config", "other.json"], [:], in: first.home) == "second")
            let missing = try await IntroBinary.run("slots", "--config", "none.json", "--json", in: first.home)
            #expect(missing.exit == 78)
            #expect(missing.error?.code == "configuration")
        }
    }

    @Test(
        "libpq's variables select the database if no setting of Intro does",
        .enabled(if: Studio.isOnPrivateServer, "needs a Unix socket"))
    func libpqVariables() async throws {
        try await withTwo { first, second in
            let (name, folder) = try await second.database.query(
                "SELECT current_database()::text, current_setting('unix_socket_directories')"
            ).decode((String, String).self)[0]
            let variables = ["PGHOST": folder, "PGUSER": "postgres", "PGDATABASE": name]
            #expect(try await reached([], variables, in: first.home) == "second")
            let both = variables.merging(["INTRO_DATABASE_URL": first.conninfo]) { $1 }
            #expect(try await reached([], both, in: first.home) == "first")
        }
    }

    @Test("other settings are read from the file, and the environment takes precedence")
    func otherSettings() async throws {
        try await Studio.with { studio in
            let settings = #"{"booking": {"no_show_limit": 1}, "mail.url": "file:///nonexistent/mail"}"#
            try settings.write(toFile: studio.home + "/intro.json", atomically: false, encoding: .utf8)
            try await studio.answer(
                "no-show", try await studio.reference("Ana", at: "2026-12-01 09:00"), "--override", "called")
            let refusal = try await studio.refusal(
                "book", "--client", "ana@example.com", "--trainer", "maria", "--at", "2026-12-02 09:00")
            #expect(refusal.code == "too_many_no_shows")
            let booking = try await studio.answer(
                "book", "--client", "ana@example.com", "--trainer", "maria", "--at", "2026-12-02 09:00",
                environment: ["INTRO_BOOKING_NO_SHOW_LIMIT": "2"])
            #expect(booking["created"] == true)
            // The fixture's own INTRO_MAIL_URL names another folder than the file.
            #expect(try await studio.answer("reminders", "send")["sent"] == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: studio.home + "/mail/new").count == 1)
        }
    }

    @Test("without a mail server, mail is written to INTRO_HOME/outbox")
    func outbox() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-07 09:00")
            let sent = try await studio.answer(
                "reminders", "send", environment: ["INTRO_MAIL_URL": "", "INTRO_MAIL_FROM": ""])
            #expect(sent["sent"] == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: studio.home + "/outbox/new").count == 1)
        }
    }

    @Test("the actor in the event log is --as, else INTRO_ACTOR, else the login name")
    func actor() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "A", "--email", "a@example.com", "--as", "maria at the desk")
            try await studio.answer(
                "client", "add", "B", "--email", "b@example.com", environment: ["INTRO_ACTOR": "night shift"])
            try await studio.answer(
                "client", "add", "C", "--email", "c@example.com", "--as", "owner", environment: ["INTRO_ACTOR": "x"])
            try await studio.answer("client", "add", "D", "--email", "d@example.com")
            let login = try #require(getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) })
            let actors = try await studio.database.query("SELECT actor FROM event WHERE subject = 'client' ORDER BY id")
            #expect(try actors.decode(String.self) == ["maria at the desk", "night shift", "owner", login])
        }
    }

    @Test("the event log records actor and reason of bookings, moves, overrides and cancellations")
    func history() async throws {
        try await Studio.with { studio in
            let booked = try await studio.answer(
                "book", "--client", "ana@example.com", "--name", "Ana", "--at", "2026-12-01 09:00", "--as", "desk")
            let reference = booked["reference"]?.text ?? ""
            try await studio.answer(
                "reschedule", reference, "--at", "2026-12-01 09:10", "--override", "late bus", "--as", "maria")
            try await studio.answer("cancel", reference, "--reason", "ill", "--as", "owner")
            let log = try await studio.database.query(
                "SELECT actor, reason, action FROM event WHERE subject = 'session' ORDER BY id"
            ).decode((String, String?, String).self).map { "\($0.0): \($0.2), \($0.1 ?? "-")" }
            #expect(log == ["desk: insert, -", "maria: update, late bus", "owner: update, ill"])
        }
    }

    /// Returns the output of a command on a terminal, which `script` provides.
    private func onTerminal(_ command: String, _ studio: Studio, _ more: [String: String]) async throws -> String {
        let result = try await IntroBinary.shell(
            "script -qec \"'$0' \(command) --now \(Studio.now)\" /dev/null",
            environment: studio.environment.merging(["TERM": "xterm"]) { $1 }.merging(more) { $1 })
        #expect(result.exit == 0)
        return result.stdout
    }

    @Test("uses colour on a terminal unless NO_COLOR, TERM=dumb or --color never, elsewhere with --color always")
    func color() async throws {
        try await Studio.with { studio in
            let escape = "\u{1B}["
            #expect(try await onTerminal("trainer list", studio, [:]).contains(escape))
            #expect(try await !onTerminal("trainer list", studio, ["NO_COLOR": "1"]).contains(escape))
            #expect(try await onTerminal("trainer list", studio, ["NO_COLOR": ""]).contains(escape))
            #expect(try await !onTerminal("trainer list", studio, ["TERM": "dumb"]).contains(escape))
            #expect(try await !onTerminal("trainer list --color never", studio, [:]).contains(escape))
            #expect(try await !onTerminal("trainer list --json", studio, [:]).contains(escape))
            #expect(try await !studio.intro("trainer", "list").stdout.contains(escape))
            let always = try await studio.intro("trainer", "list", "--color", "always", environment: ["NO_COLOR": "1"])
            #expect(always.stdout.contains(escape))
        }
    }

    @Test("statuses are coloured in lists, schedules and explanations")
    func statusColors() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            try await studio.answer("reminders", "send")
            try await studio.answer("cancel", reference)
            func contains(_ text: String, _ command: String...) async throws -> Bool {
                try await studio.intro(command + ["--color", "always"]).stdout.contains(text)
            }
            let cancelled = "\u{1B}[2mcancelled\u{1B}[0m"
            #expect(try await contains(cancelled, "sessions"))
            #expect(try await contains(cancelled, "client", "show", "1"))
            #expect(try await contains(cancelled, "show", reference))
            let ben = try await studio.reference("Ben", at: "2026-12-01 10:00")
            try await studio.answer("no-show", ben, "--override", "called")
            let missed = "\u{1B}[1;31mno-show\u{1B}[0m    \(ben)"
            #expect(try await contains(missed, "schedule", "maria", "--on", "2026-12-01"))
            #expect(try await contains(missed, "agenda", "downtown", "--on", "2026-12-01"))
            for text in ["\u{1B}[32msent\u{1B}[0m", "\u{1B}[2mskipped\u{1B}[0m", "\u{1B}[33mqueued\u{1B}[0m"] {
                #expect(try await contains(text, "reminders", "list", reference))
                #expect(try await contains(text, "why", reference))
            }
        }
    }

    @Test("accepts global options before the command")
    func globalOptionsFirst() async throws {
        try await Studio.with { studio in
            let result = try await IntroBinary.run(
                "--json", "--database", studio.conninfo, "--now", Studio.now, "slots", "--limit", "1")
            #expect(result.exit == 0, "\(result.stderr)")
            #expect(try result.printed.items.first?["local_start"] == "2026-11-30 10:00 PST")
        }
    }
}
