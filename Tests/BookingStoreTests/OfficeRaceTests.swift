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
struct OfficeRaceTests {
    private static let rounds = 6

    @Test("refuses bookings after an absence is added")
    func away() async throws {
        try await race { books, _, maria, day in
            let (from, until) = (day, day + 86_400)
            return Set(
                try await books.office.away(maria.handle, from: from, until: until, reason: nil).booked.map(\.reference)
            )
        }
    }

    @Test("refuses bookings after a closure is added")
    func closed() async throws {
        try await race { books, studio, _, day in
            let closure = Closure(from: day, until: day + 86_400, reason: "flood")
            return Set(try await books.office.close(studio: studio.handle, closure).map(\.reference))
        }
    }

    @Test("refuses bookings after the trainer is retired")
    func retired() async throws {
        try await race { books, _, maria, _ in
            Set(try await books.office.retire(trainer: maria.handle, now: Books.now).map(\.reference))
        }
    }

    @Test("refuses bookings after the hours are removed")
    func hours() async throws {
        try await race { books, _, maria, _ in
            try await books.office.set(.none, of: maria.handle, at: nil, from: nil, until: nil, now: .distantPast)
            return nil
        }
    }

    @Test("uses the current session length of the studio, not the length that the caller read")
    func length() async throws {
        try await withBooks { books in
            let known = try await books.openStudio()
            let maria = try await books.engage()
            let old = try await books.book(known, "2027-01-05 09:00", for: "old@example.com", with: maria)
            try await books.office.edit(studio: known.handle, now: Books.now) {
                $0.offer.sessionMinutes = 50
                $0.offer.turnaroundMinutes = 40
            }
            let booked = try await books.book(known, "2027-01-05 10:00", for: "ana@example.com", with: maria)
            #expect(booked.endsAt.timeIntervalSince(booked.startsAt) == 50 * 60)
            let moved = try await books.desk.reschedule(
                old.reference, to: old.startsAt + 4 * 3600, with: nil, overrideReason: nil, now: Books.now
            ).session
            #expect(moved.endsAt.timeIntervalSince(moved.startsAt) == 50 * 60)
            let occupied = try await books.database.query(
                "SELECT extract(epoch FROM upper(occupied) - lower(occupied))::integer FROM session"
            ).decode(Int32.self)
            #expect(occupied == [90 * 60, 90 * 60])
        }
    }

    /// Books six slots of one day during an administrative change that makes them unavailable.
    ///
    /// The event log is written while the locks are held, so it has the order of the changes.
    private func race(
        _ change: @Sendable @escaping (Books, Studio, Trainer, Date) async throws -> Set<Reference>?
    ) async throws {
        try await withBooks(connections: 8) { books in
            try await books.failOnDeadlock()
            let studio = try await books.openStudio { $0.offer.stations = 2 }
            for round in 0..<Self.rounds {
                let maria = try await books.engage("maria-\(round)")
                let day = try Books.instant("2027-01-\(10 + round) 00:00", at: studio)
                let requests = try (0..<6).map {
                    try Books.request(
                        studio, "2027-01-\(10 + round) 1\($0):00", for: "p\($0)-\(round)@example.com", with: maria)
                }
                let before = try await books.latestEvent()
                async let answers = books.ask(Array(requests.prefix(3 + round % 3)))
                let affected = try await change(books, studio, maria, day)
                let late = await books.ask(Array(requests.suffix(3)))
                let early = await answers
                #expect(early.errors.isEmpty && late.errors.isEmpty, "\(early.errors) \(late.errors)")
                #expect(late.booked.isEmpty)
                let booked = Set(early.booked.map(\.session.reference))
                if let affected { #expect(affected == booked) }
                #expect(try await books.bookingsAfterTheChange(since: before) == 0)
            }
        }
    }
}

extension Books {
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
