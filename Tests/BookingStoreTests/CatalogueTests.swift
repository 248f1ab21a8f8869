import BookingStoreTesting
import Foundation
import Postgres
import PostgresTesting
import Testing

@testable import Schema

@Suite("The catalogue")
struct CatalogueTests {
    @Test("lists every column, constraint, index, trigger and function of a new schema")
    func recorded() async throws {
        try await withBooks(connections: 1) { books in
            let found = try await books.database.withConnection { try await Catalogue.inventory(on: $0) }
            guard found != Catalogue.expected else { return }
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let file = root.appending(path: ".build/Catalogue.txt")
            let lines = found.map { "\($0.kind)\t\($0.name)\t\($0.definition)\n" }
            try lines.joined().write(to: file, atomically: true, encoding: .utf8)
            Issue.record("Schema/Catalogue.txt is out of date: replace it with \(file.path)")
        }
    }

    @Test(
        "detects and repairs a manual change of the schema",
        arguments: [
            ("ALTER TABLE session DISABLE TRIGGER session_claims", "disabled: trigger session.session_claims"),
            ("DROP TRIGGER session_claims ON session", "missing: trigger session.session_claims"),
            (
                "DROP FUNCTION record_event() CASCADE; DROP FUNCTION start_of_day CASCADE",
                "missing: function record_event()"
            ),
            (
                "CREATE OR REPLACE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
                "changed: function refuse_event_change()"
            ),
            (
                "ALTER TABLE free_session_claim DROP CONSTRAINT one_free_session_per_person",
                "missing: constraint free_session_claim.one_free_session_per_person"
            ),
            ("DROP INDEX message_failed", "missing: index message_failed"),
        ])
    func repaired(statement: String, difference: String) async throws {
        try await withBooks { books in
            try await books.database.withConnection { try await $0.execute(script: statement) }
            #expect(try await differences(books).contains(difference))
            let repair = try await Catalogue.repair(books.database)
            #expect(repair.repaired.contains(difference))
            #expect(repair.left == [])
            #expect(try await differences(books) == [])
        }
    }

    @Test(
        "reports a difference that it cannot repair, and does not change it",
        arguments: [
            ("ALTER TABLE client ALTER COLUMN name DROP NOT NULL", "changed: column client.name"),
            (
                "ALTER TABLE session DISABLE TRIGGER ALL; ALTER TABLE session ENABLE TRIGGER USER",
                "disabled: constraint "
            ),
            (
                "CREATE TRIGGER mine BEFORE INSERT ON session FOR EACH ROW EXECUTE FUNCTION refuse_event_change()",
                "not listed: trigger session.mine"
            ),
        ])
    func left(statement: String, difference: String) async throws {
        try await withBooks { books in
            try await books.database.withConnection { try await $0.execute(script: statement) }
            let repair = try await Catalogue.repair(books.database)
            #expect(repair.left.contains { $0.hasPrefix(difference) })
            #expect(try await differences(books) == repair.left)
        }
    }

    @Test("reports a missing constraint that the rows violate, and does not add it")
    func violated() async throws {
        try await withBooks { books in
            let studio = try await books.openStudio()
            try await books.engage()
            try await books.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            let difference = "missing: constraint session.session_station_is_counted"
            try await books.database.query("ALTER TABLE session DROP CONSTRAINT session_station_is_counted")
            try await books.database.query("UPDATE session SET station = 0")
            let left = try await Catalogue.repair(books.database).left
            #expect(left.count == 1 && left.first?.hasPrefix(difference + " (") == true, "\(left)")
            #expect(try await differences(books) == [difference])
        }
    }

    private func differences(_ books: Books) async throws -> [String] {
        try await books.database.withConnection { try await Catalogue.differences(on: $0) }
    }
}
