import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Testing

/// Tests that a booking sees either all of an administrative change or none of it.
///
/// The sessions that the change reports as affected are all that are affected.
@Suite("Concurrent administrative changes and bookings")
struct AdministrationRaceTests {
    private static let rounds = 6

    @Test("refuses bookings after an absence is added")
    func away() async throws {
        try await race { fixture, _, maria, day in
            let (from, until) = (day, day + 86_400)
            return Set(
                try await fixture.administration.away(maria.handle, from: from, until: until, reason: nil).booked.map(
                    \.reference)
            )
        }
    }

    @Test("refuses bookings after a closure is added")
    func closed() async throws {
        try await race { fixture, studio, _, day in
            let closure = Closure(from: day, until: day + 86_400, reason: "flood")
            return Set(try await fixture.administration.close(studio: studio.handle, closure).map(\.reference))
        }
    }

    @Test("refuses bookings after the trainer is retired")
    func retired() async throws {
        try await race { fixture, _, maria, _ in
            Set(
                try await fixture.administration.retire(trainer: maria.handle, now: BookingFixture.now).map(\.reference)
            )
        }
    }

    @Test("refuses bookings after the hours are removed")
    func hours() async throws {
        try await race { fixture, _, maria, _ in
            try await fixture.administration.set(
                .none, of: maria.handle, at: nil, from: nil, until: nil, now: .distantPast)
            return nil
        }
    }

    @Test("uses the current session length of the studio, not the length that the caller read")
    func length() async throws {
        try await withBookingFixture { fixture in
            let known = try await fixture.addStudio()
            let maria = try await fixture.addTrainer()
            let old = try await fixture.book(known, "2027-01-05 09:00", for: "old@example.com", with: maria)
            try await fixture.administration.edit(studio: known.handle, now: BookingFixture.now) {
                $0.offer.sessionMinutes = 50
                $0.offer.turnaroundMinutes = 40
            }
            let booked = try await fixture.book(known, "2027-01-05 10:00", for: "ana@example.com", with: maria)
            #expect(booked.endsAt.timeIntervalSince(booked.startsAt) == 50 * 60)
            let moved = try await fixture.desk.reschedule(
                old.reference, to: old.startsAt + 4 * 3600, with: nil, overrideReason: nil, now: BookingFixture.now
            ).session
            #expect(moved.endsAt.timeIntervalSince(moved.startsAt) == 50 * 60)
            let occupied = try await fixture.database.query(
                "SELECT extract(epoch FROM upper(occupied) - lower(occupied))::integer FROM session"
            ).decode(Int32.self)
            #expect(occupied == [90 * 60, 90 * 60])
        }
    }

    /// Books six slots of one day during an administrative change that makes them unavailable.
    ///
    /// The event log is written while the locks are held, so it has the order of the changes.
    private func race(
        _ change: @Sendable @escaping (BookingFixture, Studio, Trainer, Date) async throws -> Set<Reference>?
    ) async throws {
        try await withBookingFixture(connections: 8) { fixture in
            try await fixture.failOnDeadlock()
            let studio = try await fixture.addStudio { $0.offer.stations = 2 }
            for round in 0..<Self.rounds {
                let maria = try await fixture.addTrainer("maria-\(round)")
                let day = try BookingFixture.instant("2027-01-\(10 + round) 00:00", at: studio)
                let requests = try (0..<6).map {
                    try BookingFixture.request(
                        studio, "2027-01-\(10 + round) 1\($0):00", for: "p\($0)-\(round)@example.com", with: maria)
                }
                let before = try await fixture.latestEvent()
                async let answers = fixture.ask(Array(requests.prefix(3 + round % 3)))
                let affected = try await change(fixture, studio, maria, day)
                let late = await fixture.ask(Array(requests.suffix(3)))
                let early = await answers
                #expect(early.errors.isEmpty && late.errors.isEmpty, "\(early.errors) \(late.errors)")
                #expect(late.booked.isEmpty)
                let booked = Set(early.booked.map(\.session.reference))
                if let affected { #expect(affected == booked) }
                #expect(try await fixture.bookingsAfterTheChange(since: before) == 0)
            }
        }
    }
}

extension BookingFixture {
    fileprivate func latestEvent() async throws -> Int64 {
        try await database.query("SELECT max(id) FROM event").decode(Int64.self)[0]
    }

    /// Returns the number of session events after the administrative change.
    fileprivate func bookingsAfterTheChange(since event: Int64) async throws -> Int64 {
        try await database.query(
            """
            SELECT count(*)
            FROM event
            WHERE subject = 'session'
              AND id > (SELECT max(id) FROM event WHERE id > \(event) AND subject NOT IN ('session', 'client'))
            """
        ).decode(Int64.self)[0]
    }
}
