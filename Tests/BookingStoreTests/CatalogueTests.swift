import BookingStoreTesting
import Foundation
import Postgres
import PostgresTesting
import Testing

@testable import Schema

@Suite("The catalogue")
struct CatalogueTests {
    @Test("lists every table, column, constraint, index, trigger and function of a new schema")
    func recorded() async throws {
        try await withBookingFixture(connections: 1) { fixture in
            let found = try await fixture.database.withConnection { try await Catalogue.inventory(on: $0) }
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
            ("ALTER TABLE session ENABLE REPLICA TRIGGER session_claims", "disabled: trigger session.session_claims"),
            ("DROP TRIGGER session_claims ON session", "missing: trigger session.session_claims"),
            (
                "DROP FUNCTION record_event() CASCADE; DROP FUNCTION start_of_day CASCADE",
                "missing: function record_event()"
            ),
            (
                "CREATE OR REPLACE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
                "changed: function refuse_event_change()"
            ),
            ("ALTER FUNCTION record_event() SET search_path = pg_temp, public", "changed: function record_event()"),
            ("ALTER FUNCTION record_event() RESET search_path", "changed: function record_event()"),
            ("ALTER FUNCTION record_event() SECURITY INVOKER", "changed: function record_event()"),
            ("ALTER FUNCTION contact_key(text) VOLATILE", "changed: function contact_key(p_contact text)"),
            ("ALTER FUNCTION contact_key(text) STRICT", "changed: function contact_key(p_contact text)"),
            ("ALTER FUNCTION contact_key(text) PARALLEL UNSAFE", "changed: function contact_key(p_contact text)"),
            (
                "ALTER TABLE free_session_claim DROP CONSTRAINT one_free_session_per_person",
                "missing: constraint free_session_claim.one_free_session_per_person"
            ),
            ("DROP INDEX message_failed", "missing: index message_failed"),
        ])
    func repaired(statement: String, difference: String) async throws {
        try await withBookingFixture { fixture in
            try await fixture.database.withConnection { try await $0.execute(script: statement) }
            #expect(try await differences(fixture).contains(difference))
            let repair = try await Catalogue.repair(fixture.database)
            #expect(repair.repaired.contains(difference))
            #expect(repair.left == [])
            #expect(try await differences(fixture) == [])
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
            ("CREATE RULE no_events AS ON INSERT TO event DO INSTEAD NOTHING", "not listed: rule event.no_events"),
            ("ALTER TABLE hold SET UNLOGGED", "unlogged: table hold"),
            ("ALTER TABLE client ENABLE ROW LEVEL SECURITY", "row security enabled: table client"),
            ("ALTER TABLE session OWNER TO pg_monitor", "another owner: table session"),
            ("ALTER FUNCTION record_event() OWNER TO pg_monitor", "another owner: function record_event()"),
        ])
    func left(statement: String, difference: String) async throws {
        try await withBookingFixture { fixture in
            try await fixture.database.withConnection { try await $0.execute(script: statement) }
            let repair = try await Catalogue.repair(fixture.database)
            #expect(repair.left.contains { $0.hasPrefix(difference) })
            #expect(try await differences(fixture) == repair.left)
        }
    }

    @Test("reports a missing constraint that the rows violate, and does not add it")
    func violated() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            let difference = "missing: constraint session.session_station_is_counted"
            try await fixture.database.query("ALTER TABLE session DROP CONSTRAINT session_station_is_counted")
            try await fixture.database.query("UPDATE session SET station = 0")
            let left = try await Catalogue.repair(fixture.database).left
            #expect(left.count == 1 && left.first?.hasPrefix(difference + " (") == true, "\(left)")
            #expect(try await differences(fixture) == [difference])
        }
    }

    private func differences(_ fixture: BookingFixture) async throws -> [String] {
        try await fixture.database.withConnection { try await Catalogue.differences(on: $0) }
    }
}
