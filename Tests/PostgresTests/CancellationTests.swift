import Foundation
import PostgresTesting
import Testing

@testable import Postgres

@Suite("Cancellation", .timeLimit(.minutes(30)))
struct CancellationTests {
    private func oneConnection(_ configuration: inout Database.Configuration) {
        configuration.maximumConnections = 1
        configuration.applicationName = "subject"
    }

    @Test("a running statement ends on the server, and its connection remains usable")
    func running() async throws {
        try await withObservedDatabase(configure: oneConnection) { database, observer in
            let process = try await database.query("SELECT pg_backend_pid()").decode(Int32.self)[0]
            let task = Task { try await database.query("SELECT pg_sleep(3600), 'running'") }
            #expect(try await observer.running("running") == process)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await database.query("SELECT pg_backend_pid()").decode(Int32.self) == [process])
            #expect(database.statistics == Database.Statistics(open: 1, idle: 1, waiting: 0))
        }
    }

    @Test("a statement that waits for a lock leaves the lock queue")
    func waitingForLock() async throws {
        try await withObservedDatabase { database, observer in
            try await database.query("CREATE TABLE t (n int)")
            let (locked, leave) = (Latch(), Latch())
            async let holder: Void = database.transaction { connection in
                try await connection.query("LOCK TABLE t")
                locked.open()
                await leave.wait()
            }
            await locked.wait()
            let task = Task { try await database.query("SELECT * FROM t AS blocked") }
            let process = try await observer.running("blocked")
            try await observer.waitsForLock(process)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            leave.open()
            try await holder
            #expect(try await observer.count("t") == 0)
        }
    }

    @Test("the statement of a cancelled task is not sent with another task's statement on the same connection")
    func cancelledStatement() async throws {
        try await withObservedDatabase(configure: oneConnection) { database, observer in
            try await database.query("CREATE TABLE t (n int)")
            try await database.withConnection { connection in
                let cancelled = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    try await connection.query("INSERT INTO t VALUES (1)")
                }
                await #expect(throws: CancellationError.self) { try await cancelled.value }
                let answer = try await connection.query("SELECT 2").decode(Int32.self)
                #expect(answer == [2])
            }
            #expect(try await observer.count("t") == 0)
        }
    }

    @Test("a task cancelled before the statement sends nothing")
    func beforehand() async throws {
        try await withObservedDatabase(configure: oneConnection) { database, observer in
            try await database.query("CREATE TABLE t (n int)")
            let begin = Latch()
            let task = Task {
                await begin.wait()
                try await database.query("INSERT INTO t VALUES (1)")
            }
            task.cancel()
            begin.open()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await observer.count("t") == 0)
        }
    }

    @Test("a late cancel request never affects the next statement")
    func late() async throws {
        try await withSharedDatabase(configure: oneConnection) { database in
            for round in 0..<200 {
                let task = Task { try await database.query("SELECT pg_sleep(\(Double(round % 5) * 0.0002))") }
                for _ in 0..<(round % 7) { await Task.yield() }
                task.cancel()
                if case .failure(let error) = await task.result { #expect(error is CancellationError) }
                let answer = try await database.query("SELECT \(round)").decode(Int.self)
                #expect(answer == [round])
            }
            #expect(database.statistics == Database.Statistics(open: 1, idle: 1, waiting: 0))
        }
    }

    @Test("a cancelled task does not affect other tasks with the same connection")
    func sharedConnection() async throws {
        try await withObservedDatabase(configure: oneConnection) { database, observer in
            try await database.withConnection { connection in
                for round in 0..<50 {
                    let task = Task { try await connection.query("SELECT pg_sleep(\(Double(round % 3) * 0.0005))") }
                    await Task.yield()
                    task.cancel()
                    let answer = try await connection.query("SELECT \(round)").decode(Int.self)
                    #expect(answer == [round])
                    _ = await task.result
                }
            }
        }
    }

    @Test("a transaction cancelled in a statement is rolled back, and its connection remains usable")
    func transaction() async throws {
        try await withObservedDatabase(configure: oneConnection) { database, observer in
            try await database.query("CREATE TABLE t (n int)")
            let process = try await database.query("SELECT pg_backend_pid()").decode(Int32.self)[0]
            let task = Task {
                try await database.transaction { connection in
                    try await connection.query("INSERT INTO t VALUES (1)")
                    try await connection.query("SELECT pg_sleep(3600), 'in transaction'")
                }
            }
            _ = try await observer.running("in transaction")
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await database.query("SELECT count(*) FROM t").decode(Int64.self) == [0])
            #expect(try await database.query("SELECT pg_backend_pid()").decode(Int32.self) == [process])
        }
    }

    @Test("a transaction cancelled between statements is rolled back")
    func betweenStatements() async throws {
        try await withObservedDatabase(configure: oneConnection) { database, observer in
            try await database.query("CREATE TABLE t (n int)")
            let (inserted, go) = (Latch(), Latch())
            let task = Task {
                try await database.transaction { connection in
                    try await connection.query("INSERT INTO t VALUES (1)")
                    inserted.open()
                    await go.wait()
                    try await connection.query("INSERT INTO t VALUES (2)")
                }
            }
            await inserted.wait()
            task.cancel()
            go.open()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await observer.count("t") == 0)
            #expect(database.statistics == Database.Statistics(open: 1, idle: 1, waiting: 0))
        }
    }

    @Test("work that is cancelled after its last statement keeps its result")
    func afterwards() async throws {
        try await withObservedDatabase(configure: oneConnection) { database, observer in
            try await database.query("CREATE TABLE t (n int)")
            let (done, leave) = (Latch(), Latch())
            let task = Task {
                try await database.transaction { connection in
                    let rows = try await connection.query("INSERT INTO t VALUES (1) RETURNING n")
                    done.open()
                    await leave.wait()
                    return try rows.decode(Int.self)
                }
            }
            await done.wait()
            task.cancel()
            leave.open()
            #expect(try await task.value == [1])
            #expect(try await observer.count("t") == 1)
        }
    }

    @Test("the server's statement timeout is a server error, not a cancellation")
    func statementTimeout() async throws {
        // The next statement must take less time, even on a busy machine.
        try await withSharedDatabase(configure: { $0.statementTimeout = .seconds(5) }) { database in
            let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT pg_sleep(3600)") }
            #expect(error?.kind == .server)
            #expect(error?.sqlState == "57014")
            let answer = try await database.query("SELECT 1").decode(Int32.self)
            #expect(answer == [1])
        }
    }

    @Test("a cancel request by an administrator is a server error, not a cancellation")
    func cancelledByAdministrator() async throws {
        try await withObservedDatabase(configure: oneConnection) { database, observer in
            let task = Task { try await database.query("SELECT pg_sleep(3600), 'administered'") }
            try await observer.cancel(try await observer.running("administered"))
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.sqlState == "57014")
            #expect(try await database.query("SELECT 1").decode(Int32.self) == [1])
        }
    }
}
