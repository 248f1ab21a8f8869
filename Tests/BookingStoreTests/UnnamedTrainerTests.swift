import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Testing

@Suite("Choice of the trainer")
struct UnnamedTrainerTests {
    @Test("chooses the trainer with the fewest sessions that day, then the first by handle")
    func fairness() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.stations = 3 }
            let aiko = try await fixture.addTrainer("aiko")
            try await fixture.addTrainer("maria")
            try await fixture.addTrainer("james")
            // Sessions on another day and cancelled sessions are not counted.
            try await fixture.book(studio, "2027-01-06 09:00", for: "other-day@example.com", with: aiko)
            let cancelled = try await fixture.book(studio, "2027-01-05 16:00", for: "off@example.com", with: aiko)
            _ = try await fixture.desk.cancel(cancelled.reference, reason: nil, now: BookingFixture.now)
            var chosen: [String] = []
            for (number, time) in ["09:00", "10:00", "11:00", "11:00", "12:00"].enumerated() {
                let session = try await fixture.book(studio, "2027-01-05 \(time)", for: "p\(number)@example.com")
                chosen.append(session.trainer.handle)
            }
            #expect(chosen == ["aiko", "james", "maria", "aiko", "james"])
        }
    }

    @Test("counts sessions at all studios, and does not choose a trainer who is busy elsewhere")
    func elsewhere() async throws {
        try await withBookingFixture { fixture in
            let (here, there) = try await fixture.addTwoStudios()
            try await fixture.book(there, "2027-01-05 16:00", for: "a@example.com", with: fixture.trainer("aiko"))
            #expect(try await fixture.book(here, "2027-01-05 09:00", for: "b@example.com").trainer.handle == "maria")
            #expect(try await fixture.book(there, "2027-01-05 09:00", for: "c@example.com").trainer.handle == "aiko")
            await expectRefusal(.slotTaken) {
                try await fixture.book(here, "2027-01-05 09:00", for: "d@example.com")
            }
        }
    }

    @Test("concurrent bookings use all trainers, and are refused only if no trainer is free")
    func filling() async throws {
        try await withBookingFixture(connections: 12) { fixture in
            try await fixture.failOnDeadlock()
            let studio = try await fixture.addStudio { $0.offer.stations = 4 }
            for handle in ["aiko", "james", "maria"] { try await fixture.addTrainer(handle) }
            let times = ["09:00", "09:30", "10:00", "10:30"]
            let requests = try times.flatMap { time in
                try (0..<4).map {
                    try BookingFixture.request(
                        studio, "2027-01-05 \(time)", for: "p\($0)-\(time.prefix(2))\(time.suffix(2))@example.com")
                }
            }
            let answers = await fixture.ask(requests)
            #expect(answers.errors.isEmpty, "\(answers.errors)")
            let booked = Dictionary(grouping: answers.booked.map(\.session), by: \.startsAt)
            #expect(booked.count == times.count)
            #expect(booked.values.allSatisfy { Set($0.map(\.trainer.handle)).count == 3 && $0.count == 3 })
            #expect(answers.refusals.map(\.rule) == Array(repeating: .slotTaken, count: times.count))
        }
    }

    @Test("concurrent bookings at two studios with shared trainers use different trainers")
    func shared() async throws {
        try await withBookingFixture { fixture in
            let (here, there) = try await fixture.addTwoStudios()
            for round in 0..<6 {
                let start = "2027-01-\(10 + round) 10:00"
                let answers = await fixture.ask([
                    try BookingFixture.request(here, start, for: "a\(round)@example.com"),
                    try BookingFixture.request(there, start, for: "b\(round)@example.com"),
                ])
                #expect(answers.refusals.isEmpty && answers.errors.isEmpty, "\(answers)")
                #expect(Set(answers.booked.map(\.session.trainer.handle)) == ["aiko", "maria"])
            }
        }
    }
}

extension BookingFixture {
    fileprivate func trainer(_ handle: String) async throws -> Trainer {
        try await database.withConnection { try await TrainerRepository($0).named(try Handle(handle)) }
    }

    /// Adds two studios, both with the trainers aiko and maria.
    fileprivate func addTwoStudios() async throws -> (Studio, Studio) {
        let here = try await addStudio("here") { $0.offer.stations = 2 }
        let there = try await addStudio("there") { $0.offer.stations = 2 }
        for handle in ["aiko", "maria"] {
            let trainer = try await addTrainer(handle, at: "here")
            try await administration.set(
                try WeeklyHours(parsing: "daily 09:00-17:00"), of: trainer.handle, at: there.handle, from: nil,
                until: nil, now: .distantPast)
        }
        return (here, there)
    }
}
