import Foundation
import PostgresTesting
import Synchronization
import Testing

@testable import Postgres

@Suite(
    "Lost responses to COMMIT", .timeLimit(.minutes(30)),
    .enabled(if: ProcessInfo.processInfo.environment["INTRO_TEST_DATABASE_URL"] == nil, "needs a Unix socket"))
struct OutcomeTests {
    private func withProxy(
        _ body: (_ database: Database, _ proxy: CommitProxy, _ observer: Observer) async throws -> Void
    ) async throws {
        try await withObservedDatabase { direct, observer in
            let (name, folder) = try await direct.query(
                "SELECT current_database()::text, current_setting('unix_socket_directories')"
            ).decode((String, String).self)[0]
            try await direct.query("CREATE TABLE t (n int)")
            let proxy = try CommitProxy(toServerIn: folder)
            defer { proxy.stop() }
            let database = Database(
                Database.Configuration(conninfo: "host=\(proxy.folder) port=5432 user=postgres dbname=\(name)"),
                logger: .silent)
            try await body(database, proxy, observer)
            await database.close()
        }
    }

    @Test(
        "the outcome is unknown, whether or not the server committed, and the work is not repeated",
        arguments: zip([CommitProxy.Fault.beforeServer, .afterServer], [Int64(0), 1]))
    func unknown(fault: CommitProxy.Fault, committed: Int64) async throws {
        try await withProxy { database, proxy, observer in
            proxy.arm(fault)
            let runs = Atomic(0)
            let error = await #expect(throws: PostgresError.self) {
                try await database.transaction { connection in
                    runs.add(1, ordering: .sequentiallyConsistent)
                    try await connection.query("INSERT INTO t VALUES (1)")
                }
            }
            #expect(error?.kind == .outcomeUnknown)
            #expect(runs.load(ordering: .sequentiallyConsistent) == 1)
            #expect(try await observer.count("t") == committed)
            let answer = try await database.transaction { try await $0.query("SELECT 2").decode(Int32.self) }
            #expect(answer == [2])
        }
    }

    @Test("a transaction succeeds through a proxy without a fault")
    func transparent() async throws {
        try await withProxy { database, _, observer in
            _ = try await database.transaction { try await $0.query("INSERT INTO t VALUES (1)") }
            #expect(try await observer.count("t") == 1)
        }
    }
}
