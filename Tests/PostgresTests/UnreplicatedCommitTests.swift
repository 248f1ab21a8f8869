import Foundation
import PostgresTesting
import Testing

@testable import Postgres

@Suite(
    "Commits that the synchronous standby does not confirm", .timeLimit(.minutes(30)),
    .enabled(if: ProcessInfo.processInfo.environment["INTRO_TEST_DATABASE_URL"] == nil, "needs two servers"))
struct UnreplicatedCommitTests {
    @Test("a commit without confirmation has an unknown outcome, and the database remains usable")
    func unknown() async throws {
        let primary = try await TestServer.startReplicated()
        let database = try await TestDatabase.make(on: primary)
        let standby = try await primary.makeStandby(isSynchronous: true)
        var configuration = Database.Configuration(conninfo: database.conninfo)
        configuration.statementTimeout = .milliseconds(700)
        let client = Database(configuration, logger: .silent)
        let other = Database(Database.Configuration(conninfo: database.conninfo), logger: .silent)
        try await other.query("CREATE TABLE t (n int)")
        await other.close()
        try await standby.stop(.immediate)

        let inTransaction = await #expect(throws: PostgresError.self) {
            try await client.transaction { try await $0.query("INSERT INTO t VALUES (1)") }
        }
        let readAgain = await #expect(throws: PostgresError.self) {
            try await client.transaction { connection in
                try await connection.query("SELECT n FROM t")
                try await connection.awaitReplicationAtCommit()
            }
        }
        let single = await #expect(throws: PostgresError.self) { try await client.query("INSERT INTO t VALUES (2)") }
        for error in [inTransaction, readAgain, single] {
            #expect(error?.kind == .outcomeUnknown, "\(error as Any)")
            #expect(error?.message == "the synchronous standby has not confirmed the transaction")
        }
        #expect(try await client.query("SELECT 3").decode(Int32.self) == [3])
        await client.close()
    }
}
