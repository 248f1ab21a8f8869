import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Testing

@Suite("Claims of the free session")
struct FreeSessionClaimTests {
    @Test("a change of the named contacts changes the claims, and keeps those of the client")
    func named() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            // The former address stays claimed.
            let present = try EmailAddress("ana.lima@example.com")
            _ = try await fixture.administration.edit(client: .email(try EmailAddress("ana@example.com"))) {
                $0.email = present
            }
            let own = ["email:ana.lima@example.com", "email:ana@example.com"]
            try await fixture.database.query("UPDATE session SET named_contacts = '{}'")
            #expect(try await fixture.claimedContacts() == ["email:ana.lima@example.com"])
            try await fixture.database.query("UPDATE session SET named_contacts = '{email:ana@example.com}'")
            #expect(try await fixture.claimedContacts() == own)
            try await fixture.database.query(
                "UPDATE session SET named_contacts = '{email:ana@example.com,email:ben@example.com}'")
            #expect(try await fixture.claimedContacts() == own + ["email:ben@example.com"])
            await expectRefusal(.introAlreadyBooked) {
                try await fixture.book(studio, "2027-01-06 10:00", for: "ben@example.com")
            }
        }
    }

    @Test("rejects a named contact that another session has claimed")
    func claimedTwice() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            let ben = try await fixture.book(studio, "2027-01-06 10:00", for: "ben@example.com")
            let error = await #expect(throws: PostgresError.self) {
                try await fixture.database.query(
                    """
                    UPDATE session
                    SET named_contacts = '{email:ana@example.com}'
                    WHERE reference = \(ben.reference.code)
                    """)
            }
            #expect(error?.constraint == "one_free_session_per_person")
        }
    }
}

extension BookingFixture {
    /// The claimed contacts, sorted.
    fileprivate func claimedContacts() async throws -> [String] {
        try await database.query("SELECT contact FROM free_session_claim ORDER BY contact COLLATE \"C\"")
            .decode(String.self)
    }
}
