import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import PostgresTesting
import Testing

@testable import Schema

@Suite("Time zones that the database does not know")
struct UnknownTimeZoneTests {
    @Test("rejects a time zone that only this binary knows", arguments: ["US/Pacific-New", "Canada/East-Saskatchewan"])
    func rejected(zone: String) async throws {
        try await withBookingFixture { fixture in
            let email = try EmailAddress("ana@example.com")
            var ana = ClientDetails(name: try PersonName("Ana"), email: email, phone: nil)
            _ = try await fixture.administration.add(ana)
            let edited = await #expect(throws: InvalidInput.self) {
                try await fixture.administration.edit(client: .email(email)) { $0.timeZone = zone }
            }
            #expect(edited?.field == "time zone")
            #expect(edited?.problem == "\(quoted(zone)) is not known to the database")
            ana.email = try EmailAddress("ben@example.com")
            ana.timeZone = zone
            await #expect(throws: InvalidInput.self) { try await fixture.administration.add(ana) }
            let zones = try await fixture.database.query("SELECT time_zone FROM client").decode(String?.self)
            #expect(zones == [nil])
        }
    }

    @Test("an upgrade removes stored time zones that the database does not know, and records it")
    func upgraded() async throws {
        try await withDatabase { database, _ in
            var before = SchemaRelease.own
            before.steps = Array(Migration.all.prefix(30))
            before.functionSet -= 1
            try await Schema.apply(before, to: database) { _ in }
            for zone in ["US/Pacific-New", "America/Denver", nil] {
                let email = "\(zone ?? "none")@example.com"
                try await database.query(
                    """
                    INSERT INTO client (name, email, email_key, time_zone)
                    VALUES ('Ana', \(email), \(email), \(zone))
                    """)
            }
            try await Schema.apply(to: database)
            let zones = try await database.query("SELECT time_zone FROM client ORDER BY id").decode(String?.self)
            #expect(zones == [nil, "America/Denver", nil])
            let removed = try await database.query(
                """
                SELECT before ->> 'time_zone', reason
                FROM event
                WHERE subject = 'client' AND action = 'update'
                """
            ).decode((String?, String?).self)
            #expect(removed.map(\.0) == ["US/Pacific-New"])
            #expect(removed.map(\.1) == ["the database does not know the time zone"])
            await #expect(throws: PostgresError.self) {
                try await database.query("UPDATE client SET time_zone = 'US/Pacific-New'")
            }
        }
    }
}
