import Foundation
import Logging
import LoopbackTesting
import PostgresTesting
import Synchronization
import Testing

@testable import Postgres

@Suite("Lost connections", .timeLimit(.minutes(30)))
struct LostConnectionTests {
    private func oneConnection(_ configuration: inout Database.Configuration) {
        configuration.maximumConnections = 1
        configuration.applicationName = "subject"
    }

    @Test("an idle connection that is lost is replaced without an error")
    func idle() async throws {
        try await withObservedDatabase(configure: oneConnection) { database, observer in
            try await database.query("CREATE TABLE t (n int)")
            for round in 0..<5 {
                let process = try await database.query("SELECT pg_backend_pid()").decode(Int32.self)[0]
                try await observer.terminate(process)
                if round.isMultiple(of: 2) {
                    try await database.query("INSERT INTO t VALUES (\(round))")
                } else {
                    _ = try await database.transaction { try await $0.query("INSERT INTO t VALUES (\(round))") }
                }
            }
            let rows = try await database.query("SELECT n FROM t ORDER BY n").decode(Int32.self)
            #expect(rows == [0, 1, 2, 3, 4])
            #expect(database.statistics == Database.Statistics(open: 1, idle: 1, waiting: 0))
        }
    }

    @Test("all idle connections that are lost are replaced")
    func allIdle() async throws {
        try await withObservedDatabase(configure: { $0.maximumConnections = 4 }) { database, observer in
            let met = (0..<4).map { _ in Latch() }
            let processes = try await withThrowingTaskGroup { group in
                for me in 0..<4 {
                    group.addTask {
                        try await database.withConnection { connection in
                            met[me].open()
                            for latch in met { await latch.wait() }
                            return connection.processID
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(processes).count == 4)
            for process in processes { try await observer.terminate(process) }
            for number in 0..<8 {
                let answer = try await database.query("SELECT \(number)").decode(Int.self)
                #expect(answer == [number])
            }
            #expect(database.statistics.open == database.statistics.idle)
        }
    }

    @Test("a connection lost in a statement is an error, and the pool remains usable")
    func inStatement() async throws {
        try await withObservedDatabase(configure: oneConnection) { database, observer in
            let task = Task { try await database.query("SELECT pg_sleep(3600), 'in statement'") }
            try await observer.terminate(try await observer.running("in statement"))
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.kind == .connectionLost)
            let answer = try await database.query("SELECT 1").decode(Int32.self)
            #expect(answer == [1])
            #expect(database.statistics == Database.Statistics(open: 1, idle: 1, waiting: 0))
        }
    }

    @Test("a transaction that loses its connection before COMMIT has no effect and is retried")
    func inTransaction() async throws {
        try await withObservedDatabase(configure: oneConnection) { database, observer in
            try await database.query("CREATE TABLE t (n int)")
            let runs = Atomic(0)
            try await database.transaction { connection in
                try await connection.query("INSERT INTO t VALUES (1)")
                if runs.add(1, ordering: .sequentiallyConsistent).newValue == 1 {
                    try await observer.terminate(connection.processID)
                }
                try await connection.query("INSERT INTO t VALUES (2)")
            }
            #expect(runs.load(ordering: .sequentiallyConsistent) == 2)
            #expect(try await observer.count("t") == 2)
        }
    }

    @Test("a lost connection is an error where only one attempt is allowed")
    func inOnlyAttempt() async throws {
        try await withObservedDatabase(configure: oneConnection) { database, observer in
            try await database.query("CREATE TABLE t (n int)")
            let error = await #expect(throws: PostgresError.self) {
                try await database.transaction(attempts: 1) { connection in
                    try await connection.query("INSERT INTO t VALUES (1)")
                    try await observer.terminate(connection.processID)
                    try await connection.query("INSERT INTO t VALUES (2)")
                }
            }
            #expect(error?.kind == .connectionLost)
            #expect(try await observer.count("t") == 0)
            #expect(database.statistics.open == 0)
        }
    }

    @Test("the server ends an idle transaction, and the pool remains usable")
    func idleInTransaction() async throws {
        try await withObservedDatabase(
            configure: {
                $0.maximumConnections = 1; $0.idleInTransactionTimeout = .milliseconds(20)
            }
        ) { database, observer in
            let error = await #expect(throws: PostgresError.self) {
                try await database.transaction(attempts: 1) { connection in
                    try await connection.query("SELECT 1")
                    try await observer.gone(connection.processID)
                    try await connection.query("SELECT 2")
                }
            }
            #expect(error?.kind == .connectionLost)
            let answer = try await database.query("SELECT 3").decode(Int32.self)
            #expect(answer == [3])
        }
    }

    @Test("waiting callers get a new connection after a loss")
    func waitersBehindLoss() async throws {
        try await withObservedDatabase(configure: oneConnection) { database, observer in
            let terminated = Task { try await database.query("SELECT pg_sleep(3600), 'victim'") }
            let process = try await observer.running("victim")
            let waiters = (0..<3).map { number in Task { try await database.query("SELECT \(number)") } }
            try await until { database.statistics.waiting == 3 }
            try await observer.terminate(process)
            await #expect(throws: PostgresError.self) { try await terminated.value }
            for (number, waiter) in waiters.enumerated() {
                let answer = try await waiter.value.decode(Int.self)
                #expect(answer == [number])
            }
        }
    }

    @Test(
        "an unreachable server is reported as such at each attempt",
        arguments: [
            "host=/nonexistent dbname=intro", "host=127.0.0.1 port=PORT dbname=intro",
            "postgres://nobody@127.0.0.1:PORT/intro",
        ])
    func unreachable(conninfo: String) async throws {
        try await withRefusingPort { try await expectUnreachable(conninfo.replacing("PORT", with: "\($0)")) }
    }

    private func expectUnreachable(_ conninfo: String) async throws {
        var configuration = Database.Configuration(conninfo: conninfo)
        configuration.maximumConnections = 2
        let database = Database(configuration, logger: .silent)
        for _ in 0..<4 {
            let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT 1") }
            #expect(error?.kind == .unreachable)
        }
        let error = await #expect(throws: PostgresError.self) {
            try await database.transaction { try await $0.query("SELECT 1") }
        }
        #expect(error?.kind == .unreachable)
        #expect(database.statistics == Database.Statistics(open: 0, idle: 0, waiting: 0))
        await database.close()
    }

    @Test("reconnects after a restart of the server", arguments: [TestServer.StopMode.fast, .immediate])
    func restart(mode: TestServer.StopMode) async throws {
        let server = try await TestServer.start()
        let database = Database(
            Database.Configuration(conninfo: server.conninfo(database: "postgres")), logger: .silent)
        try await database.query("CREATE TABLE t (n int)")
        let runs = Atomic(0)
        try await database.transaction { connection in
            try await connection.query("INSERT INTO t VALUES (1)")
            if runs.add(1, ordering: .sequentiallyConsistent).newValue == 1 { try await server.restart(mode: mode) }
            try await connection.query("INSERT INTO t VALUES (2)")
        }
        #expect(runs.load(ordering: .sequentiallyConsistent) == 2)
        let rows = try await database.query("SELECT n FROM t ORDER BY n").decode(Int32.self)
        #expect(rows == [1, 2])

        try await server.stop(mode)
        let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT 1") }
        #expect(error?.kind == .unreachable)
        try await server.resume()
        let answer = try await database.query("SELECT count(*) FROM t").decode(Int64.self)
        #expect(answer == [2])
        await database.close()
        try await server.stop()
    }
}
