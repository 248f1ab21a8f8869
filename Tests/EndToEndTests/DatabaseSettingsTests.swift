import Foundation
import Postgres
import PostgresTesting
import Testing

@Suite("databases with unusual settings")
struct DatabaseSettingsTests {
    @Test("setup rejects an encoding other than UTF8 with 78 and names it", arguments: ["LATIN1", "SQL_ASCII"])
    func encoding(name: String) async throws {
        try await withDatabase { database, _ in
            let other = "test_\(UUID().uuidString.lowercased().filter { $0 != "-" })"
            try await database.query(
                """
                CREATE DATABASE \(unsafeSQL: other) TEMPLATE template0 ENCODING '\(unsafeSQL: name)'
                    LC_COLLATE 'C' LC_CTYPE 'C'
                """)
            let conninfo = try await TestServer.shared.conninfo(database: other)
            for words in [["setup"], ["setup", "--check"]] {
                let result = try await IntroBinary.run(
                    words + ["--json"], environment: ["INTRO_DATABASE_URL": conninfo])
                #expect(result.exit == 78 && result.error?.message.contains("UTF8") == true, "\(result.stderr)")
            }
            try await database.query("DROP DATABASE \(unsafeSQL: other)")
        }
    }

    @Test("setup rejects a search_path without schema public with 78, and creates no second schema")
    func searchPath() async throws {
        try await Studio.with { studio in
            for (path, word) in [("''", "search_path"), ("nowhere", "search_path"), ("other", "schema public")] {
                try await studio.database.query("CREATE SCHEMA IF NOT EXISTS other")
                let name = try await studio.database.query("SELECT current_database()").decode(String.self)[0]
                try await studio.database.withConnection {
                    try await $0.execute(script: "ALTER DATABASE \(name) SET search_path = \(path)")
                }
                for words in [["setup"], ["setup", "--check"]] {
                    let result = try await studio.intro(words + ["--json"])
                    #expect(result.exit == 78, "\(path): \(result.stderr)")
                    #expect(result.error?.message.contains(word) == true, "\(path): \(result.stderr)")
                }
                let tables = try await studio.database.query(
                    "SELECT count(*) FROM pg_tables WHERE schemaname = 'other'"
                ).decode(Int64.self)
                #expect(tables == [0])
            }
        }
    }

    @Test("the database's defaults for dates, literals and names change no result")
    func textForms() async throws {
        try await Studio.with { studio in
            let name = try await studio.database.query("SELECT current_database()").decode(String.self)[0]
            try await studio.database.withConnection {
                for setting in [
                    "datestyle = 'SQL, DMY'", "timezone = 'Asia/Kolkata'", "intervalstyle = 'sql_standard'",
                    "standard_conforming_strings = off", "quote_all_identifiers = on",
                ] {
                    try await $0.execute(script: "ALTER DATABASE \(name) SET \(setting)")
                }
            }
            try await studio.answer("setup")
            let checked = try await studio.intro("setup", "--check")
            #expect(checked.exit == 0, "\(checked.stderr)")
            try await studio.answer(
                "trainer", "hours", "maria", "--set", "mon-fri 09:00-17:00", "--from", "2027-01-04")
            #expect(try await studio.intro("trainer", "hours", "maria").exit == 0)
            try await studio.answer(
                "book", "--client", "ana@example.com", "--name", "Ana", "--phone", "(213) 555-0142", "--trainer",
                "maria", "--at", "2026-12-01 09:00")
            // A change by hand, in a session with the database's defaults.
            let change = try await Psql.run("UPDATE session SET confirmed_at = now()", on: studio.conninfo)
            #expect(change.exit == 0, "\(change.stderr)")
            let verified = try await studio.intro("verify")
            #expect(verified.exit == 0, "\(verified.stdout)")
        }
    }

    @Test("a write to a read-only database exits with 75 and reports that it is read-only")
    func readOnly() async throws {
        try await Studio.with { studio in
            let name = try await studio.database.query("SELECT current_database()").decode(String.self)[0]
            try await studio.database.withConnection {
                try await $0.execute(script: "ALTER DATABASE \(name) SET default_transaction_read_only = on")
            }
            let result = try await studio.intro(
                "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at",
                "2026-12-01 09:00", "--json")
            #expect(result.exit == 75 && result.error?.message.contains("read-only") == true, "\(result.stderr)")
            #expect(try await studio.intro("schedule", "maria").exit == 0)
        }
    }

    @Test("a write to a standby exits with 75 and reports that it is read-only", .enabled(if: Studio.isOnPrivateServer))
    func standby() async throws {
        let first = try await TestServer.startReplicated()
        try await Studio.on(first) { studio in
            let second = try await first.makeStandby(isSynchronous: false)
            try await second.catchUp(with: first)
            let folder = try second.socketFolder
            let standby = studio.reached(by: studio.conninfo.replacing(/host=\S+/, with: "host=\(folder)"))
            let result = try await standby.intro(
                "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at",
                "2026-12-01 09:00", "--json")
            #expect(result.exit == 75 && result.error?.message.contains("read-only") == true, "\(result.stderr)")
            #expect(try await standby.intro("schedule", "maria").exit == 0)
        }
    }

    @Test("a missing data file of the server exits with 69 or 75, not as a bug", .enabled(if: Studio.isOnPrivateServer))
    func missingFile() async throws {
        try await Studio.with { studio in
            let path = try await studio.database.query(
                "SELECT current_setting('data_directory') || '/' || pg_relation_filepath('trainer')"
            ).decode(String.self)[0]
            try FileManager.default.removeItem(atPath: path)
            let result = try await studio.intro("trainer", "list", "--json")
            #expect([69, 75].contains(result.exit), "\(result.stderr)")
        }
    }

    @Test(
        "refusals and bookings do not depend on the database's default isolation level",
        arguments: ["serializable", "repeatable read"])
    func isolation(level: String) async throws {
        try await Studio.with { studio in
            let name = try await studio.database.query("SELECT current_database()").decode(String.self)[0]
            try await studio.database.withConnection {
                try await $0.execute(script: "ALTER DATABASE \(name) SET default_transaction_isolation = '\(level)'")
            }
            let results = try await withThrowingTaskGroup(of: IntroBinary.Result.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        try await studio.intro(
                            "book", "--client", "p\(number)@example.com", "--name", "P\(number)", "--trainer", "maria",
                            "--at", "2026-12-01 09:00", "--json")
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.count { $0.exit == 0 } == 1)
            let refused = results.filter { $0.exit != 0 }
            #expect(refused.allSatisfy { $0.exit == 3 && $0.error?.code == "slot_taken" })
        }
    }

    @Test("an unknown database exits with 78")
    func unknownDatabase() async throws {
        try await Studio.with { studio in
            let unknown = studio.reached(by: studio.conninfo + " dbname=nowhere")
            let result = try await unknown.intro("schedule", "maria", "--json")
            #expect(result.exit == 78 && result.error?.code == "configuration", "\(result.stderr)")
        }
    }

    @Test(
        "no part of the password in a URL that libpq misreads is printed",
        arguments: [
            "postgresql://desk:s3cr%zzet@localhost/intro", "postgresql://desk:s3cret@h@localhost:1/intro",
            "postgresql://desk:s3c/ret@localhost/intro",
        ])
    func password(url: String) async throws {
        let result = try await IntroBinary.run(
            ["schedule", "maria", "--verbose"], environment: ["INTRO_DATABASE_URL": url])
        #expect([69, 78].contains(result.exit), "\(result.stderr)")
        #expect(!result.stderr.contains("s3c") && !result.stderr.contains("zz") && !result.stderr.contains("ret@"))
        #expect(!result.stderr.contains("h@"), "\(result.stderr)")
    }

    @Test(
        "a malformed database URL exits with 78",
        arguments: ["localhost:5432/intro", "user@host", "//localhost/intro", "http://localhost/intro"])
    func misspelt(url: String) async throws {
        let result = try await IntroBinary.run("slots", "--json", environment: ["INTRO_DATABASE_URL": url])
        #expect(result.exit == 78)
        #expect(result.error?.message.contains("postgresql://") == true)
    }

}
