import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Testing

@Suite("Clients in bookings")
struct BookingClientTests {
    @Test("a booking does not overwrite the details of a client")
    func stored() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let ana = try await fixture.administration.add(
                ClientDetails(
                    name: try PersonName("Ana Reyes"), email: try EmailAddress("Ana@example.com"),
                    phone: try PhoneNumber(e164: "+14155550132"), source: "a friend"))
            var request = try BookingFixture.request(
                studio, "2027-01-05 10:00", for: "ana@EXAMPLE.com", phone: "(415) 555-0199")
            request.newClient?.name = "Somebody Else"
            request.newClient?.source = "an advert"
            let session = try await fixture.desk.book(request, now: BookingFixture.now).session
            #expect(session.client.id == ana.id)
            #expect(try await fixture.people() == [ana])
        }
    }

    @Test("adds an unknown client only if the booking succeeds and has the client's details")
    func newClient() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            let maria = try await fixture.addTrainer()
            try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com", with: maria)
            await expectRefusal(.slotTaken) {
                try await fixture.book(studio, "2027-01-05 10:00", for: "ben@example.com", with: maria)
            }
            #expect(try await fixture.people().map(\.email?.address) == ["ana@example.com"])
            var nameless = try BookingFixture.request(studio, "2027-01-05 11:00", for: "ben@example.com")
            nameless.newClient = nil
            let request = nameless
            await #expect(throws: NotFound.self) { try await fixture.desk.book(request, now: BookingFixture.now) }
        }
    }

    @Test("concurrent bookings of a new client add one client")
    func sameNewcomer() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let requests = try (0..<6).map {
                try BookingFixture.request(
                    studio, "2027-01-05 1\($0):00", for: "ana@example.com", phone: "(415) 555-0132")
            }
            let answers = await fixture.ask(requests)
            #expect(answers.booked.count == 1 && answers.errors.isEmpty, "\(answers.errors)")
            #expect(answers.refusals.allSatisfy { $0.rule == .introAlreadyBooked })
            #expect(try await fixture.people().count == 1)
        }
    }

    @Test("a booking concurrent with the addition of the client succeeds")
    func officeToo() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            for round in 0..<8 {
                let email = "p\(round)@example.com"
                let request = try BookingFixture.request(studio, "2027-01-\(10 + round) 10:00", for: email)
                let details = ClientDetails(
                    name: try PersonName("Somebody"), email: try EmailAddress(email), phone: nil)
                async let booked = fixture.desk.book(request, now: BookingFixture.now)
                // If the booking is first, the addition is refused; otherwise the booking uses the added client.
                _ = try? await fixture.administration.add(details)
                #expect(try await booked.session.client.email?.address == email)
            }
        }
    }

    @Test("rejects a shared phone number as ambiguous, and accepts an e-mail address")
    func sharedPhone() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let phone = try PhoneNumber(e164: "+14155550132")
            for name in ["Ana", "Ben"] {
                _ = try await fixture.administration.add(
                    ClientDetails(
                        name: try PersonName(name), email: try EmailAddress("\(name)@example.com"), phone: phone))
            }
            let byPhone = BookingRequest(
                studio: studio, who: .phone(phone), start: try BookingFixture.instant("2027-01-05 10:00", at: studio))
            let error = await #expect(throws: InvalidInput.self) {
                try await fixture.desk.book(byPhone, now: BookingFixture.now)
            }
            #expect(error?.problem == "belongs to several people: 1 (Ana), 2 (Ben)")
            try await fixture.book(studio, "2027-01-05 10:00", for: "ben@example.com")
            // Clients who share a contact have one free session.
            await expectRefusal(.introAlreadyBooked) {
                try await fixture.book(studio, "2027-01-05 11:00", for: "ana@example.com")
            }
        }
    }
}

extension BookingFixture {
    fileprivate func people() async throws -> [Client] {
        try await database.withConnection { try await ClientRepository($0).all() }
    }
}
