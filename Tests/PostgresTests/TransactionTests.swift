import Foundation
import Postgres
import PostgresTesting
import Synchronization
import Testing

@Suite("Transactions", .timeLimit(.minutes(30)))
struct TransactionTests {
    private struct Refused: Error {}

    /// A counter of runs.
    private final class Counter: Sendable {
        private let value = Atomic(0)
        var count: Int { value.load(ordering: .sequentiallyConsistent) }
        @discardableResult func up() -> Int { value.add(1, ordering: .sequentiallyConsistent).newValue }
    }

    private func withTable(_ body: (Database) async throws -> Void) async throws {
        try await withDatabase { database, _ in
            try await database.query("CREATE TABLE t (id int PRIMARY KEY, n bigint NOT NULL)")
            try await database.query("INSERT INTO t VALUES (1, 0), (2, 0)")
            try await body(database)
        }
    }

    private func numbers(_ database: Database) async throws -> [Int64] {
        try await database.query("SELECT n FROM t ORDER BY id").decode(Int64.self)
    }

    @Test("commits when the body returns, and returns its result")
    func commits() async throws {
        try await withTable { database in
            let result = try await database.transaction { connection in
                try await connection.query("UPDATE t SET n = 1 WHERE id = 1")
                try await connection.query("UPDATE t SET n = 2 WHERE id = 2")
                return "done"
            }
            #expect(result == "done")
            #expect(try await numbers(database) == [1, 2])
        }
    }

    @Test("rolls back when the body throws, and rethrows the error")
    func rollsBack() async throws {
        try await withTable { database async throws in
            await #expect(throws: Refused.self) {
                try await database.transaction { connection in
                    try await connection.query("UPDATE t SET n = 1")
                    throw Refused()
                }
            }
            #expect(try await numbers(database) == [0, 0])
        }
    }

    @Test("an ignored failure of a statement is reported at the end")
    func swallowedFailure() async throws {
        try await withTable { database async throws in
            let error = await #expect(throws: PostgresError.self) {
                try await database.transaction { connection in
                    try await connection.query("UPDATE t SET n = 1")
                    _ = try? await connection.query("SELECT 1 / 0")
                }
            }
            #expect(error?.kind == .rolledBack)
            #expect(try await numbers(database) == [0, 0])
        }
    }

    @Test("a deferred constraint violated at COMMIT rolls back the work")
    func deferredConstraint() async throws {
        try await withTable { database in
            try await database.query(
                "ALTER TABLE t ADD CONSTRAINT t_n_id_fkey FOREIGN KEY (n) REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED NOT VALID"
            )
            let error = await #expect(throws: PostgresError.self) {
                try await database.transaction { try await $0.query("UPDATE t SET n = 99 WHERE id = 1") }
            }
            #expect(error?.sqlState == "23503")
            #expect(error?.constraint == "t_n_id_fkey")
            #expect(try await numbers(database) == [0, 0])
        }
    }

    @Test("a transaction left open is rolled back before the next caller")
    func leftOpen() async throws {
        try await withDatabase(configure: { $0.maximumConnections = 1 }) { database, _ in
            try await database.query("CREATE TABLE t (n int)")
            try await database.withConnection { try await $0.execute(script: "BEGIN; INSERT INTO t VALUES (1)") }
            #expect(try await database.query("SELECT count(*) FROM t").decode(Int64.self) == [0])
            try await database.withConnection { connection in
                try await connection.execute(script: "BEGIN")
                _ = try? await connection.query("SELECT 1 / 0")
            }
            #expect(try await database.query("SELECT count(*) FROM t").decode(Int64.self) == [0])
            #expect(database.statistics.open == 1)
        }
    }

    @Test("a read-only transaction rejects writes")
    func readOnly() async throws {
        try await withTable { database in
            let error = await #expect(throws: PostgresError.self) {
                try await database.transaction(readOnly: true) { try await $0.query("UPDATE t SET n = 1") }
            }
            #expect(error?.sqlState == "25006")
        }
    }

    @Test(
        "the requested isolation level is used",
        arguments: [
            (Database.Isolation.readCommitted, "read committed"), (.repeatableRead, "repeatable read"),
            (.serializable, "serializable"),
        ])
    func isolation(level: Database.Isolation, name: String) async throws {
        try await withSharedDatabase { database in
            let (isolation, readOnly) = try await database.transaction(isolation: level, readOnly: true) {
                try await $0.query(
                    "SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')"
                ).decode((String, String).self)[0]
            }
            #expect(isolation == name)
            #expect(readOnly == "on")
        }
    }

    @Test("work that conflicts with another transaction (40001) is retried with the new data")
    func serialisationFailure() async throws {
        try await withTable { database in
            let runs = Counter()
            try await database.transaction(isolation: .repeatableRead) { connection in
                let before = try await connection.query("SELECT n FROM t WHERE id = 1").decode(Int64.self)[0]
                if runs.up() == 1 { try await database.query("UPDATE t SET n = 10 WHERE id = 1") }
                try await connection.query("UPDATE t SET n = \(before + 1) WHERE id = 1")
            }
            #expect(runs.count == 2)
            #expect(try await numbers(database) == [11, 0])
        }
    }

    @Test("write skew between serializable transactions is detected and retried")
    func writeSkew() async throws {
        try await withTable { database in
            let (runs, met) = (Counter(), [Latch(), Latch()])
            try await withThrowingTaskGroup { group in
                for me in 0...1 {
                    group.addTask {
                        try await database.transaction(isolation: .serializable) { connection in
                            runs.up()
                            let sum = try await connection.query("SELECT sum(n)::bigint FROM t").decode(Int64.self)[0]
                            met[me].open()
                            await met[1 - me].wait()
                            guard sum == 0 else { return }
                            try await connection.query("UPDATE t SET n = 1 WHERE id = \(me + 1)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(runs.count == 3)
            #expect(try await numbers(database).sorted() == [0, 1])
        }
    }

    @Test("the error of the last attempt is thrown")
    func attempts() async throws {
        try await withTable { database async throws in
            let runs = Counter()
            let error = await #expect(throws: PostgresError.self) {
                try await database.transaction(isolation: .repeatableRead, attempts: 2) { connection in
                    runs.up()
                    try await connection.query("SELECT n FROM t")
                    try await database.query("UPDATE t SET n = n + 1")
                    try await connection.query("UPDATE t SET n = 0")
                }
            }
            #expect(error?.sqlState == "40001")
            #expect(runs.count == 2)
            #expect(try await numbers(database) == [2, 2])
        }
    }

    @Test("a permanent error is not retried")
    func hopeless() async throws {
        try await withTable { database in
            let runs = Counter()
            await #expect(throws: PostgresError.self) {
                try await database.transaction { connection in
                    runs.up()
                    try await connection.query("INSERT INTO t VALUES (1, 0)")
                }
            }
            #expect(runs.count == 1)
        }
    }

    @Test("two transactions that deadlock (40P01) both succeed")
    func deadlock() async throws {
        try await withTable { database in
            let (runs, holds) = (Counter(), [Latch(), Latch()])
            try await withThrowingTaskGroup { group in
                for me in 0...1 {
                    group.addTask {
                        try await database.transaction { connection in
                            runs.up()
                            try await connection.query("SELECT set_config('deadlock_timeout', '20ms', true)")
                            try await connection.query("UPDATE t SET n = n + 1 WHERE id = \(me + 1)")
                            holds[me].open()
                            await holds[1 - me].wait()
                            try await connection.query("UPDATE t SET n = n + 1 WHERE id = \(2 - me)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(runs.count >= 3)
            #expect(try await numbers(database) == [2, 2])
        }
    }
}
