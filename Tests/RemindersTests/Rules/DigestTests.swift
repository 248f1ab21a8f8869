import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Reminders
import Testing

@Suite("Digests of the next day for trainers")
struct DigestTests {
    private static let maria = "maria@intro.test"

    @Test("sends one mail a day for any number of sessions and runs")
    func onceADay() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.giveAddress(Self.maria)
            for (hour, person) in [("09", "ana"), ("10", "ben"), ("11", "eve")] {
                try await fixture.book("2027-01-05 \(hour):00", for: "\(person)@example.com")
            }
            try await fixture.book("2027-01-06 09:00", for: "max@example.com")
            #expect(try await fixture.digests(["2027-01-04 17:59"]) == [])
            #expect(
                try await fixture.digests(["2027-01-04 18:00", "2027-01-04 18:00", "2027-01-05 08:00"]) == [Self.maria])
            #expect(try await fixture.digests(["2027-01-05 18:00", "2027-01-06 07:00"]) == [Self.maria])
            #expect(try await fixture.days() == ["2027-01-05 sent", "2027-01-06 sent"])
        }
    }

    @Test("sends no digest of a day without sessions, or with cancelled sessions only")
    func nothingToReport() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.giveAddress(Self.maria)
            let early = try await fixture.book("2027-01-05 09:00")
            _ = try await fixture.store.desk.cancel(early.reference, reason: nil, now: DeliveryFixture.now)
            let late = try await fixture.book("2027-01-06 09:00", now: DeliveryFixture.now + 60)
            #expect(try await fixture.digests(["2027-01-04 18:00"]) == [])
            #expect(try await fixture.days() == [])
            // Planned, and cancelled before it was sent.
            let evening = try fixture.instant("2027-01-05 18:00")
            _ = try await fixture.store.database.withConnection {
                _ = try await DeliveryRepository($0).plan(until: evening, now: evening)
            }
            _ = try await fixture.store.desk.cancel(late.reference, reason: nil, now: evening)
            #expect(try await fixture.digests(["2027-01-05 18:01"]) == [])
            #expect(try await fixture.days() == ["2027-01-06 skipped nothing_to_tell"])
        }
    }

    @Test(
        "sends a late digest until the first session of the day begins",
        arguments: [
            ("2027-01-04 23:59", ["2027-01-05 sent"]), ("2027-01-05 08:59", ["2027-01-05 sent"]),
            ("2027-01-05 09:00", ["2027-01-05 skipped session_started"]), ("2027-01-05 11:00", []),
        ])
    func late(batch: String, days: [String]) async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.giveAddress(Self.maria)
            try await fixture.book("2027-01-05 09:00")
            try await fixture.book("2027-01-05 11:00", for: "ben@example.com")
            #expect(try await fixture.digests([batch]).count == days.count { $0.hasSuffix("sent") })
            #expect(try await fixture.days() == days)
        }
    }

    @Test("a digest is due in the time zone of the trainer's home studio")
    func otherZone() async throws {
        try await withDeliveryFixture { fixture in
            let waikiki = try await fixture.store.addStudio("waikiki", zone: "Pacific/Honolulu")
            let keola = try await fixture.store.addTrainer("keola", at: "waikiki")
            try await fixture.giveAddress("keola@intro.test", to: "keola")
            try await fixture.store.book(waikiki, "2027-01-05 09:00", for: "ana@example.com", with: keola)
            // 6 PM in Honolulu is 8 PM in Los Angeles.
            #expect(try await fixture.digests(["2027-01-04 19:59"]) == [])
            #expect(try await fixture.digests(["2027-01-04 20:00"]) == ["keola@intro.test"])
        }
    }

    @Test("sends no digest to a deactivated trainer")
    func retired() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.giveAddress(Self.maria)
            try await fixture.book("2027-01-05 09:00")
            _ = try await fixture.store.administration.retire(trainer: fixture.maria.handle, now: DeliveryFixture.now)
            #expect(try await fixture.digests(["2027-01-04 18:00", "2027-01-05 08:00"]) == [])
        }
    }

    @Test("omits a session during a closure")
    func affected() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.giveAddress(Self.maria)
            for (hour, person) in [("09", "ana"), ("15", "ben")] {
                try await fixture.book("2027-01-05 \(hour):00", for: "\(person)@example.com")
            }
            try await fixture.close("2027-01-05 08:00", until: "2027-01-05 12:00")
            let day = try await fixture.store.database.withConnection {
                try await ClaimedMessageSource($0).claimed(
                    try await RuleRepository($0).named(Handle("trainer-digest"), at: nil),
                    about: try await fixture.reference(of: "ben@example.com"), to: nil)
            }
            guard case .day(let digest) = day.subject else {
                return #expect(Bool(false), "the subject of a digest is a day")
            }
            #expect(digest.sessions.map(\.localStart) == ["2027-01-05 15:00 PST"])
            // The session at 9 AM is affected by the closure, so the trainer's day begins at 3 PM.
            #expect(try await fixture.digests(["2027-01-05 10:00"]) == [Self.maria])
        }
    }

    @Test("sends no digest of a day off, until the time off is removed")
    func away() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.giveAddress(Self.maria)
            try await fixture.book("2027-01-05 09:00")
            try await fixture.away("2027-01-05 00:00", until: "2027-01-06 00:00")
            #expect(try await fixture.digests(["2027-01-04 18:00"]) == [])
            #expect(try await fixture.days() == [])
            try await fixture.store.database.query("DELETE FROM time_off")
            #expect(try await fixture.digests(["2027-01-04 18:01"]) == [Self.maria])
        }
    }

    @Test("a planned digest waits during time off, and is then skipped with that reason")
    func awayAfterPlanning() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.giveAddress(Self.maria)
            try await fixture.book("2027-01-05 09:00")
            let evening = try fixture.instant("2027-01-04 18:00")
            _ = try await fixture.store.database.transaction {
                _ = try await DeliveryRepository($0).plan(until: evening, now: evening)
            }
            try await fixture.away("2027-01-05 00:00", until: "2027-01-06 00:00")
            #expect(try await fixture.digests(["2027-01-04 18:01"]) == [])
            #expect(try await fixture.days() == ["2027-01-05 queued trainer_away"])
            #expect(try await fixture.digests(["2027-01-05 09:00"]) == [])
            #expect(try await fixture.days() == ["2027-01-05 skipped trainer_away"])
        }
    }

    @Test(
        "supports rules in the evening, on the same morning, and a week ahead",
        arguments: [
            (RuleOffset(days: 0, minutes: -120), nil, "2027-01-11 22:00"),
            (RuleOffset(days: 0, minutes: 0), "06:00", "2027-01-12 06:00"),
            (RuleOffset(days: -7, minutes: 0), "12:00", "2027-01-05 12:00"),
            (RuleOffset(days: -1, minutes: -1), nil, "2027-01-10 23:59"),
        ])
    func otherHours(offset: RuleOffset, time: String?, due: String) async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.giveAddress(Self.maria)
            try await fixture.book("2027-01-12 09:00")
            _ = try await fixture.rules.edit("trainer-digest", now: DeliveryFixture.now) { rule in
                rule.offset = offset
                rule.time = try time.map { try LocalTime($0) }
            }
            let instant = try fixture.instant(due)
            #expect(try await fixture.digests(at: [instant - 60]) == [])
            #expect(try await fixture.digests(at: [instant, instant + 60]) == [Self.maria])
        }
    }
}

extension DeliveryFixture {
    fileprivate func giveAddress(_ address: String, to trainer: String = "maria") async throws {
        try await store.database.query("UPDATE trainer SET email = \(address) WHERE handle = \(trainer)")
    }

    fileprivate func reference(of client: String) async throws -> Reference {
        let codes = try await store.database.query(
            "SELECT s.reference FROM session AS s JOIN client AS c ON c.id = s.client_id WHERE c.email = \(client)"
        ).decode(String.self)
        return try Reference(try #require(codes.first))
    }

    /// Returns the trainers that receive mail in runs at local times of the studio.
    fileprivate func digests(_ batches: [String]) async throws -> [String] {
        try await digests(at: batches.map { try instant($0) })
    }

    fileprivate func digests(at instants: [Date]) async throws -> [String] {
        let mail = ScriptedMailTransport()
        for instant in instants { try await send(to: mail, at: instant) }
        return await mail.deliveries.addresses.filter { $0.hasSuffix("@intro.test") }
    }

    /// Returns the status of digests in the ledger.
    fileprivate func days() async throws -> [String] {
        try await store.database.query(
            "SELECT concat_ws(' ', day, status, reason) FROM message WHERE day IS NOT NULL ORDER BY id"
        ).decode(String.self)
    }
}
