import BookingStoreTesting
import Foundation
import Locking
import Postgres
import PostgresTesting
import Schema
import Testing

@Suite("Schema setup")
struct SchemaTests {
    @Test("creates a missing schema, and changes nothing when applied again")
    func twice() async throws {
        try await withDatabase { database, _ in
            #expect(try await Schema.status(of: database) == .missing)
            #expect(try await Schema.apply(to: database) == .missing)
            #expect(try await Schema.status(of: database) == .current)
            let before = try await fingerprint(of: database)
            #expect(try await Schema.apply(to: database) == .current)
            #expect(try await fingerprint(of: database) == before)
        }
    }

    @Test("of eight concurrent setups, one creates the schema and the others find it current")
    func atOnce() async throws {
        try await withDatabase { database, _ in
            let found = try await withThrowingTaskGroup(of: Schema.Status.self) { group in
                for _ in 0..<8 { group.addTask { try await Schema.apply(to: database) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(found.count { $0 == .missing } == 1)
            #expect(found.count { $0 == .current } == 7)
        }
    }

    @Test("updates a missing or outdated function, and applies no step again")
    func behind() async throws {
        for change in [
            "DELETE FROM schema_function WHERE name = 'plan_days'",
            "UPDATE schema_function SET checksum = 'old' WHERE name = 'open_slots'",
        ] {
            try await withBookingFixture { fixture in
                let steps = try await appliedSteps(of: fixture.database)
                try await fixture.database.query("\(unsafeSQL: change)")
                let behind = Schema.Status.behind(database: Schema.version, binary: Schema.version)
                #expect(try await Schema.status(of: fixture.database) == behind)
                #expect(try await Schema.apply(to: fixture.database) == behind)
                #expect(try await Schema.status(of: fixture.database) == .current)
                #expect(try await appliedSteps(of: fixture.database) == steps)
            }
        }
    }

    @Test("creates a dropped function again")
    func dropped() async throws {
        try await withBookingFixture { fixture in
            try await fixture.database.query("DROP FUNCTION plan_days")
            try await fixture.database.query("DELETE FROM schema_function WHERE name = 'plan_days'")
            try await Schema.apply(to: fixture.database)
            let found = try await fixture.database.query("SELECT FROM pg_proc WHERE proname = 'plan_days'")
            #expect(found.count == 1)
        }
    }

    @Test("does not change a newer schema")
    func ahead() async throws {
        try await withBookingFixture { fixture in
            try await fixture.database.query(
                "INSERT INTO schema_migration (version, name, checksum) VALUES (999, 'of_later', 'x')")
            let ahead = Schema.Status.ahead(database: 999, binary: Schema.version)
            #expect(try await Schema.status(of: fixture.database) == ahead)
            #expect(try await Schema.apply(to: fixture.database) == ahead)
            #expect(try await appliedSteps(of: fixture.database).count == Int(Schema.version) + 1)
        }
    }

    @Test("does not change a schema with an altered or missing step")
    func altered() async throws {
        for (change, step) in [
            ("UPDATE schema_migration SET checksum = 'x' WHERE version = 2", "sessions"),
            ("DELETE FROM schema_migration WHERE version = 3", "events"),
        ] {
            try await withBookingFixture { fixture in
                try await fixture.database.query("\(unsafeSQL: change)")
                let steps = try await appliedSteps(of: fixture.database)
                #expect(try await Schema.status(of: fixture.database) == .altered(step: step))
                #expect(try await Schema.apply(to: fixture.database) == .altered(step: step))
                #expect(try await appliedSteps(of: fixture.database) == steps)
            }
        }
    }

    @Test("re-creates only functions whose text changed")
    func onlyChanged() async throws {
        try await withBookingFixture { fixture in
            // A clone lacks the privileges on the database, which are granted with those on functions.
            try await Schema.apply(to: fixture.database)
            let before = try await functions(of: fixture.database)
            try await fixture.database.query("UPDATE schema_function SET checksum = 'old' WHERE name = 'open_slots'")
            try await Schema.apply(to: fixture.database)
            let after = try await functions(of: fixture.database)
            #expect(Set(after).subtracting(before).map { $0.prefix(10) } == ["open_slots"])
        }
    }

    @Test("an upgrade blocked by a transaction reports it, does not block bookings, and finishes after it")
    func blocked() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            // Its triggers require a lock of the session table, which conflicts with the open transaction's lock.
            try await fixture.database.query(
                "UPDATE schema_function SET checksum = 'old' WHERE name = 'write_free_session_claim'")
            let reported = Latch()
            let names = Guarded<[String]>([])
            let upgrade = try await fixture.database.transaction { bystander in
                // An older transaction on another table does not block the upgrade.
                try await bystander.query("LOCK TABLE reminder_rule IN ROW EXCLUSIVE MODE")
                return try await fixture.database.transaction { reader in
                    try await reader.query("LOCK TABLE session IN ROW EXCLUSIVE MODE")
                    let process = reader.processID
                    let upgrade = Task {
                        try await Schema.apply(to: fixture.database) { text in
                            names.withLock { $0.append(text) }
                            reported.open()
                        }
                    }
                    await reported.wait()
                    #expect(names.withLock { $0 }.first?.contains("process \(process) ") == true)
                    try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
                    return upgrade
                }
            }
            _ = try await upgrade.value
            #expect(try await Schema.status(of: fixture.database) == .current)
        }
    }

    @Test("an older binary keeps compatible newer functions, and reports an incompatible database")
    func compatible() async throws {
        try await withBookingFixture { fixture in
            try await fixture.database.query("UPDATE schema_release SET function_set = function_set + 1")
            try await fixture.database.query("UPDATE schema_function SET checksum = 'newer' WHERE name = 'open_slots'")
            let before = try await functions(of: fixture.database)
            let compatible = Schema.Status.compatible(database: Schema.version, binary: Schema.version)
            #expect(try await Schema.status(of: fixture.database) == compatible)
            #expect(try await Schema.apply(to: fixture.database) == compatible)
            #expect(try await functions(of: fixture.database) == before)
            try await fixture.database.query("UPDATE schema_release SET oldest_binary = 999")
            let ahead = Schema.Status.ahead(database: Schema.version, binary: Schema.version)
            #expect(try await Schema.status(of: fixture.database) == ahead)
            #expect(try await Schema.apply(to: fixture.database) == ahead)
            #expect(try await functions(of: fixture.database) == before)
        }
    }

    /// Returns texts that change if a function is created again.
    private func functions(of database: Database) async throws -> [String] {
        try await database.query(
            "SELECT proname || ' ' || xmin FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"
        ).decode(String.self)
    }

    @Test("rolls back all changes if a step fails")
    func failure() async throws {
        try await withDatabase { database, _ in
            // This table makes the second step fail.
            try await database.query("CREATE TABLE session ()")
            await #expect(throws: PostgresError.self) { try await Schema.apply(to: database) }
            #expect(try await Schema.status(of: database) == .missing)
            let tables = try await database.query("SELECT FROM pg_class WHERE relname IN ('studio', 'trainer')")
            #expect(tables.count == 0)
        }
    }

    private func appliedSteps(of database: Database) async throws -> [String] {
        try await database.query("SELECT version || name || checksum || applied_at FROM schema_migration ORDER BY 1")
            .decode(String.self)
    }

    /// Returns texts that change if a step, function or table is created again.
    private func fingerprint(of database: Database) async throws -> [String] {
        try await database.query(
            """
            SELECT relname || oid FROM pg_class WHERE relnamespace = 'public'::regnamespace
            UNION ALL
            SELECT proname || oid || xmin FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            UNION ALL
            SELECT name || applied_at FROM schema_migration
            UNION ALL
            SELECT name || applied_at FROM schema_function
            ORDER BY 1
            """
        ).decode(String.self)
    }
}
