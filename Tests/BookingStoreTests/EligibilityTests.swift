import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Testing

@Suite("Eligibility for a free session")
struct EligibilityTests {
    @Test("refuses a client who attended at any studio, with the date and the trainer")
    func used() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            let other = try await fixture.addStudio("uptown", zone: "America/New_York")
            let maria = try await fixture.addTrainer()
            try await fixture.addTrainer("james", at: "uptown")
            let first = try await fixture.book(studio, "2027-01-05 10:00", for: "Ana.B+gym@gmail.com", with: maria)
            _ = try await fixture.desk.close(first.reference, as: .attended)
            let refusal = await expectRefusal(.introAlreadyUsed) {
                try await fixture.book(other, "2027-01-06 10:00", for: "anab@googlemail.com")
            }
            #expect(refusal?.message == "New Person already had the free session on 2027-01-05 with maria")
            #expect(refusal?.alternatives.isEmpty == true)
        }
    }

    @Test("refuses a client with a booked session, with its reference, until it is cancelled")
    func booked() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let first = try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            let refusal = await expectRefusal(.introAlreadyBooked) {
                try await fixture.book(studio, "2027-01-06 10:00", for: "ANA@example.com")
            }
            #expect(refusal?.message.contains("\(first.reference)") == true)
            _ = try await fixture.desk.cancel(first.reference, reason: nil, now: BookingFixture.now)
            try await fixture.book(studio, "2027-01-06 10:00", for: "ana@example.com")
        }
    }

    @Test("accepts a client after one no-show, and refuses after two")
    func noShows() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            for day in 5...6 {
                let session = try await fixture.book(studio, "2027-01-0\(day) 10:00", for: "ana@example.com")
                _ = try await fixture.desk.close(session.reference, as: .noShow)
            }
            let refusal = await expectRefusal(.tooManyNoShows) {
                try await fixture.book(studio, "2027-01-07 10:00", for: "ana@example.com")
            }
            #expect(refusal?.message == "New Person missed 2 sessions, the last on 2027-01-06 with maria")
            try await fixture.book(studio, "2027-01-07 10:00", for: "ana@example.com", because: "was ill")
        }
    }

    @Test("logs a waiver with its reason, adds no claim, and does not waive later bookings or other rules")
    func waiver() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.stations = 2 }
            let maria = try await fixture.addTrainer()
            let first = try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com", with: maria)
            _ = try await fixture.desk.close(first.reference, as: .attended)
            let second = try await fixture.book(
                studio, "2027-01-06 10:00", for: "ana@example.com", with: maria, because: "the lights went out")
            #expect(second.overrideReason == "the lights went out")
            let logged = try await fixture.database.query(
                """
                SELECT actor, reason, after ->> 'waived'
                FROM event
                WHERE subject = 'session' AND action = 'insert' AND after ->> 'reference' = \(second.reference.code)
                """
            ).decode((String, String, String).self)
            #expect(logged.map { [$0.0, $0.1, $0.2] } == [["test", "the lights went out", "true"]])
            let claims = try await fixture.database.query(
                "SELECT reference FROM free_session_claim JOIN session ON session.id = session_id"
            ).decode(String.self)
            #expect(claims == [first.reference.code])
            await expectRefusal(.introAlreadyUsed) {
                try await fixture.book(studio, "2027-01-07 10:00", for: "ana@example.com")
            }
            // A waiver applies to eligibility only: two sessions of a client cannot overlap.
            let james = try await fixture.addTrainer("james")
            await expectRefusal(.clientBusy) {
                try await fixture.book(
                    studio, "2027-01-06 10:00", for: "ana@example.com", with: james, because: "insists")
            }
        }
    }

    @Test("refuses a client by a former e-mail address, unless overridden")
    func formerAddress() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let first = try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            _ = try await fixture.desk.close(first.reference, as: .attended)
            _ = try await fixture.administration.edit(client: .email(try EmailAddress("ana@example.com"))) {
                $0.email = try EmailAddress("ana@example.org")
            }
            for email in ["ana@example.com", "ana@example.org"] {
                let refusal = await expectRefusal(.introAlreadyUsed) {
                    try await fixture.book(studio, "2027-01-06 10:00", for: email)
                }
                #expect(refusal?.message.contains("2027-01-05 with maria") == true)
            }
            try await fixture.book(studio, "2027-01-06 10:00", for: "ana@example.com", because: "another Ana")
        }
    }

    @Test("claims a phone number of the request that is not stored")
    func namedPhone() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            _ = try await fixture.administration.add(
                ClientDetails(name: try PersonName("Ana"), email: try EmailAddress("ana@example.com"), phone: nil))
            let first = try await fixture.book(
                studio, "2027-01-05 10:00", for: "ana@example.com", phone: "(415) 555-0132")
            #expect(first.client.phone == nil)
            await expectRefusal(.introAlreadyBooked) {
                try await fixture.book(studio, "2027-01-05 11:00", for: "other@example.com", phone: "+1 415.555.0132")
            }
        }
    }

    @Test("claims a phone number that is added after the booking")
    func laterPhone() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            _ = try await fixture.administration.edit(client: .email(try EmailAddress("ana@example.com"))) {
                $0.phone = try PhoneNumber(e164: "+14155550132")
            }
            await expectRefusal(.introAlreadyBooked) {
                try await fixture.book(studio, "2027-01-06 10:00", for: "a@example.org", phone: "415-555-0132")
            }
        }
    }
}
