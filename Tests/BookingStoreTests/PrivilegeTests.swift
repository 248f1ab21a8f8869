import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import PostgresTesting
import Schema
import Testing

@Suite("Privileges")
struct PrivilegeTests {
    @Test("every table, column, sequence and function has exactly the listed privileges")
    func listed() async throws {
        try await withLogins { fixture, _, _, _ in
            let differences = try await fixture.database.withConnection { try await Privileges.differences(on: $0) }
            #expect(differences == [])
        }
    }

    @Test(
        "detects missing and additional privileges, and setup corrects them",
        arguments: [
            ("REVOKE SELECT ON session FROM intro_service", "missing: intro_service SELECT table session"),
            ("GRANT DELETE ON session TO intro_service", "too much: intro_service DELETE table session"),
            (
                "GRANT SELECT (unsubscribe_token) ON client TO intro_reader",
                "too much: intro_reader SELECT column client.unsubscribe_token"
            ),
            ("GRANT EXECUTE ON FUNCTION record_event() TO PUBLIC", "too much: PUBLIC EXECUTE function record_event"),
            ("GRANT SELECT ON job_lease TO intro_reader", "too much: intro_reader SELECT sequence job_lease"),
        ])
    func differences(statement: String, difference: String) async throws {
        try await withLogins { fixture, _, _, _ in
            try await fixture.database.query("\(unsafeSQL: statement)")
            let found = try await fixture.database.withConnection { try await Privileges.differences(on: $0) }
            #expect(found == [difference])
            try await Schema.apply(to: fixture.database)
            let after = try await fixture.database.withConnection { try await Privileges.differences(on: $0) }
            #expect(after == [])
        }
    }

    @Test("reports an object that is not listed")
    func unlisted() async throws {
        try await withLogins { fixture, _, _, _ in
            try await fixture.database.query("CREATE TABLE mine (id int)")
            try await fixture.database.query("CREATE FUNCTION yours() RETURNS int LANGUAGE sql AS 'SELECT 1'")
            let found = try await fixture.database.withConnection { try await Privileges.differences(on: $0) }
            #expect(found.contains("table mine is not listed") && found.contains("function yours is not listed"))
            #expect(found.contains("too much: PUBLIC EXECUTE function yours"))
        }
    }

    @Test("a login without privileges cannot read, change or forge data, or block bookings")
    func stranger() async throws {
        try await withLogins { fixture, stranger, _, _ in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let session = try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            // The login has no CONNECT privilege. The test grants it, to show that other privileges are missing as
            // well.
            let name = try await fixture.database.query("SELECT current_database()").decode(String.self)[0]
            try await fixture.database.query("GRANT CONNECT, TEMPORARY ON DATABASE \(unsafeSQL: name) TO PUBLIC")
            let before = try await fixture.counts()
            try await expectNoForgery(by: stranger, of: session)
            try await stranger.transaction { connection in
                for key in ["studio:1", "trainer:1", "email:ana@example.com", "intro schema"] {
                    try await connection.query("SELECT pg_advisory_xact_lock(hashtextextended(\(key), 0))")
                }
                // The booking would wait if it used the same advisory locks.
                try await fixture.book(studio, "2027-01-05 11:00", for: "ben@example.com")
            }
            try await expectNoAccess(by: stranger, to: fixture.tables())
            let after = try await fixture.counts()
            #expect(after["free_session_claim"] == before["free_session_claim"].map { $0 + 1 })
            let actors = try await fixture.database.query("SELECT DISTINCT actor FROM event").decode(String.self)
            #expect(actors == ["test"])
        }
    }

    /// Expects that a login cannot use a trigger function on its own table to write events or claims of a session.
    private func expectNoForgery(by stranger: Database, of session: Session) async throws {
        for (table, function) in [
            ("client", "record_event"), ("session", "record_event"), ("session", "write_free_session_claim"),
            ("client", "extend_free_session_claim"),
        ] {
            let error = await #expect(throws: PostgresError.self) {
                try await stranger.transaction { connection in
                    try await connection.query(
                        "CREATE TEMP TABLE \(unsafeSQL: table) (id bigint, status text, waived boolean)")
                    try await connection.query(
                        """
                        CREATE TRIGGER t AFTER INSERT ON \(unsafeSQL: table)
                            FOR EACH ROW EXECUTE FUNCTION \(unsafeSQL: function)()
                        """)
                    try await connection.query(
                        "INSERT INTO \(unsafeSQL: table) VALUES (\(session.id.value), 'cancelled', false)")
                }
            }
            #expect(error?.sqlState == "42501", "\(function) on \(table)")
        }
    }

    private func expectNoAccess(by stranger: Database, to tables: [String]) async throws {
        for table in tables {
            let error = await #expect(throws: PostgresError.self) {
                try await stranger.query("SELECT FROM \(unsafeSQL: table)")
            }
            #expect(error?.sqlState == "42501", "\(table)")
        }
    }

    @Test("a SECURITY DEFINER trigger function rejects other tables, even with the EXECUTE privilege")
    func definers() async throws {
        try await withLogins { fixture, stranger, _, _ in
            let name = try await fixture.database.query("SELECT current_database()").decode(String.self)[0]
            try await fixture.database.query("GRANT CONNECT, TEMPORARY ON DATABASE \(unsafeSQL: name) TO PUBLIC")
            try await fixture.database.query("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC")
            for function in ["record_event", "write_free_session_claim", "extend_free_session_claim"] {
                let error = await #expect(throws: PostgresError.self) {
                    try await stranger.transaction { connection in
                        try await connection.query("CREATE TEMP TABLE session (id bigint, status text, waived boolean)")
                        try await connection.query(
                            """
                            CREATE TRIGGER t AFTER INSERT ON session
                                FOR EACH ROW EXECUTE FUNCTION \(unsafeSQL: function)()
                            """)
                        try await connection.query("INSERT INTO session VALUES (1, 'booked', false)")
                    }
                }
                #expect(
                    error?.sqlState == "42501" && error?.message.contains("cannot be used on") == true, "\(function)")
            }
        }
    }

    @Test("a reader cannot read tokens, neither in the table nor in the log, and cannot write")
    func reader() async throws {
        try await withLogins { fixture, _, reader, _ in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            for statement in [
                "SELECT unsubscribe_token FROM client", "SELECT * FROM client", "SELECT salt FROM lock_salt",
                "INSERT INTO suppression (channel, address, reason, at, actor) VALUES ('email', 'a', 'manual', now(), 'x')",
                "SELECT plan_messages(NULL, now(), now())", "DELETE FROM job", "SELECT nextval('job_lease')",
                "SELECT acquire_locks('ceo', NULL, '{}', '{studio:1}')",
            ] {
                let error = await #expect(throws: PostgresError.self) {
                    try await reader.query("\(unsafeSQL: statement)")
                }
                #expect(error?.sqlState == "42501", "\(statement)")
            }
            let leaked = try await reader.query(
                """
                SELECT count(*) FROM event
                WHERE before::text LIKE '%unsubscribe_token%' OR after::text LIKE '%unsubscribe_token%'
                """
            ).decode(Int64.self)
            #expect(leaked == [0])
            let seen = try await reader.query("SELECT name FROM client").decode(String.self)
            #expect(seen == ["New Person"])
        }
    }

    @Test("an event has the login in addition to the given actor")
    func login() async throws {
        try await withLogins { fixture, _, _, service in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let desk = FrontDesk(database: service, actor: "ceo", noShowLimit: 2)
            _ = try await desk.book(
                try BookingFixture.request(studio, "2027-01-05 10:00", for: "ana@example.com"), now: BookingFixture.now)
            let logged = try await fixture.database.query(
                "SELECT DISTINCT actor, login FROM event WHERE subject IN ('session', 'client', 'consent')"
            ).decode((String, String).self)
            let login = try await service.query("SELECT session_user::text").decode(String.self)[0]
            #expect(logged.map { [$0.0, $0.1] } == [["ceo", login]])
            let subjects = try await fixture.database.query("SELECT DISTINCT subject FROM event").decode(String.self)
            #expect(subjects.contains("consent"))
        }
    }

    @Test("logs manual changes of messages and jobs with the login")
    func byHand() async throws {
        try await withLogins { fixture, _, _, service in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            let login = try await service.query("SELECT session_user::text").decode(String.self)[0]
            for (statement, subject) in [
                ("UPDATE message SET status = 'unknown' WHERE rule = 'confirmation'", "message"),
                ("UPDATE message SET status = 'queued' WHERE rule = 'confirmation'", "message"),
                ("UPDATE job SET cancel_requested = true", "job"),
                ("INSERT INTO job_queue (name, paused_at) VALUES ('messages', now())", "job_queue"),
            ] {
                let before = try await events(of: subject, by: login, in: fixture)
                try await service.query("\(unsafeSQL: statement)")
                #expect(try await events(of: subject, by: login, in: fixture) > before, "\(statement)")
            }
        }
    }

    @Test("logs a manually backdated consent with the time of the change and the login")
    func datedBack() async throws {
        try await withLogins { fixture, _, _, service in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            let login = try await service.query("SELECT session_user::text").decode(String.self)[0]
            try await service.query("UPDATE consent SET at = '2001-01-01Z'")
            let logged = try await fixture.database.query(
                """
                SELECT at > now() - interval '1 hour', after->>'at' LIKE '2001-01-01%', before->>'at' LIKE '2001-01-01%'
                FROM event WHERE subject = 'consent' AND login = \(login)
                """
            ).decode((Bool, Bool, Bool).self)
            #expect(!logged.isEmpty)
            #expect(logged.allSatisfy { $0.0 && $0.1 && !$0.2 })
        }
    }

    private func events(of subject: String, by login: String, in fixture: BookingFixture) async throws -> Int64 {
        try await fixture.database.query(
            "SELECT count(*) FROM event WHERE subject = \(subject) AND login = \(login)"
        ).decode(Int64.self)[0]
    }
}

/// Runs a test with pools of a login without privileges, a reader and the service.
private func withLogins(
    _ body: (_ fixture: BookingFixture, _ stranger: Database, _ reader: Database, _ service: Database) async throws ->
        Void
) async throws {
    try await withBookingFixture { fixture in
        let roles = try await fixture.database.query(
            "SELECT FROM pg_roles WHERE rolname IN ('intro_service', 'intro_reader')")
        guard roles.count == 2 else { try Test.cancel("this server's user may not create roles") }
        // A clone has the template's tables, but not its privileges on the database.
        try await Schema.apply(to: fixture.database)
        let suffix = UUID().uuidString.prefix(8).lowercased()
        let logins = ["stranger", "reader", "service"].map { "\($0)_\(suffix)" }
        for login in logins { try await fixture.database.query("CREATE ROLE \(unsafeSQL: login) LOGIN") }
        try await fixture.database.query("GRANT intro_reader TO \(unsafeSQL: logins[1])")
        try await fixture.database.query("GRANT intro_service TO \(unsafeSQL: logins[2])")
        let pools = logins.map { login in
            Database(Database.Configuration.patient(conninfo: "\(fixture.conninfo) user=\(login)"), logger: .silent)
        }
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await body(fixture, pools[0], pools[1], pools[2]))
        } catch {
            outcome = .failure(error)
        }
        for pool in pools { await pool.close() }
        for login in logins {
            try await fixture.database.query("DROP OWNED BY \(unsafeSQL: login)")
            try await fixture.database.query("DROP ROLE \(unsafeSQL: login)")
        }
        try outcome.get()
    }
}

extension BookingFixture {
    fileprivate func tables() async throws -> [String] {
        try await database.query(
            "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        .decode(String.self)
    }

    fileprivate func counts() async throws -> [String: Int64] {
        var counts: [String: Int64] = [:]
        for table in ["free_session_claim", "session", "client"] {
            counts[table] = try await database.query("SELECT count(*) FROM \(unsafeSQL: table)").decode(Int64.self)[0]
        }
        return counts
    }
}
