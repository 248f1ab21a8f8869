import Logging
import Postgres
import PostgresTesting
import Testing

@testable import struct Postgres.StatementCache

@Suite("Statement cache", .timeLimit(.minutes(30)))
struct StatementCacheTests {
    /// Returns the prepared statements of a server process, by a script, which is never prepared itself.
    private func prepared(_ connection: isolated Connection) async throws -> [String] {
        try await connection.execute(
            script: """
                DROP TABLE IF EXISTS seen;
                CREATE TEMP TABLE seen AS SELECT statement FROM pg_prepared_statements;
                """)
        return try await connection.query("SELECT statement FROM seen ORDER BY statement").decode(String.self)
            .filter { !$0.contains("seen") }
    }

    private func key(_ text: String) -> StatementCache.Key {
        StatementCache.Key(text: text, types: [])
    }

    @Test("evicts the least recently used statement")
    func leastRecentlyUsed() {
        var cache = StatementCache(capacity: 2)
        for text in ["a", "a", "b", "b", "a"] { _ = cache.plan(key(text)) }
        #expect(cache.plan(key("c")) == .unprepared)
        guard case .prepare(_, let evicted) = cache.plan(key("c")) else {
            Issue.record("a statement was not prepared at its second use")
            return
        }
        #expect(evicted != nil)
        guard case .prepared = cache.plan(key("a")) else {
            Issue.record("the cache evicted a, which was used after b")
            return
        }
        #expect(cache.plan(key("b")) == .unprepared)
    }

    @Test("a forgotten statement is prepared again under another name")
    func forgetting() {
        var cache = StatementCache(capacity: 2)
        _ = cache.plan(key("a"))
        guard case .prepare(let first, _) = cache.plan(key("a")) else {
            Issue.record("a statement was not prepared at its second use")
            return
        }
        cache.forget(key("a"))
        _ = cache.plan(key("a"))
        guard case .prepare(let second, _) = cache.plan(key("a")) else {
            Issue.record("a statement was not prepared at its second use")
            return
        }
        #expect(first != second)
    }

    @Test("connections use different statement names")
    func distinctNames() {
        let names = (0..<8).map { _ in
            var cache = StatementCache(capacity: 2)
            _ = cache.plan(key("a"))
            if case .prepare(let name, _) = cache.plan(key("a")) { return name }
            Issue.record("a statement was not prepared at its second use")
            return ""
        }
        #expect(Set(names).count == 8)
    }

    @Test("prepares nothing with a capacity of zero")
    func disabled() {
        var cache = StatementCache(capacity: 0)
        for _ in 0..<3 { #expect(cache.plan(key("a")) == .unprepared) }
    }

    @Test("the number of prepared statements does not exceed the capacity")
    func bounded() async throws {
        try await withSharedDatabase(configure: { $0.statementCacheSize = 4 }) { database in
            try await database.withConnection { connection in
                for round in 0..<60 {
                    for _ in 0..<3 {
                        try await connection.query("SELECT \(round) + \(unsafeSQL: "\(round % 20)")")
                    }
                }
                let names = try await prepared(connection)
                #expect(!names.isEmpty)
                #expect(names.count <= 4)
            }
        }
    }

    @Test("a prepared statement that sometimes fails is not prepared repeatedly")
    func failures() async throws {
        try await withSharedDatabase(configure: { $0.statementCacheSize = 4 }) { database in
            try await database.withConnection { connection async throws in
                for round in 0..<60 {
                    _ = try? await connection.query("SELECT 1 / \(round % 3)")
                }
                #expect(try await prepared(connection).count <= 4)
            }
        }
    }

    @Test("a changed result type between two runs is handled")
    func changedShape() async throws {
        try await withDatabase(configure: { $0.maximumConnections = 1 }) { database, _ in
            try await database.query("CREATE TABLE t (a int)")
            try await database.query("INSERT INTO t VALUES (1)")
            for _ in 0..<3 { #expect(try await database.query("SELECT * FROM t").columns == ["a"]) }
            try await database.query("ALTER TABLE t ADD b text DEFAULT 'new'")
            for _ in 0..<3 { #expect(try await database.query("SELECT * FROM t").columns == ["a", "b"]) }
        }
    }

    @Test("a changed result type in a transaction causes a retry of the transaction")
    func changedShapeInTransaction() async throws {
        try await withDatabase(configure: { $0.maximumConnections = 1 }) { database, conninfo in
            let other = Database(Database.Configuration.patient(conninfo: conninfo), logger: .silent)
            try await database.query("CREATE TABLE t (a int)")
            for _ in 0..<3 { try await database.query("SELECT * FROM t") }
            try await other.query("ALTER TABLE t ADD b text")
            let columns = try await database.transaction { try await $0.query("SELECT * FROM t").columns }
            #expect(columns == ["a", "b"])
            await other.close()
        }
    }

    @Test(
        "statements that the server has deallocated are run", arguments: ["DEALLOCATE ALL", "DISCARD ALL"])
    func forgotten(command: String) async throws {
        try await withDatabase(configure: {
            $0.maximumConnections = 1; $0.statementCacheSize = 2
        }) { database, _ in
            try await database.query("CREATE TABLE t (n bigint)")
            for number in 0..<3 { try await database.query("INSERT INTO t VALUES (\(number))") }
            try await database.withConnection { try await $0.execute(script: command) }
            for number in 3..<6 { try await database.query("INSERT INTO t VALUES (\(number))") }
            #expect(try await database.query("SELECT n FROM t ORDER BY n").decode(Int.self) == Array(0..<6))
            try await database.withConnection { try await $0.execute(script: command) }
            try await database.transaction { connection in
                for number in 6..<9 { try await connection.query("INSERT INTO t VALUES (\(number))") }
            }
            #expect(try await database.query("SELECT count(*) FROM t").decode(Int64.self) == [9])
        }
    }

    @Test("prepares nothing where prepared statements are off")
    func off() async throws {
        try await withSharedDatabase(configure: { $0.preparedStatements = false }) { database in
            try await database.withConnection { connection async throws in
                for number in 0..<5 {
                    #expect(try await connection.query("SELECT \(number)").decode(Int.self) == [number])
                }
                #expect(try await prepared(connection).isEmpty)
            }
            #expect(try await database.transaction { try await $0.query("SELECT 1").decode(Int32.self) } == [1])
        }
    }

    @Test("the same text with binds of different types returns correct results")
    func typesOfBinds() async throws {
        try await withSharedDatabase(configure: { $0.maximumConnections = 1 }) { database async throws in
            for round in 0..<4 {
                #expect(try await database.query("SELECT \(round)").decode(Int64.self) == [Int64(round)])
                #expect(try await database.query("SELECT \("row \(round)")").decode(String.self) == ["row \(round)"])
                #expect(try await database.query("SELECT \(round > 1)").decode(Bool.self) == [round > 1])
            }
        }
    }
}
