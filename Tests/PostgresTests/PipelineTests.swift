import PostgresTesting
import Testing

@testable import Postgres

@Suite("statements that are sent together")
struct PipelineTests {
    private func withConnection(_ body: @escaping @Sendable (isolated Connection) async throws -> Void) async throws {
        try await withSharedDatabase { try await $0.withConnection(body) }
    }

    @Test("pipelined statements run in order, and each has its own rows")
    func order() async throws {
        try await withConnection { connection in
            let first = connection.send("SELECT 1::bigint")
            let second = connection.send("SELECT generate_series(1, \(Int64(3)))").map { try $0.decode(Int64.self) }
            let last = try await connection.query("SELECT 'last'").decode(String.self)
            let (one, three) = (try await first.value().decode(Int64.self), try await second.value())
            #expect(last == ["last"] && one == [1] && three == [1, 2, 3])
        }
    }

    @Test("a pipelined statement sees the changes of earlier ones")
    func changes() async throws {
        try await withConnection { connection in
            connection.send("CREATE TEMPORARY TABLE number (value bigint)")
            connection.send("INSERT INTO number VALUES (\(Int64(7)))")
            let values = try await connection.query("SELECT value FROM number").decode(Int64.self)
            #expect(values == [7])
        }
    }

    @Test("statements after a failed one are not run, and the connection remains usable")
    func failure() async throws {
        try await withConnection { connection in
            let first = connection.send("SELECT 1::bigint")
            connection.send("SELECT 1 / \(Int64(0))")
            let later = connection.send("SELECT set_config('intro.later', 'run', false)")
            let error = await #expect(throws: PostgresError.self) { try await connection.query("SELECT 2") }
            #expect(error?.sqlState == "22012")
            let one = try await first.value().decode(Int64.self)
            #expect(one == [1])
            await #expect(throws: PostgresError.self) { _ = try await later.value() }
            let setting = try await connection.query("SELECT current_setting('intro.later', true)").decode(String?.self)
            #expect(setting == [nil])
        }
    }

    @Test("a failed statement rolls back the transaction, and its call throws the error")
    func transaction() async throws {
        try await withDatabase { database, _ in
            try await database.query("CREATE TABLE pipelined (value bigint CHECK (value > 0))")
            let error = await #expect(throws: PostgresError.self) {
                try await database.transaction { connection in
                    connection.send("INSERT INTO pipelined VALUES (1)")
                    connection.send("INSERT INTO pipelined VALUES (-1)")
                }
            }
            #expect(error?.sqlState == "23514")
            #expect(try await database.query("SELECT count(*) FROM pipelined").decode(Int64.self) == [0])
            try await database.transaction { _ = $0.send("INSERT INTO pipelined VALUES (2)") }
            #expect(try await database.query("SELECT value FROM pipelined").decode(Int64.self) == [2])
        }
    }

    @Test("the last statement is sent when the connection is returned")
    func leftOver() async throws {
        try await withDatabase { database, _ in
            try await database.query("CREATE TABLE left_over (value bigint)")
            try await database.withConnection { _ = $0.send("INSERT INTO left_over VALUES (1)") }
            #expect(try await database.query("SELECT count(*) FROM left_over").decode(Int64.self) == [1])
        }
    }

    @Test("a failed statement does not affect prepared statements of the same pipeline")
    func prepared() async throws {
        try await withConnection { connection in
            for divisor: Int64 in [1, 0, 1, 0, 1] {
                connection.send("SELECT 10 + \(Int64(1))")
                connection.send("SELECT 10 / \(divisor)")
                let sum = connection.send("SELECT 20 + \(Int64(2))").map { try $0.decode(Int64.self) }
                if divisor == 0 {
                    await #expect(throws: PostgresError.self) { _ = try await sum.value() }
                } else {
                    let value = try await sum.value()
                    #expect(value == [22])
                }
            }
        }
    }
}
