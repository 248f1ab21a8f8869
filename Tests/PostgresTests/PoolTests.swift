import Foundation
import Locking
import Logging
import PostgresTesting
import Testing

@testable import Postgres

@Suite("Connection pool", .timeLimit(.minutes(30)))
struct PoolTests {
    /// The numbers of the callers that got a connection, in order.
    private final class Served: Sendable {
        private let list = Guarded<[Int]>([])
        var numbers: [Int] { list.withLock { $0 } }
        func append(_ number: Int) { list.withLock { $0.append(number) } }
    }

    /// Runs a body while the only connection is in use.
    private func whileExhausted(_ database: Database, _ body: () async throws -> Void) async throws {
        let (held, leave) = (Latch(), Latch())
        async let holder: Void = database.withConnection { _ in
            held.open()
            await leave.wait()
        }
        await held.wait()
        do {
            try await body()
            leave.open()
            try await holder
        } catch {
            leave.open()
            try await holder
            throw error
        }
    }

    @Test("200 tasks share eight connections, and each gets its own result")
    func sharing() async throws {
        try await withObservedDatabase(configure: { $0.applicationName = "sharing" }) { database, observer in
            try await withThrowingTaskGroup(of: (Int, Int).self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let answer = try await database.query("SELECT \(number), pg_sleep(0.001)::text")
                            .decode((Int, String).self)[0].0
                        return (number, answer)
                    }
                }
                for try await (asked, answered) in group { #expect(asked == answered) }
            }
            #expect(database.statistics.open <= 8)
            #expect(database.statistics.open == database.statistics.idle)
            #expect(database.statistics.waiting == 0)
            #expect(try await observer.connections(of: "sharing") <= 8)
        }
    }

    @Test("statements that wait on the server do not block other tasks")
    func ownThreads() async throws {
        let statements = ProcessInfo.processInfo.activeProcessorCount * 2 + 1
        try await withObservedDatabase(configure: { $0.maximumConnections = statements + 1 }) { database, observer in
            try await database.query("CREATE TABLE t (n int)")
            let (locked, leave) = (Latch(), Latch())
            async let holder: Void = database.transaction { connection in
                try await connection.query("LOCK TABLE t")
                locked.open()
                await leave.wait()
            }
            await locked.wait()
            let waiting = (0..<statements).map { number in
                Task { try await database.query("SELECT \(number) FROM t AS held\(unsafeSQL: "\(number)")_") }
            }
            for number in 0..<statements {
                try await observer.waitsForLock(try await observer.running("held\(number)_"))
            }
            leave.open()
            try await holder
            for task in waiting { _ = try await task.value }
        }
    }

    @Test("callers are served in order of arrival")
    func order() async throws {
        try await withSharedDatabase(configure: { $0.maximumConnections = 1 }) { database in
            let served = Served()
            var waiters: [Task<Void, any Error>] = []
            try await whileExhausted(database) {
                for number in 0..<20 {
                    waiters.append(Task { try await database.withConnection { _ in served.append(number) } })
                    try await until { database.statistics.waiting == number + 1 }
                }
            }
            for waiter in waiters { try await waiter.value }
            #expect(served.numbers == Array(0..<20))
        }
    }

    @Test("a caller beyond the limit of waiting callers is rejected immediately")
    func exhaustion() async throws {
        try await withSharedDatabase(configure: {
            $0.maximumConnections = 1; $0.maximumWaiters = 1
        }) { database in
            try await whileExhausted(database) {
                let waiter = Task { try await database.query("SELECT 1") }
                try await until { database.statistics.waiting == 1 }
                let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT 2") }
                #expect(error?.kind == .poolExhausted)
                waiter.cancel()
                _ = await waiter.result
            }
            let answer = try await database.query("SELECT 3").decode(Int32.self)
            #expect(answer == [3])
        }
    }

    @Test("a caller whose wait times out is rejected, and no connection is lost")
    func acquireTimeout() async throws {
        try await withSharedDatabase(
            configure: {
                $0.maximumConnections = 1; $0.acquireTimeout = .milliseconds(30)
            }
        ) { database in
            try await whileExhausted(database) {
                let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT 1") }
                #expect(error?.kind == .acquireTimedOut)
                #expect(database.statistics.waiting == 0)
            }
            let answer = try await database.query("SELECT 2").decode(Int32.self)
            #expect(answer == [2])
        }
    }

    @Test("a cancelled caller leaves the queue, and the next one is served")
    func cancelledWaiter() async throws {
        try await withSharedDatabase(configure: { $0.maximumConnections = 1 }) { database in
            let second = try await {
                var second: Task<Rows, any Error>?
                try await whileExhausted(database) {
                    let first = Task { try await database.query("SELECT 1") }
                    try await until { database.statistics.waiting == 1 }
                    second = Task { try await database.query("SELECT 2") }
                    try await until { database.statistics.waiting == 2 }
                    first.cancel()
                    await #expect(throws: CancellationError.self) { try await first.value }
                    #expect(database.statistics.waiting == 1)
                }
                return second
            }()
            #expect(try await second?.value.decode(Int32.self) == [2])
            #expect(database.statistics == Database.Statistics(open: 1, idle: 1, waiting: 0))
        }
    }

    @Test("a caller cancelled at the moment of being served loses no connection")
    func cancelledWhileServed() async throws {
        try await withSharedDatabase(configure: { $0.maximumConnections = 2 }) { database in
            for round in 0..<100 {
                let tasks = (0..<6).map { _ in Task { try await database.query("SELECT pg_backend_pid()") } }
                for _ in 0..<(round % 11) { await Task.yield() }
                for task in tasks.dropFirst(round % 3) { task.cancel() }
                for task in tasks { _ = await task.result }
            }
            let statistics = database.statistics
            #expect(statistics.open <= 2)
            #expect(statistics.idle == statistics.open)
            #expect(statistics.waiting == 0)
            // Both connections are still available at the same time.
            let met = [Latch(), Latch()]
            try await withThrowingTaskGroup { group in
                for me in 0...1 {
                    group.addTask {
                        try await database.withConnection { _ in
                            met[me].open()
                            await met[1 - me].wait()
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("a closed pool rejects new and waiting callers, and closes connections on return")
    func closing() async throws {
        try await withObservedDatabase(configure: {
            $0.maximumConnections = 1; $0.applicationName = "closing"
        }) {
            database, observer in
            try await whileExhausted(database) {
                let waiter = Task { try await database.query("SELECT 1") }
                try await until { database.statistics.waiting == 1 }
                await database.close()
                let error = await #expect(throws: PostgresError.self) { try await waiter.value }
                #expect(error?.kind == .closed)
            }
            let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT 1") }
            #expect(error?.kind == .closed)
            #expect(database.statistics == Database.Statistics(open: 0, idle: 0, waiting: 0))
            try await until { try await observer.connections(of: "closing") == 0 }
            await database.close()
        }
    }

    @Test("a connection past its lifetime is replaced on return")
    func lifetime() async throws {
        try await withSharedDatabase(
            configure: {
                $0.maximumConnections = 1; $0.maximumLifetime = .milliseconds(1)
            }
        ) { database in
            let processes = Guarded<Set<Int32>>([])
            for _ in 0..<3 {
                let process = try await database.query("SELECT pg_backend_pid(), pg_sleep(0.002)::text")
                    .decode((Int32, String).self)[0].0
                processes.withLock { _ = $0.insert(process) }
            }
            #expect(processes.withLock { $0.count } == 3)
            #expect(database.statistics.open <= 1)
        }
    }

    @Test("limits and name are set on each connection")
    func settings() async throws {
        try await withSharedDatabase(
            configure: {
                $0.applicationName = "settings of ours"
                $0.statementTimeout = .milliseconds(4321)
                $0.lockTimeout = .milliseconds(1234)
                $0.idleInTransactionTimeout = .seconds(77)
            }
        ) { database in
            for (name, expected) in [
                ("application_name", "settings of ours"), ("statement_timeout", "4321ms"), ("lock_timeout", "1234ms"),
                ("idle_in_transaction_session_timeout", "77s"), ("client_encoding", "UTF8"), ("jit", "off"),
            ] {
                let value = try await database.query("SELECT current_setting(\(name))").decode(String.self)[0]
                #expect(value == expected)
            }
        }
    }

    @Test("the server's lock timeout is reported")
    func lockTimeout() async throws {
        try await withDatabase(configure: { $0.lockTimeout = .milliseconds(20) }) { database, _ in
            try await database.query("CREATE TABLE t (n int)")
            try await database.transaction { connection in
                try await connection.query("LOCK TABLE t")
                let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT * FROM t") }
                #expect(error?.sqlState == "55P03")
            }
        }
    }
}
