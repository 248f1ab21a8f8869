import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Testing

@Suite("Concurrent bookings")
struct ConcurrentBookingTests {
    @Test("of 64 requests for one slot, books one and offers three other slots to the rest")
    func oneSlot() async throws {
        try await withBookingFixture(connections: 16) { fixture in
            let studio = try await fixture.addStudio()
            let maria = try await fixture.addTrainer()
            let answers = await fixture.ask(
                try (1...64).map {
                    try BookingFixture.request(studio, "2027-01-05 10:00", for: "p\($0)@example.com", with: maria)
                })
            #expect(answers.booked.count == 1)
            #expect(answers.refusals.count == 63 && answers.errors.isEmpty, "\(answers.errors)")
            #expect(answers.refusals.allSatisfy { $0.rule == .slotTaken && $0.alternatives.count == 3 })
            #expect(try await fixture.count("session") == 1)
            #expect(try await fixture.count("client") == 1, "a refused booking creates no client")
        }
    }

    @Test("64 requests with the same key create one session and return the same result")
    func oneKey() async throws {
        try await withBookingFixture(connections: 16) { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            var request = try BookingFixture.request(studio, "2027-01-05 10:00", for: "ana@example.com")
            request.requestID = "the form of Ana"
            let answers = await fixture.ask(Array(repeating: request, count: 64))
            #expect(answers.booked.count == 64 && answers.errors.isEmpty, "\(answers.errors)")
            #expect(Set(answers.booked.map(\.session.reference)).count == 1)
            #expect(answers.booked.count(where: \.created) == 1)
            #expect(try await fixture.count("session") == 1)
        }
    }

    @Test("requests of two people with the same key create one session")
    func sharedKey() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.stations = 2 }
            let trainers = [try await fixture.addTrainer("maria"), try await fixture.addTrainer("james")]
            for round in 0..<6 {
                let requests = try trainers.enumerated().map { number, trainer in
                    var request = try BookingFixture.request(
                        studio, "2027-01-\(10 + round) 1\(number * 3):00", for: "p\(number)-\(round)@example.com",
                        with: trainer)
                    request.requestID = "key \(round)"
                    return request
                }
                let answers = await fixture.ask(requests)
                #expect(answers.booked.count == 2 && answers.errors.isEmpty, "\(answers.errors)")
                #expect(Set(answers.booked.map(\.session.reference)).count == 1)
            }
        }
    }

    @Test("concurrent bookings with different trainers get a station each until none is left")
    func stations() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.stations = 3 }
            var trainers: [Trainer] = []
            for number in 0..<4 { trainers.append(try await fixture.addTrainer("trainer-\(number)")) }
            for round in 0..<6 {
                let answers = await fixture.ask(
                    try trainers.enumerated().map { number, trainer in
                        try BookingFixture.request(
                            studio, "2027-01-\(10 + round) 10:00", for: "p\(number)-\(round)@example.com", with: trainer
                        )
                    })
                #expect(answers.booked.count == 3 && answers.errors.isEmpty, "\(answers.errors)")
                #expect(answers.refusals.map(\.rule) == [.studioFull])
                #expect(answers.refusals.first?.message.hasPrefix("Studio downtown has no station left") == true)
            }
        }
    }

    @Test("a repeated key returns its session although the client has become ambiguous")
    func oldKey() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            var request = try BookingFixture.request(
                studio, "2027-01-05 10:00", for: "ana@example.com", phone: "(415) 555-0132")
            request.requestID = "k1"
            let first = try await fixture.desk.book(request, now: BookingFixture.now)
            var byPhone = BookingRequest(
                studio: studio, who: .phone(try PhoneNumber(e164: "+14155550132")), start: request.start)
            byPhone.requestID = "k1"
            // Two clients share the phone number now, so a new request would be ambiguous.
            _ = try await fixture.administration.add(
                ClientDetails(
                    name: try PersonName("Ben"), email: nil, phone: try PhoneNumber(e164: "+14155550132")))
            let again = try await fixture.desk.book(byPhone, now: BookingFixture.now)
            #expect(again.session.reference == first.session.reference && !again.created)
        }
    }

    @Test("a person with three e-mail addresses and one phone number gets one free session")
    func onePerson() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.stations = 3 }
            try await fixture.addTrainer()
            let phones = ["(415) 555-0132", "+1 415.555.0132", "1-415-555-0132"]
            let answers = await fixture.ask(
                try phones.enumerated().map { number, phone in
                    try BookingFixture.request(
                        studio, "2027-01-05 1\(number):00", for: "ana\(number)@example.com", phone: phone)
                })
            #expect(answers.booked.count == 1 && answers.errors.isEmpty, "\(answers.errors)")
            #expect(answers.refusals.map(\.rule) == [.introAlreadyBooked, .introAlreadyBooked])
        }
    }

    @Test("requests with the contacts of two clients crosswise do not deadlock")
    func crosswise() async throws {
        try await withBookingFixture { fixture in
            try await fixture.failOnDeadlock()
            let studio = try await fixture.addStudio { $0.offer.stations = 2 }
            try await fixture.addTrainer("maria")
            try await fixture.addTrainer("james")
            for (email, phone) in [("a@example.com", "(415) 555-0101"), ("b@example.com", "(415) 555-0102")] {
                _ = try await fixture.administration.add(
                    ClientDetails(
                        name: try PersonName("Somebody"), email: try EmailAddress(email),
                        phone: try PhoneNumber(phone, region: studio.region)))
            }
            for _ in 0..<8 {
                let answers = await fixture.ask([
                    try BookingFixture.request(
                        studio, "2027-01-05 10:00", for: "a@example.com", phone: "(415) 555-0102"),
                    try BookingFixture.request(
                        studio, "2027-01-05 10:00", for: "b@example.com", phone: "(415) 555-0101"),
                ])
                #expect(answers.booked.count == 1 && answers.errors.isEmpty, "\(answers.errors)")
                #expect(answers.refusals.map(\.rule) == [.introAlreadyBooked])
                for result in answers.booked {
                    _ = try await fixture.desk.cancel(result.session.reference, reason: nil, now: BookingFixture.now)
                }
            }
        }
    }

    @Test("concurrent moves that swap the trainers of two sessions do not deadlock")
    func swap() async throws {
        try await withBookingFixture { fixture in
            try await fixture.failOnDeadlock()
            let studio = try await fixture.addStudio { $0.offer.stations = 2 }
            let (maria, james) = (try await fixture.addTrainer("maria"), try await fixture.addTrainer("james"))
            let early = try await fixture.book(studio, "2027-01-05 10:00", for: "a@example.com", with: maria)
            let late = try await fixture.book(studio, "2027-01-05 14:00", for: "b@example.com", with: james)
            for round in 0..<8 {
                let (earlyTrainer, lateTrainer) = round.isMultiple(of: 2) ? (james, maria) : (maria, james)
                async let first = fixture.desk.reschedule(
                    early.reference, to: early.startsAt, with: earlyTrainer, overrideReason: nil,
                    now: BookingFixture.now)
                async let second = fixture.desk.reschedule(
                    late.reference, to: late.startsAt, with: lateTrainer, overrideReason: nil, now: BookingFixture.now)
                let handles = try await [first, second].map(\.session.trainer.handle)
                #expect(handles == [earlyTrainer.handle.text, lateTrainer.handle.text])
            }
        }
    }
}
