import Foundation
import PostgresTesting
import Testing

@testable import Postgres

@Suite("Unresponsive servers", .timeLimit(.minutes(30)))
struct SilentServerTests {
    private func shortenProbes(_ configuration: inout Database.Configuration) {
        configuration.probeInterval = .milliseconds(200)
    }

    @Test(
        "a statement through a stalled proxy ends, and idle connections are replaced without a wait")
    func stalledProxy() async throws {
        try await withStallingProxy { proxy, configuration in
            var configuration = configuration
            shortenProbes(&configuration)
            let database = Database(configuration, logger: .silent)
            try await connections(4, in: database)
            proxy.stall(.everything)
            let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT 1") }
            #expect(error?.kind == .connectionLost && error?.isUnresponsive == true)
            proxy.resume()
            // The other three were opened before the stall, and are replaced without being tried.
            let before = proxy.accepted
            try await connections(4, in: database)
            #expect(proxy.accepted >= before + 4)
            await database.close()
        }
    }

    @Test("a lost response is detected although the server answers other connections")
    func forgottenConnection() async throws {
        try await withStallingProxy { proxy, configuration in
            var configuration = configuration
            shortenProbes(&configuration)
            let database = Database(configuration, logger: .silent)
            try await connections(1, in: database)
            proxy.stall(.openConnections)
            let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT 1") }
            #expect(error?.isUnresponsive == true)
            let answer = try await database.query("SELECT 2").decode(Int32.self)
            #expect(answer == [2])
            await database.close()
        }
    }

    @Test("a long statement is not given up")
    func longStatement() async throws {
        try await withStallingProxy { _, configuration in
            var configuration = configuration
            shortenProbes(&configuration)
            let database = Database(configuration, logger: .silent)
            // Long enough for several probes.
            let answer = try await database.query("SELECT 1 FROM pg_sleep(1.5)").decode(Int32.self)
            #expect(answer == [1])
            await database.close()
        }
    }

    @Test("a large statement that the server does not read does not block indefinitely")
    func blockedSend() async throws {
        try await withStallingProxy { proxy, configuration in
            var configuration = configuration
            shortenProbes(&configuration)
            let database = Database(configuration, logger: .silent)
            try await connections(1, in: database)
            proxy.stall(.everything)
            let text = String(repeating: "x", count: 50_000_000)
            let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT length(\(text))") }
            #expect(error?.isUnresponsive == true)
            await database.close()
        }
    }

    @Test("a cancelled statement ends although the server does not answer the cancel request")
    func cancelledStatement() async throws {
        try await withDatabase { direct, conninfo in
            let folder = String(try #require(conninfo.firstMatch(of: /host=(\S+)/)?.output.1))
            let proxy = try StallingProxy(toServerIn: folder)
            defer { proxy.stop() }
            let through = conninfo.replacing("host=\(folder)", with: "host=\(proxy.folder)")
            let database = Database(Database.Configuration(conninfo: through), logger: .silent)
            let task = Task { try await database.query("SELECT pg_sleep(3600), 'cancelled'") }
            try await wait(until: "the statement runs") {
                let running: SQL = """
                    SELECT 1
                    FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event = 'PgSleep'
                    """
                return try await direct.query(running).decode(Int32.self) == [1]
            }
            proxy.stall(.everything)
            task.cancel()
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.isUnresponsive == true)
            await database.close()
        }
    }

    @Test("probes at intervals, and gives up at the deadline")
    func waiting() {
        let start = ContinuousClock.now
        var waiting = AnswerWait(until: start + .seconds(70), probeInterval: .seconds(5), probes: 2, now: start)
        #expect(waiting.next(at: start + .seconds(4)) == .waitOn)
        #expect(waiting.next(at: start + .seconds(5)) == .probe)
        waiting.recordAnsweredProbe(at: start + .seconds(6))
        #expect(waiting.next(at: start + .seconds(10)) == .waitOn)
        #expect(waiting.next(at: start + .seconds(11)) == .probe)
        #expect(waiting.next(at: start + .seconds(70)) == .giveUp)
    }

    @Test("gives up after several consecutive unanswered probes")
    func silence() {
        let start = ContinuousClock.now
        var waiting = AnswerWait(until: start + .seconds(70), probeInterval: .seconds(5), probes: 3, now: start)
        #expect(waiting.next(at: start + .seconds(5)) == .probe)
        let isWorthWaiting = waiting.recordSilentProbe(at: start + .seconds(8))
        #expect(isWorthWaiting)
        #expect(waiting.next(at: start + .seconds(8)) == .waitOn)
        #expect(waiting.next(at: start + .seconds(9)) == .probe)
        waiting.recordAnsweredProbe(at: start + .seconds(10))
        for (probe, expected) in [(15, true), (19, true), (23, false)] {
            #expect(waiting.next(at: start + .seconds(probe - 1)) == .waitOn)
            #expect(waiting.next(at: start + .seconds(probe)) == .probe)
            let isWorthWaiting = waiting.recordSilentProbe(at: start + .seconds(probe))
            #expect(isWorthWaiting == expected)
        }
    }

    @Test(
        "finds the SQLSTATE of a refused connection in any language",
        arguments: [
            ("FATAL:  57P03: the database system is starting up", "57P03"),
            (
                "connection to server at \"10.0.0.1\", port 5432 failed: FATAL:  53300: sorry, too many clients already\n",
                "53300"
            ),
            ("FATAL:  57P03: el sistema de base de datos está iniciándose\nLOCATION:  ProcessStartupPacket", "57P03"),
            ("致命的エラー:  28P01: パスワード認証に失敗しました", "28P01"),
            ("connection to server on socket \"/tmp/.s.PGSQL.5432\" failed: No such file or directory", nil),
            ("connection to server at \"LOCAL\", port 5432 failed: Connection refused", nil),
        ] as [(String, String?)])
    func sqlState(message: String, code: String?) {
        #expect(RefusedConnection.code(in: message) == code)
    }

    @Test(
        "the isolation level does not depend on the server's default", arguments: ["serializable", "repeatable read"])
    func isolation(level: String) async throws {
        try await withDatabase { database, conninfo in
            let name = try await database.query("SELECT current_database()").decode(String.self)[0]
            try await database.withConnection {
                try await $0.execute(script: "ALTER DATABASE \(name) SET default_transaction_isolation = '\(level)'")
            }
            let own = Database(Database.Configuration(conninfo: conninfo), logger: .silent)
            let query: SQL = "SELECT current_setting('transaction_isolation')"
            let outside = try await own.query(query).decode(String.self)
            #expect(outside == ["read committed"])
            let inside = try await own.transaction { try await $0.query(query).decode(String.self) }
            #expect(inside == ["read committed"])
            await own.close()
        }
    }

    @Test(
        "a malformed URL is a configuration error, and its text is not repeated",
        arguments: ["postgresql://u:s%zzecret@localhost/db", "host=localhost password='secret", "nonsense=secret"])
    func unreadable(url: String) async throws {
        let database = Database(Database.Configuration(conninfo: url), logger: .silent)
        let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT 1") }
        #expect(error?.kind == .misconfigured)
        #expect(error?.message.contains("secret") == false && error?.message.contains("zz") == false)
        await database.close()
    }

    /// Runs a test with a database behind a proxy.
    private func withStallingProxy(
        _ body: (StallingProxy, Database.Configuration) async throws -> Void
    ) async throws {
        try await withDatabase { _, conninfo in
            let folder = String(try #require(conninfo.firstMatch(of: /host=(\S+)/)?.output.1))
            let proxy = try StallingProxy(toServerIn: folder)
            defer { proxy.stop() }
            let through = conninfo.replacing("host=\(folder)", with: "host=\(proxy.folder)")
            try await body(proxy, Database.Configuration(conninfo: through))
        }
    }

    /// Opens a number of connections, and returns them to the pool.
    private func connections(_ count: Int, in database: Database) async throws {
        let met = (0..<count).map { _ in Latch() }
        try await withThrowingTaskGroup { group in
            for me in 0..<count {
                group.addTask {
                    try await database.withConnection { connection in
                        try await connection.query("SELECT 1")
                        met[me].open()
                        for latch in met { await latch.wait() }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
