import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import PostgresTesting
import Testing

@Suite("Holds of slots")
struct HoldTests {
    @Test("a held slot is not offered, and is refused with the time and the holder")
    func held() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.stations = 2 }
            let maria = try await fixture.addTrainer("maria")
            try await fixture.hold(studio, "2027-01-05 10:00", with: maria)
            #expect(try await !fixture.offers("2027-01-05 10:00", at: studio))
            let named = await expectRefusal(.slotTaken) {
                try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com", with: maria)
            }
            #expect(named?.message == "2027-01-05 10:00 PST with maria is held until 16:10 by test")
            #expect(named?.alternatives.count == 3)
            let unnamed = await expectRefusal(.slotTaken) {
                try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com", because: "urgent")
            }
            #expect(unnamed?.message.hasSuffix("maria is held until 16:10 by test") == true)
            await expectRefusal(.slotTaken) { try await fixture.hold(studio, "2027-01-05 10:00") }
            // The turnaround before the next session is held, too.
            await expectRefusal(.slotTaken) {
                try await fixture.book(studio, "2027-01-05 10:20", for: "ana@example.com", with: maria, because: "grid")
            }
        }
    }

    @Test("a hold occupies a station: with one station, no other trainer is offered")
    func station() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            let maria = try await fixture.addTrainer("maria")
            let james = try await fixture.addTrainer("james")
            try await fixture.hold(studio, "2027-01-05 10:00", with: maria)
            #expect(try await !fixture.offers("2027-01-05 10:00", at: studio))
            let refusal = await expectRefusal(.studioFull) {
                try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com", with: james)
            }
            #expect(refusal?.message.hasSuffix("one is held until 16:10 by test") == true)
        }
    }

    @Test("a hold counts for the daily limit until it expires")
    func dailyLimit() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer(dailyLimit: 1)
            let hold = try await fixture.hold(studio, "2027-01-05 10:00")
            await expectRefusal(.dailyLimit) {
                try await fixture.book(studio, "2027-01-05 12:00", for: "ana@example.com")
            }
            try await fixture.book(hold, for: "ana@example.com", now: BookingFixture.now)
            let next = try await fixture.hold(studio, "2027-01-06 10:00")
            let later = try await fixture.bookLater(studio, "2027-01-06 12:00", for: "ben@example.com", than: next)
            #expect(later.localStart == "2027-01-06 12:00 PST")
        }
    }

    @Test("an expired hold blocks neither a listing, a booking, another hold nor a move, and its key is refused")
    func expired() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let hold = try await fixture.hold(studio, "2027-01-05 10:00")
            #expect(try await !fixture.offers("2027-01-05 10:00", at: studio, now: hold.expiresAt - 1))
            #expect(try await fixture.offers("2027-01-05 10:00", at: studio, now: hold.expiresAt))
            let refusal = await expectRefusal(.holdExpired) {
                try await fixture.book(hold, for: "ana@example.com", now: hold.expiresAt)
            }
            #expect(refusal?.message == "the hold \(hold.key) expired at 2027-01-01 16:10 PST")
            let other = try await fixture.hold(studio, "2027-01-05 10:00", now: hold.expiresAt)
            #expect(other.key != hold.key)
            let session = try await fixture.bookLater(studio, "2027-01-05 10:00", for: "ana@example.com", than: other)
            let third = try await fixture.hold(studio, "2027-01-05 12:00", now: other.expiresAt)
            let moved = try await fixture.desk.reschedule(
                session.reference, to: third.slot.startsAt, with: nil, overrideReason: nil, now: third.expiresAt)
            #expect(moved.session.localStart == "2027-01-05 12:00 PST")
        }
    }

    @Test("the key books its slot once, for the notice at which it was held, and a refused booking keeps the hold")
    func key() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.noticeMinutes = 120 }
            try await fixture.addTrainer()
            try await fixture.book(studio, "2027-01-06 10:00", for: "ana@example.com")
            let hold = try await fixture.hold(studio, "2027-01-05 10:00")
            await expectRefusal(.introAlreadyBooked) {
                try await fixture.book(hold, for: "ana@example.com", now: BookingFixture.now)
            }
            try await fixture.book(hold, for: "ben@example.com", now: BookingFixture.now)
            let refusal = await expectRefusal(.holdExpired) {
                try await fixture.book(hold, for: "eve@example.com", now: BookingFixture.now)
            }
            #expect(refusal?.message.hasSuffix("was used for a booking") == true)
            let start = try BookingFixture.instant("2027-01-07 10:00", at: studio)
            let short = try await fixture.hold(studio, "2027-01-07 10:00", now: start - 121 * 60)
            let late = try await fixture.book(short, for: "eve@example.com", now: start - 115 * 60)
            #expect(late.startsAt == start && late.waivedRules.isEmpty)
        }
    }

    @Test("a dry run holds nothing, a repeated request returns its hold, and a released slot is free")
    func requests() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            var request = HoldRequest(
                studio: studio, start: try BookingFixture.instant("2027-01-05 10:00", at: studio), minutes: 10)
            request.requestID = "h1"
            request.isDryRun = true
            #expect(try await !fixture.desk.hold(request, now: BookingFixture.now).created)
            #expect(try await fixture.count("hold") == 0)
            request.isDryRun = false
            let first = try await fixture.desk.hold(request, now: BookingFixture.now)
            let again = try await fixture.desk.hold(request, now: BookingFixture.now + 60)
            #expect(first.created && !again.created && again.hold.key == first.hold.key)
            #expect(try await fixture.desk.release(first.hold.key).map(\.status) == [.released])
            #expect(try await fixture.offers("2027-01-05 10:00", at: studio))
            let refusal = await expectRefusal(.holdExpired) {
                try await fixture.book(first.hold, for: "ana@example.com", now: BookingFixture.now)
            }
            #expect(refusal?.message.hasSuffix("was released") == true)
            await #expect(throws: NotFound.self) { try await fixture.desk.release(try Reference("K7Q2-9FXM")) }
        }
    }
}

/// The constraints and triggers that keep holds and sessions apart, also for other programs.
@Suite("Holds and sessions in the database")
struct HoldInvariantTests {
    @Test("rejects a session over a hold, and a hold over a session, by SQL; an expired hold is ignored")
    func bySQL() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.stations = 2 }
            try await fixture.addTrainer("maria")
            try await fixture.addTrainer("james")
            let session = try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            for (trainer, station, constraint) in [
                (session.trainer.handle, 2, "hold_trainer_free"), ("maria", 1, "hold_station_free"),
            ] {
                let error = await #expect(throws: PostgresError.self) {
                    try await fixture.insertHold(trainer, station: station, at: "2027-01-05 18:10Z")
                }
                #expect(error?.constraint == constraint)
            }
            try await fixture.insertHold("maria", station: 2, at: "2027-01-05 20:00Z")
            for (change, constraint) in [
                ("trainer_id = (SELECT id FROM trainer WHERE handle = 'maria')", "session_trainer_free"),
                ("station = 2", "session_station_free"),
            ] {
                let error = await #expect(throws: PostgresError.self) {
                    try await fixture.move("2027-01-05 20:10Z", setting: change)
                }
                #expect(error?.constraint == constraint)
            }
            try await fixture.database.query("UPDATE hold SET held_at = now() - interval '2 h', expires_at = now()")
            try await fixture.move("2027-01-05 20:10Z", setting: "station = 2")
            // A hold cannot be prolonged once its place is taken.
            await #expect(throws: PostgresError.self) {
                try await fixture.database.query("UPDATE hold SET expires_at = now() + interval '1 h'")
            }
        }
    }

    @Test("a hold and a session that are inserted by SQL at the same time wait for each other")
    func simultaneous() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer("maria")
            try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com")
            let move = try await fixture.database.transaction { connection in
                try await fixture.insertHold("maria", station: 1, at: "2027-01-05 20:00Z", on: connection)
                let move = Task { try await fixture.move("2027-01-05 20:10Z", setting: "station = 1") }
                try await wait(until: "the session waits for the hold") {
                    try await fixture.database.query(
                        """
                        SELECT EXISTS (
                            SELECT FROM pg_locks
                            WHERE NOT granted
                              AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
                        """
                    ).decode(Bool.self)[0]
                }
                return move
            }
            let error = await #expect(throws: PostgresError.self) { try await move.value }
            #expect(error?.constraint == "session_trainer_free")
        }
    }

    @Test("older programs, which ask free_station, do not get a held station")
    func olderPrograms() async throws {
        try await withBookingFixture { fixture in
            try await fixture.addStudio()
            try await fixture.addTrainer("maria")
            let question: SQL = """
                SELECT free_station(1, tstzrange('2027-01-05 20:00Z', '2027-01-05 20:30Z')) IS NULL
                """
            #expect(try await fixture.database.query(question).decode(Bool.self) == [false])
            try await fixture.insertHold("maria", station: 1, at: "2027-01-05 20:00Z")
            #expect(try await fixture.database.query(question).decode(Bool.self) == [true])
            try await fixture.database.query("UPDATE hold SET held_at = now() - interval '2 h', expires_at = now()")
            #expect(try await fixture.database.query(question).decode(Bool.self) == [false])
        }
    }
}

extension BookingFixture {
    /// Holds a slot for ten minutes.
    @discardableResult
    func hold(
        _ studio: Studio, _ start: String, with trainer: Trainer? = nil, now: Date = BookingFixture.now
    ) async throws -> Hold {
        var request = HoldRequest(studio: studio, start: try Self.instant(start, at: studio), minutes: 10)
        request.trainer = trainer
        return try await desk.hold(request, now: now).hold
    }

    /// Books the slot of a hold.
    @discardableResult
    func book(_ hold: Hold, for email: String, now: Date) async throws -> Session {
        let (studio, trainer) = try await database.withConnection { connection in
            (
                try await StudioRepository(connection).with(hold.slot.studio.id),
                try await TrainerRepository(connection).named(Handle(hold.slot.trainer.handle))
            )
        }
        let address = try EmailAddress(email)
        var request = BookingRequest(studio: studio, who: .email(address), start: hold.slot.startsAt)
        request.newClient = ClientDetails(name: try PersonName("New Person"), email: address, phone: nil)
        request.trainer = trainer
        request.hold = hold
        return try await desk.book(request, now: now).session
    }

    /// Books a slot at the expiry of a hold.
    fileprivate func bookLater(
        _ studio: Studio, _ start: String, for email: String, than hold: Hold
    ) async throws -> Session {
        try await desk.book(Self.request(studio, start, for: email), now: hold.expiresAt).session
    }

    /// Whether a start is listed as a free slot.
    fileprivate func offers(_ start: String, at studio: Studio, now: Date = BookingFixture.now) async throws -> Bool {
        let start = try Self.instant(start, at: studio)
        return try await database.withConnection { connection in
            try await !SlotRepository(connection).open(
                at: studio, from: start, until: start + 60, now: now, limit: 1
            ).isEmpty
        }
    }

    /// Inserts a hold for an hour from now, by the database's clock.
    fileprivate func insertHold(_ trainer: String, station: Int, at start: String) async throws {
        try await database.withConnection { try await insertHold(trainer, station: station, at: start, on: $0) }
    }

    fileprivate func insertHold(
        _ trainer: String, station: Int, at start: String, on connection: Connection
    ) async throws {
        try await connection.query(
            """
            INSERT INTO hold (
                key, studio_id, trainer_id, station, starts_at, ends_at, occupied, held_at, held_by, expires_at)
            SELECT 'K7Q29FXM', 1, trainer.id, \(Int16(station)), slot.at, slot.at + interval '20 min',
                   tstzrange(slot.at, slot.at + interval '30 min'), now(), 'psql', now() + interval '1 h'
            FROM trainer
            CROSS JOIN (SELECT \(start)::text::timestamptz AS at) AS slot
            WHERE handle = \(trainer)
            """)
    }

    /// Moves the only session as another program might.
    fileprivate func move(_ start: String, setting change: String) async throws {
        try await database.query(
            """
            UPDATE session
            SET starts_at = slot.at,
                ends_at = slot.at + interval '20 min',
                occupied = tstzrange(slot.at, slot.at + interval '30 min'),
                arranged_at = now(),
                \(unsafeSQL: change)
            FROM (SELECT \(start)::text::timestamptz AS at) AS slot
            """)
    }
}
