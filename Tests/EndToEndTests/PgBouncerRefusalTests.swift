import Foundation
import MessagingTesting
import PostgresTesting
import Testing

@Suite(
    "PgBouncer in transaction mode with unsuitable settings", .timeLimit(.minutes(30)),
    .enabled(if: InstalledPrograms.pgBouncer != nil && Studio.isOnPrivateServer, "needs the package pgbouncer"))
struct PgBouncerRefusalTests {
    private static let commands = [
        ["slots"], ["schedule", "maria"], ["jobs", "stats"], ["setup"], ["setup", "--check"], ["reminders", "send"],
        ["run", "--drain"], ["run"],
        ["book", "--client", "a@example.com", "--name", "A", "--trainer", "maria", "--at", "2026-12-01 09:00"],
    ]

    @Test("with prepared statements, commands exit with 78 and name the setting", arguments: commands)
    func preparedStatements(words: [String]) async throws {
        try await Studio.withPgBouncer(sharing: 1) { _, pooled in
            let result = try await pooled.preparing.intro(words + ["--json"])
            #expect(result.exit == 78, "\(result.stderr)")
            #expect(result.error?.hint.contains("database.prepared_statements") == true, "\(result.stderr)")
            #expect(!result.stderr.contains("intro setup"))
        }
    }

    @Test("with ignored start-up parameters, commands succeed, or exit with 78 and name the setting")
    func ignoredParameters() async throws {
        let settings = ["ignore_startup_parameters": "options", "server_reset_query_always": "1"]
        try await Studio.withPgBouncer(sharing: 2, settings: settings) { studio, pooled in
            try await studio.bookMany(60)
            let results = try await atOnce(6) { number in
                let book = [
                    "book", "--client", "p\(number)@example.com", "--name", "P\(number)", "--trainer", "maria", "--at",
                    "2026-12-01 \(number + 10):00",
                ]
                let words = [book, ["reminders", "send"], ["run", "--drain"]]
                return try await pooled.preparing.intro(words[number % 3] + ["--json"])
            }
            for result in results {
                let namesSetting = result.error?.hint.contains("database.prepared_statements") == true
                #expect(result.exit == 0 || result.exit == 78 && namesSetting, "\(result.exit): \(result.stderr)")
            }
            print("ignored start-up parameters: commands ended with \(results.map(\.exit).sorted())")
        }
    }

    @Test("statements that another client has prepared on a server connection are not executed")
    func statementsOfOthers() async throws {
        try await Studio.withPgBouncer(
            sharing: 1, settings: ["ignore_startup_parameters": "options"]
        ) { studio, pooled in
            let statements = (1...400).map { "PREPARE s\($0) AS SELECT 1;" }.joined(separator: "\n")
            let prepared = try await Psql.run(statements, on: pooled.conninfo)
            #expect(prepared.exit == 0, "\(prepared.stderr)")
            try await studio.bookMany(30)
            try await pooled.preparing.answer("run", "--drain")
            #expect(try await studio.messages("sent") == 30)
        }
    }

    @Test("PGOPTIONS is rejected with 78, and the hint names it")
    func options() async throws {
        try await Studio.withPgBouncer(sharing: 1) { _, pooled in
            let result = try await pooled.intro("slots", "--json", environment: ["PGOPTIONS": "-c jit=off"])
            #expect(result.exit == 78)
            #expect(result.error?.hint.contains("PGOPTIONS") == true, "\(result.stderr)")
        }
    }

    @Test("a login that PgBouncer refuses exits with 69, and is not reported as a refused setting")
    func login() async throws {
        let users = try ScratchFolder(isOpen: true)
        try Data(#""postgres" """#.utf8).write(to: URL(filePath: "\(users.path)/users"))
        let settings = ["auth_type": "trust", "auth_file": "\(users.path)/users"]
        try await Studio.withPgBouncer(sharing: 1, settings: settings) { _, pooled in
            let stranger = pooled.reached(by: pooled.conninfo + " user=stranger")
            let result = try await stranger.intro("slots", "--json")
            #expect(result.exit == 69 && result.error?.code == "database_unreachable", "\(result.stderr)")
            #expect(result.error?.message.contains("authentication failed") == true, "\(result.stderr)")
            try await pooled.answer("slots")
        }
    }
}
