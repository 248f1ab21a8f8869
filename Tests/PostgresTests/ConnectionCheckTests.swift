import PostgresTesting
import Testing

@testable import Postgres

@Suite("checks that travel with the first statements")
struct ConnectionCheckTests {
    private struct Rejected: Error, Equatable {
        let found: [Int64]
    }

    /// A check that accepts a table with one row.
    private static let check = ConnectionCheck("SELECT count(*) FROM pg_namespace WHERE nspname = 'checked'") {
        rows, _ in
        let found = try rows.get().decode(Int64.self)
        guard found == [1] else { throw Rejected(found: found) }
    }

    private func withChecked(
        _ check: ConnectionCheck = check, _ body: (Database, Database) async throws -> Void
    ) async throws {
        try await withDatabase { plain, conninfo in
            var configuration = Database.Configuration(conninfo: conninfo)
            configuration.check = check
            configuration.maximumConnections = 1
            let checked = Database(configuration, logger: .silent)
            try await body(checked, plain)
            await checked.close()
        }
    }

    @Test("a failed check is repeated on the same connection, and the transaction is rolled back")
    func repetition() async throws {
        try await withChecked { checked, plain in
            try await plain.query("CREATE TABLE written (n int)")
            for _ in 1...2 {
                await #expect(throws: Rejected(found: [0])) {
                    try await checked.transaction { try await $0.query("INSERT INTO written VALUES (1)") }
                }
            }
            // Here nothing is read before COMMIT.
            await #expect(throws: Rejected(found: [0])) {
                try await checked.transaction { $0.send("INSERT INTO written VALUES (2)") }
            }
            try await plain.query("CREATE SCHEMA checked")
            _ = try await checked.transaction { $0.send("INSERT INTO written VALUES (3)") }
            let rows = try await checked.query("SELECT n FROM written").decode(Int32.self)
            #expect(rows == [3])
        }
    }

    @Test("a failed check replaces the error of a later statement, and can send further statements")
    func failures() async throws {
        try await withChecked { checked, _ in
            await #expect(throws: Rejected(found: [0])) { try await checked.query("SELECT 1 FROM missing") }
        }
        let failing = ConnectionCheck("SELECT count(*) FROM missing") { rows, connection in
            guard case .failure(let error) = rows, error.sqlState == "42P01" else { return }
            throw Rejected(found: try await connection.query("SELECT 7::bigint").decode(Int64.self))
        }
        try await withChecked(failing) { checked, _ in
            await #expect(throws: Rejected(found: [7])) {
                try await checked.transaction(isolation: .repeatableRead) { try await $0.query("SELECT 1") }
            }
            await #expect(throws: Rejected(found: [7])) { try await checked.query("SELECT 1") }
        }
    }
}
