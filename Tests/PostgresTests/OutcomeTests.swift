import Foundation
import PostgresTesting
import Synchronization
import Testing

@testable import Postgres

@Suite(
    "A COMMIT without an answer is unknown, and never guessed", .timeLimit(.minutes(10)),
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
        "whether the server kept it or not, the outcome is unknown, and the work is not run again",
        arguments: zip([CommitProxy.Fault.beforeServer, .afterServer], [Int64(0), 1]))
    func unknown(fault: CommitProxy.Fault, kept: Int64) async throws {
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
            #expect(try await observer.count("t") == kept)
            let answer = try await database.transaction { try await $0.query("SELECT 2").decode(Int32.self) }
            #expect(answer == [2])
        }
    }

    @Test("through a proxy that hangs up on nobody, all is well")
    func transparent() async throws {
        try await withProxy { database, _, observer in
            _ = try await database.transaction { try await $0.query("INSERT INTO t VALUES (1)") }
            #expect(try await observer.count("t") == 1)
        }
    }
}
