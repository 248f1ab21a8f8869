import Foundation
import LoopbackTesting
import Postgres
import PostgresTesting
import Testing

/// Exit codes that a command may end with after a temporary fault: success or "try again", never a bug.
private let temporaryFaultExits: Set<Int32> = [0, 75]

private let booking = [
    "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at", "2026-12-01 09:00",
    "--request-id", "form-1", "--json",
]

@Suite("database failures during a command", .timeLimit(.minutes(30)))
struct DatabaseFaultTests {
    @Test(
        "without a server, exits with 69 and a hint",
        arguments: [
            "postgresql://127.0.0.1:PORT/intro", "host=/nonexistent dbname=intro", "postgresql://db.invalid/intro",
        ])
    func down(conninfo: String) async throws {
        try await withRefusingPort { try await expectUnreachable(conninfo.replacing("PORT", with: "\($0)")) }
    }

    private func expectUnreachable(_ conninfo: String) async throws {
        let commands = [["slots"], booking, ["reminders", "send"], ["setup", "--check"]]
        for command in commands {
            let result = try await IntroBinary.run(
                command + ["--json"], environment: ["INTRO_DATABASE_URL": conninfo])
            #expect(result.exit == 69, "\(command): \(result.stderr)")
            #expect(result.stdout.isEmpty)
            #expect(result.error?.code == "database_unreachable")
            #expect(result.error?.hint.contains("start PostgreSQL") == true)
        }
    }

    @Test(
        "a server restart while a booking waits for a lock ends in success or 75, never in two bookings",
        arguments: [TestServer.StopMode.fast, .immediate])
    func restart(mode: TestServer.StopMode) async throws {
        try await Studio.onOwnServer { studio, server in
            let result = try await studio.whileTableIsLocked { waiting in
                try await studio.intro(booking) { _ in
                    try await waiting()
                    try await server.restart(mode: mode)
                }
            }
            #expect(temporaryFaultExits.contains(result.exit), "\(result.stderr)")
            let kept = try await studio.ask("SELECT count(*) FROM session")
            #expect(kept == (result.exit == 0 ? "1" : "0"))
            let again = try await studio.intro(booking)
            #expect(again.exit == 0, "\(again.stderr)")
            #expect(try again.printed["created"] == .truth(result.exit != 0))
            #expect(try await studio.ask("SELECT count(*) FROM session") == "1")
        }
    }

    @Test("a server stop while a booking waits exits with 69 or 75, and books nothing")
    func stop() async throws {
        try await Studio.onOwnServer { studio, server in
            let result = try await studio.whileTableIsLocked { waiting in
                try await studio.intro(booking) { _ in
                    try await waiting()
                    try await server.stop(.immediate)
                }
            }
            #expect([69, 75].contains(result.exit), "\(result.stderr)")
            #expect(result.error?.hint.isEmpty == false)
            try await server.resume()
            #expect(try await studio.ask("SELECT count(*) FROM session") == "0")
        }
    }

    @Test("reconnects after an operator terminates the connection, and books once")
    func terminated() async throws {
        try await Studio.with { studio in
            let result = try await studio.whileTableIsLocked { waiting in
                try await studio.intro(booking) { _ in
                    try await waiting()
                    // Sorted so that the holder of the lock is first; otherwise the next attempt would wait again.
                    _ = try await studio.ask(
                        """
                        SELECT count(pg_terminate_backend(pid))
                        FROM (SELECT pid FROM pg_stat_activity
                              WHERE datname = current_database() AND application_name IN ('intro', 'psql')
                                AND pid <> pg_backend_pid()
                              ORDER BY application_name DESC) AS backend
                        """)
                }
            }
            #expect(result.exit == 0, "\(result.stderr)")
            #expect(try result.printed["created"] == true)
            #expect(try await studio.count("session") == 1)
        }
    }

    @Test("a lock that is not released in time exits with 75, and changes nothing")
    func lockTimeout() async throws {
        try await Studio.with { studio in
            let before = try await studio.fingerprint()
            let result = try await studio.whileTableIsLocked { _ in
                let result = try await studio.intro(booking, environment: ["PGOPTIONS": "-c lock_timeout=100"])
                _ = try await studio.ask(
                    """
                    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name = 'psql' AND pid <> pg_backend_pid()
                    """)
                return result
            }
            #expect(result.exit == 75)
            #expect(result.error?.code == "try_again")
            #expect(try await studio.fingerprint() == before)
        }
    }

    @Test(
        "a database user without privileges gets 78 and the role to grant",
        .enabled(if: Studio.isOnPrivateServer, "makes a role"))
    func rights() async throws {
        try await Studio.with { studio in
            try await studio.withLogin { stranger in
                let result = try await stranger.intro("slots", "--json")
                #expect(result.exit == 78)
                #expect(result.error?.hint.contains("intro_service") == true)
            }
        }
    }

    @Test(
        "a login that can only read gets 78 for a change, and the reason",
        .enabled(if: Studio.isOnPrivateServer, "makes a role"))
    func readingLogin() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            try await studio.withLogin("IN ROLE intro_reader") { reader in
                let result = try await reader.intro("cancel", reference, "--json")
                #expect(result.exit == 78)
                #expect(result.error?.message.hasPrefix("the database user lacks a privilege") == true)
                #expect(result.error?.hint.contains("can only read") == true)
            }
        }
    }

    @Test(
        "setup by a login that does not own the schema gets 78, and is told to run it as the owner",
        .enabled(if: Studio.isOnPrivateServer, "makes a role"))
    func notOwner() async throws {
        try await Studio.with { studio in
            try await studio.withLogin("IN ROLE intro_service") { desk in
                let result = try await desk.intro("setup", "--json")
                #expect(result.exit == 78)
                #expect(result.error?.hint == "run it as the owner of the schema")
            }
        }
    }

    @Test("a database that does not exist gets 78 and the command that creates it")
    func missingDatabase() async throws {
        try await Studio.with { studio in
            let result = try await studio.reached(by: studio.conninfo + " dbname=no_such_database").intro(
                "slots", "--json")
            #expect(result.exit == 78)
            #expect(result.error?.message.hasPrefix("the database does not exist") == true, "\(result.stderr)")
            #expect(result.error?.hint.contains("createdb") == true)
        }
    }

    @Test(
        "a login without CONNECT gets 78 and the missing privilege",
        .enabled(if: Studio.isOnPrivateServer, "makes a role"))
    func notConnected() async throws {
        try await Studio.with { studio in
            try await studio.answer("setup")
            try await studio.withLogin { stranger in
                let result = try await stranger.intro("doctor")
                #expect(result.exit == 78)
                #expect(result.stdout.contains("lacks a privilege: CONNECT on the database"), "\(result.stdout)")
            }
        }
    }

    @Test(
        "a server without free connections exits with 75",
        .enabled(if: Studio.isOnPrivateServer, "makes a role"))
    func full() async throws {
        try await Studio.with { studio in
            try await studio.withLogin("CONNECTION LIMIT 0") { late in
                let result = try await late.intro("slots", "--json")
                #expect(result.exit == 75, "\(result.stderr)")
                #expect(result.error?.code == "try_again")
            }
        }
    }

    @Test(
        "the service role can book, move, cancel and send, but not delete claims or drop tables",
        .enabled(if: Studio.isOnPrivateServer, "makes a role"))
    func serviceRole() async throws {
        try await Studio.with { studio in
            try await studio.withLogin("IN ROLE intro_service") { desk in
                let reference = try await desk.reference("Ana", at: "2026-12-01 09:00")
                try await desk.answer("reschedule", reference, "--at", "2026-12-01 10:00")
                #expect(try await desk.answer("reminders", "send")["sent"] == 1)
                try await desk.answer("cancel", reference)
                try await desk.answer("trainer", "away", "maria", "--from", "2026-12-02", "--until", "2026-12-02")
                let forbidden = try await Psql.run("DELETE FROM free_session_claim", on: desk.conninfo)
                #expect(forbidden.exit == 3)
                let redefining = try await Psql.run("DROP TABLE message", on: desk.conninfo)
                #expect(redefining.exit == 3)
            }
        }
    }
}

extension Studio {
    /// Runs a test with a studio on its own server, which it may stop.
    static func onOwnServer(_ body: (Studio, TestServer) async throws -> Void) async throws {
        let server = try await TestServer.start()
        try await Studio.on(server) { try await body($0, server) }
        try await server.stop(.immediate)
    }

    /// Returns the output of one statement.
    func ask(_ query: String) async throws -> String {
        let result = try await Psql.run(query, on: conninfo)
        #expect(result.exit == 0, "\(result.stderr)")
        return result.stdout.trimmingCharacters(in: .newlines)
    }

    /// Runs work while another session holds a lock that every booking needs.
    ///
    /// - Parameter body: The work; its argument is a function that waits until a booking waits for the lock. The body
    ///   must end the holder's connection.
    /// - Returns: The result of the body.
    /// - Throws: The error of the body.
    func whileTableIsLocked<Value: Sendable>(
        _ body: (_ waiting: () async throws -> Void) async throws -> Value
    ) async throws -> Value {
        async let holder = Psql.run(
            "BEGIN; LOCK TABLE session IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600);", on: conninfo)
        // Databases that are cloned from one template have the same OIDs.
        let here = "datname = current_database() AND relation = 'session'::regclass"
        func locks(_ condition: String) async throws -> Int64 {
            try await count("pg_locks JOIN pg_database AS d ON d.oid = database", where: "\(here) AND \(condition)")
        }
        try await wait(until: "the table is locked") {
            try await locks("granted AND mode = 'AccessExclusiveLock'") == 1
        }
        let value = try await body {
            try await wait(until: "a booking waits for the lock") { try await locks("NOT granted") > 0 }
        }
        _ = try await holder
        return value
    }

    /// Runs work as a new login role.
    fileprivate func withLogin(_ options: String = "", _ body: (Studio) async throws -> Void) async throws {
        let login = "desk_\(UUID().uuidString.prefix(8).lowercased())"
        _ = try await ask("CREATE ROLE \(login) LOGIN \(options)")
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await body(reached(by: conninfo + " user=\(login)")))
        } catch {
            outcome = .failure(error)
        }
        _ = try await ask("DROP ROLE \(login)")
        try outcome.get()
    }
}
