import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import SeededRandom
import Testing

@Suite("Desks that hold and book at the same time")
struct HoldRaceTests {
    @Test("held and booked slots never overlap", arguments: [1, 2, 3] as [UInt64])
    func random(seed: UInt64) async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio {
                $0.offer.stations = 2
                $0.offer.turnaroundMinutes = 20
            }
            for handle in ["maria", "james", "aiko"] {
                try await fixture.addTrainer(handle, hours: "daily 09:00-12:00")
            }
            try await withThrowingTaskGroup { group in
                for desk in 0..<4 {
                    group.addTask {
                        var chance = SeededGenerator(seed: seed * 100 + UInt64(desk))
                        var rounds = DeskRounds(fixture: fixture, studio: studio, desk: desk)
                        for round in 0..<12 { try await rounds.act(round, &chance) }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.overlaps() == 0)
            #expect(try await fixture.count("session") > 0)
            #expect(try await fixture.count("hold WHERE status = 'used'") > 0)
        }
    }

    @Test("of eight desks that hold one slot, one holds it, and only its key books it")
    func oneSlot() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.stations = 2 }
            try await fixture.addTrainer()
            let holds = try await withThrowingTaskGroup(of: Hold?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        do {
                            return try await fixture.hold(studio, "2027-01-05 10:00")
                        } catch let refusal as Refusal {
                            #expect(refusal.rule == .slotTaken)
                            return nil
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
            }
            let hold = try #require(holds.first)
            #expect(holds.count == 1)
            let booked = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        do {
                            try await fixture.book(hold, for: "client\(number)@example.com", now: BookingFixture.now)
                            return 1
                        } catch let refusal as Refusal {
                            #expect(refusal.rule == .holdExpired)
                            return 0
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(booked == 1)
        }
    }
}

@Suite("Holds and sessions at other isolation levels")
struct HoldIsolationTests {
    @Test(
        "rejects a session or a hold whose transaction does not see the latest rows",
        arguments: [Database.Isolation.repeatableRead, .serializable])
    func rejected(level: Database.Isolation) async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            _ = try await fixture.hold(studio, "2027-01-05 12:00")
            for change in [
                "UPDATE session SET station = station + 1",
                "UPDATE hold SET expires_at = expires_at + interval '1 minute'",
            ] {
                let error = await #expect(throws: PostgresError.self, "\(change)") {
                    try await fixture.database.transaction(isolation: level, attempts: 1) { connection in
                        _ = try await connection.query("\(unsafeSQL: change)")
                    }
                }
                #expect(error?.sqlState == "25000", "\(change)")
            }
        }
    }

    @Test("accepts the outcome of a session at every isolation level")
    func marked() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            try await fixture.database.transaction(isolation: .repeatableRead, attempts: 1) { connection in
                _ = try await connection.query("UPDATE session SET status = 'attended'")
            }
            #expect(try await fixture.count("session WHERE status = 'attended'") == 1)
        }
    }
}

/// One desk of the random test, whose clock advances by three minutes with each action.
private struct DeskRounds {
    let fixture: BookingFixture
    let studio: Studio
    let desk: Int
    var holds: [Hold] = []

    /// Holds, books, books by a key or releases at random; a refusal is a valid outcome.
    mutating func act(_ round: Int, _ chance: inout SeededGenerator) async throws {
        let now = BookingFixture.now + TimeInterval(round * 180)
        let start =
            try BookingFixture.instant("2027-01-05 09:00", at: studio)
            + TimeInterval(Int.random(in: 0..<6, using: &chance) * 1800)
        let email = "client\(desk)-\(round)@example.com"
        do {
            // Each desk begins with a hold and its booking.
            switch round < 2 ? 2 * round : Int.random(in: 0..<6, using: &chance) {
            case 0, 1:
                holds.append(
                    try await fixture.desk.hold(HoldRequest(studio: studio, start: start, minutes: 10), now: now).hold)
            case 2, 3:
                guard let hold = holds.popLast() else { fallthrough }
                try await fixture.book(hold, for: email, now: now)
            case 4:
                let address = try EmailAddress(email)
                var request = BookingRequest(studio: studio, who: .email(address), start: start)
                request.newClient = ClientDetails(name: try PersonName("New Person"), email: address, phone: nil)
                _ = try await fixture.desk.book(request, now: now)
            default:
                guard let hold = holds.popLast() else { return }
                _ = try await fixture.desk.release(hold.key)
            }
        } catch is Refusal {}
    }
}

extension BookingFixture {
    /// The number of sessions that overlap a hold that was in force when they were booked.
    fileprivate func overlaps() async throws -> Int64 {
        try await database.query(
            """
            SELECT count(*)
            FROM session AS s
            JOIN hold AS h
                ON h.occupied && s.occupied
                AND (h.trainer_id = s.trainer_id OR h.studio_id = s.studio_id AND h.station = s.station)
            WHERE s.status = 'booked'
              AND h.status = 'held'
              AND h.held_at <= s.booked_at
              AND h.expires_at > s.booked_at
            """
        ).decode(Int64.self)[0]
    }
}
