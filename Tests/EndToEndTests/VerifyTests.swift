import Foundation
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite("intro verify")
struct VerifyTests {
    @Test("a studio after bookings, a move, a cancellation, a mark and sent messages is consistent")
    func consistent() async throws {
        try await withBusyStudio { studio in
            let result = try await studio.verify("--json")
            #expect(result.exit == 0, "\(result.stderr)\(result.stdout)")
            let printed = try result.printed
            #expect(printed["ok"] == true && printed["standby"] == false)
            #expect(printed["snapshot_at"]?.text.hasSuffix("Z") == true)
            let checks = try #require(printed["checks"]).items
            #expect(checks.count == 20)
            #expect(checks.allSatisfy { $0["violations"] == 0 && $0["examples"] == [] })
            let text = try await studio.verify()
            #expect(text.exit == 0 && text.stderr.isEmpty, "\(text.stderr)")
            #expect(text.stdout.split(separator: "\n").count == 21)
        }
    }

    @Test("each broken invariant is found, with its rows and a remedy, and no other", arguments: BrokenInvariant.all)
    func broken(_ broken: BrokenInvariant) async throws {
        try await withBusyStudio { studio in
            var references: [String] = []
            for client in broken.clients { references.append(try await studio.reference(of: client)) }
            try await studio.database.transaction { connection in
                try await connection.execute(script: broken.script)
            }
            let result = try await studio.verify("--json")
            #expect(result.exit == 65, "\(result.stderr)")
            #expect(result.error?.code == "inconsistent_data")
            #expect(result.error?.message.contains(broken.check) == true)
            let printed = try result.printed
            #expect(printed["ok"] == false)
            let violated = try #require(printed["checks"]).items.filter { $0["violations"] != 0 }
            #expect(violated.map { $0["name"]?.text ?? "" } == [broken.check], "\(violated)")
            let check = try #require(violated.first)
            #expect(check["violations"] == 1)
            let example = try #require(check["examples"]?.items.first).text
            #expect(references.allSatisfy(example.contains), "\(example)")
            #expect(!example.contains("@"))
            let remedy = try #require(check["remedy"]).text
            #expect(remedy.contains("`intro "))
            let text = try await studio.verify()
            #expect(text.exit == 65 && text.stdout.contains(example) && text.stdout.contains("remedy: \(remedy)"))
        }
    }

    @Test("more than five violations are counted, and the first five are shown")
    func limited() async throws {
        try await withBusyStudio { studio in
            try await studio.database.query(
                "INSERT INTO job (queue, kind, payload, priority, max_attempts, token, runner, claimed_at) "
                    + "SELECT 'default', 'test', '{}', 2, 1, n, 999, now() - interval '1 hour' FROM generate_series(1, 7) AS n"
            )
            let result = try await studio.verify("--json")
            let check = try #require(try result.printed["checks"]?.items.first { $0["violations"] != 0 })
            #expect(check["name"] == "job_lease" && check["violations"] == 7)
            #expect(check["examples"]?.items.count == 5)
            #expect(try await studio.verify().stdout.contains("and 2 more"))
        }
    }

    @Test("the remedy for a missing claim writes it again")
    func claimRemedy() async throws {
        try await withBusyStudio { studio in
            try await studio.database.query("DELETE FROM free_session_claim WHERE contact = 'email:ana@example.com'")
            #expect(try await studio.verify().exit == 65)
            try await studio.answer("client", "edit", "ana@example.com", "--email", "ana@example.com")
            #expect(try await studio.verify().exit == 0)
        }
    }

    @Test("the documented event makes the log explain a row that was changed without triggers")
    func eventRemedy() async throws {
        try await withBusyStudio { studio in
            try await studio.database.transaction { connection in
                try await connection.execute(
                    script:
                        "SET LOCAL session_replication_role = replica; UPDATE session SET source = 'web' WHERE id = 1")
            }
            #expect(try await studio.verify().exit == 65)
            try await studio.database.query(
                """
                INSERT INTO event (actor, reason, subject, subject_id, studio_id, action, before, after)
                SELECT 'admin', 'changed by hand', 'session', s.id, s.studio_id, 'update', e.after, to_jsonb(s)
                FROM session AS s
                JOIN event AS e ON e.id = (
                    SELECT max(id) FROM event WHERE subject = 'session' AND subject_id = s.id)
                WHERE s.id = 1
                """)
            #expect(try await studio.verify().exit == 0)
        }
    }

    @Test("a login with the role intro_reader can verify")
    func reader() async throws {
        try await withBusyStudio { studio in
            try await studio.answer("setup")
            let login = "reader_\(UUID().uuidString.prefix(8).lowercased())"
            try await studio.database.query("CREATE ROLE \(unsafeSQL: login) LOGIN IN ROLE intro_reader")
            let result = try await studio.reached(by: "\(studio.conninfo) user=\(login)").verify()
            #expect(result.exit == 0, "\(result.stderr)\(result.stdout)")
            try await studio.database.query("DROP ROLE \(unsafeSQL: login)")
        }
    }

    private func withBusyStudio(_ body: (Studio) async throws -> Void) async throws {
        let template = try await BusyStudio.shared.value
        let folder = try ScratchFolder()
        try await withDatabase(template: template, configure: { $0.maximumConnections = 2 }) {
            // Otherwise all messages would be held, because the clone is another database.
            try await $0.query(
                "UPDATE delivery_epoch SET database_oid = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            try await body(Studio(database: $0, conninfo: $1, home: folder.path))
        }
    }
}

/// A database of sessions whose messages are sent, created once per test process.
///
/// Ana and Bea have sessions tomorrow, that of Eva was moved, that of Cem was cancelled, and Dan's was attended.
private enum BusyStudio {
    static let shared = Task {
        let test = try await TestDatabase.make()
        let folder = try ScratchFolder()
        let database = Database(Database.Configuration.patient(conninfo: test.conninfo), logger: .silent)
        let studio = Studio(database: database, conninfo: test.conninfo, home: folder.path)
        try await studio.answer("setup", "--sample")
        for (name, time, trainer) in [
            ("Ana", "2026-12-01 09:00", "maria"), ("Bea", "2026-12-01 10:00", "james"),
            ("Cem", "2026-12-01 11:00", "maria"), ("Dan", "2026-11-30 11:00", "maria"),
            ("Eva", "2026-12-02 09:00", "james"),
        ] {
            try await studio.book(name, at: time, with: trainer)
        }
        try await studio.answer("reschedule", "eva@example.com", "--at", "2026-12-02 10:00")
        try await studio.answer("cancel", "cem@example.com", "--by", "client")
        try await studio.answer("reminders", "send", now: "2026-11-30T10:59:00-08:00")
        try await studio.answer("attend", "dan@example.com", now: "2026-11-30T11:30:00-08:00")
        try await studio.answer("reminders", "send", now: "2026-11-30T11:31:00-08:00")
        await database.close()
        return test.name
    }
}

extension Studio {
    /// Verifies at noon.
    fileprivate func verify(_ arguments: String...) async throws -> IntroBinary.Result {
        try await intro(["verify"] + arguments, now: "2026-11-30T12:00:00-08:00")
    }

    /// The reference of a client's session.
    fileprivate func reference(of client: String) async throws -> String {
        let code = try await database.query(
            "SELECT reference FROM session AS s JOIN client AS c ON c.id = s.client_id WHERE c.name = \(client) ORDER BY s.id"
        ).decode(String.self)[0]
        return "\(code.prefix(4))-\(code.suffix(4))"
    }
}
