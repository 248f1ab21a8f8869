import Foundation
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite("setup and schema checks")
struct SchemaTests {
    /// Commands that need the schema, one of each kind.
    private let commands = [["slots"], ["book", "--client", "a@example.com", "--at", "now"], ["reminders", "send"]]

    /// Expects that each command exits with 78 and a hint.
    private func expectMisfit(on conninfo: String, hint: String) async throws {
        for command in commands + [["setup", "--check"]] {
            let result = try await IntroBinary.run(
                command + ["--json"], environment: ["INTRO_DATABASE_URL": conninfo])
            #expect(result.exit == 78, "\(command): \(result.stdout)\(result.stderr)")
            #expect(result.stdout.isEmpty)
            #expect(result.error?.code == "schema")
            #expect(result.error?.hint.contains(hint) == true, "\(result.stderr)")
        }
    }

    private func setup(_ words: String..., on conninfo: String) async throws -> IntroBinary.Result {
        try await IntroBinary.run(["setup", "--json"] + words, environment: ["INTRO_DATABASE_URL": conninfo])
    }

    @Test("commands create no schema by themselves; setup creates it, and a second setup changes nothing")
    func missing() async throws {
        try await withDatabase { database, conninfo in
            try await expectMisfit(on: conninfo, hint: "intro setup")
            let tables = try await database.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            #expect(try tables.decode(Int64.self) == [0])
            let made = try await setup(on: conninfo)
            #expect(made.exit == 0, "\(made.stderr)")
            #expect(try made.printed["changed"] == true)
            #expect(try await setup("--check", on: conninfo).exit == 0)
            #expect(try await setup(on: conninfo).printed["changed"] == false)
        }
    }

    @Test("an older schema requires setup, which updates it and keeps the data")
    func older() async throws {
        try await Studio.with { studio in
            let booking = try await studio.book("Ana", at: "2026-12-01 09:00")
            try await studio.database.query("DELETE FROM schema_function WHERE name = 'open_slots'")
            try await studio.database.query("DROP FUNCTION open_slots")
            try await expectMisfit(on: studio.conninfo, hint: "intro setup")
            #expect(try await setup(on: studio.conninfo).exit == 0)
            #expect(try await setup("--check", on: studio.conninfo).exit == 0)
            #expect(try await studio.answer("schedule", "maria").items == [booking.withoutResult])
            #expect(try await studio.answer("slots", "--limit", "1").items.count == 1)
        }
    }

    @Test("setup --check reports dropped triggers and constraints, and setup restores them")
    func dropped() async throws {
        try await Studio.with { studio in
            try await studio.database.query("DROP TRIGGER session_claims ON session")
            try await studio.database.query("ALTER TABLE session DROP CONSTRAINT session_trainer_free")
            let check = try await setup("--check", on: studio.conninfo)
            #expect(check.exit == 78)
            for name in ["session_claims", "session_trainer_free", "intro setup"] {
                #expect(check.stderr.contains(name))
            }
            let repair = try await setup(on: studio.conninfo)
            #expect(repair.exit == 0, "\(repair.stderr)")
            #expect(try repair.printed["repaired"]?.items.count == 2)
            #expect(try await setup("--check", on: studio.conninfo).exit == 0)
            try await studio.database.query("ALTER TABLE client ALTER COLUMN name DROP NOT NULL")
            for words in [["--check"], []] {
                let refusal = try await IntroBinary.run(
                    ["setup", "--json"] + words, environment: ["INTRO_DATABASE_URL": studio.conninfo])
                #expect(refusal.exit == 78 && refusal.stderr.contains("client.name"), "\(refusal.stderr)")
            }
        }
    }

    @Test("a function that is not listed is reported by setup --check and by setup, with the hint to drop it")
    func unlistedFunction() async throws {
        try await Studio.with { studio in
            try await studio.database.query(
                "CREATE FUNCTION mine() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'")
            for words in [["--check"], []] {
                let result = try await IntroBinary.run(
                    ["setup", "--json"] + words, environment: ["INTRO_DATABASE_URL": studio.conninfo])
                #expect(result.exit == 78, "\(words): \(result.stderr)")
                #expect(result.error?.message.contains("function mine is not listed") == true, "\(result.stderr)")
                #expect(result.error?.hint.contains("drop what is not listed") == true, "\(result.stderr)")
            }
            try await studio.database.query("DROP FUNCTION mine()")
            #expect(try await setup(on: studio.conninfo).exit == 0)
        }
    }

    @Test("a newer schema is not changed, even by setup")
    func newer() async throws {
        try await Studio.with { studio in
            try await studio.database.query(
                "INSERT INTO schema_migration (version, name, checksum) VALUES (9999, 'from_the_future', 'x')")
            let before = try await studio.fingerprint()
            try await expectMisfit(on: studio.conninfo, hint: "newer intro")
            #expect(try await setup(on: studio.conninfo).exit == 78)
            #expect(try await studio.fingerprint() == before)
        }
    }

    @Test("a schema with an altered migration is not changed")
    func altered() async throws {
        try await Studio.with { studio in
            try await studio.database.query("UPDATE schema_migration SET checksum = 'x' WHERE version = 1")
            try await expectMisfit(on: studio.conninfo, hint: "another database")
            #expect(try await setup(on: studio.conninfo).exit == 78)
        }
    }

    @Test("six concurrent setups create one schema and one sample studio")
    func race() async throws {
        try await withDatabase { database, conninfo in
            let results = try await atOnce(6) { _ in
                try await IntroBinary.run(
                    "setup", "--sample", "--json", environment: ["INTRO_DATABASE_URL": conninfo])
            }
            #expect(results.allSatisfy { $0.exit == 0 }, "\(results.map(\.stderr))")
            #expect(try results.count { try $0.printed["changed"] == true } == 1)
            #expect(try await database.query("SELECT count(*) FROM trainer").decode(Int64.self) == [3])
            #expect(try await setup("--check", on: conninfo).exit == 0)
        }
    }
}
