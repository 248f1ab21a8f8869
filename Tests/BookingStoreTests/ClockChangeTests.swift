import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Testing

@Suite("Clock changes")
struct ClockChangeTests {
    @Test("weekly hours are in local time on days with a clock change")
    func lengthOfHours() async throws {
        let cases = [
            ("America/Los_Angeles", "00:00-05:00", "2027-03-14", 4),
            ("America/Los_Angeles", "00:00-05:00", "2027-03-15", 5),
            ("America/Los_Angeles", "00:00-05:00", "2027-11-07", 6),
            ("America/Phoenix", "00:00-05:00", "2027-03-14", 5),
            // Clock changes of half an hour.
            ("Australia/Lord_Howe", "01:00-03:00", "2027-04-04", 2.5),
            ("Australia/Lord_Howe", "01:00-03:00", "2027-10-03", 1.5),
            // Clock changes around midnight: an hour is skipped in spring, and repeated in autumn.
            ("America/Havana", "00:00-02:00", "2027-03-14", 1),
            ("America/Havana", "00:00-02:00", "2027-11-07", 3),
            ("America/Santiago", "00:00-24:00", "2027-04-03", 25),
            ("America/Santiago", "00:00-24:00", "2027-09-05", 23),
        ]
        try await withBookingFixture { fixture in
            for (number, (zone, hours, date, expected)) in cases.enumerated() {
                let studio = try await fixture.addStudio("studio-\(number)", zone: zone)
                let trainer = try await fixture.addTrainer(
                    "trainer-\(number)", at: studio.handle.text, hours: "daily \(hours)")
                let length = try await fixture.database.query(
                    """
                    SELECT extract(epoch FROM sum(upper(stretch) - lower(stretch)))::float8 / 3600
                    FROM unnest(working_hours(
                        \(trainer.id.value), \(studio.id.value), \(zone), \(date)::text::date, \(date)::text::date)
                    ) AS stretch
                    """
                ).decode(Double.self)
                #expect(length == [expected], "\(zone) \(hours) on \(date)")
            }
        }
    }

    @Test("offers a repeated local time as two slots, and books each")
    func autumn() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.horizonMinutes = 365 * 1440 }
            let maria = try await fixture.addTrainer(hours: "daily 00:00-05:00")
            let slots = try await fixture.slots(studio, on: "2027-11-07")
            #expect(
                slots == [
                    "00:00 PDT", "00:30 PDT", "01:00 PDT", "01:30 PDT", "01:00 PST", "01:30 PST", "02:00 PST",
                    "02:30 PST", "03:00 PST", "03:30 PST", "04:00 PST", "04:30 PST",
                ])
            let early = try await fixture.book(studio, "2027-11-07 01:00 PDT", for: "ana@example.com", with: maria)
            let late = try await fixture.book(studio, "2027-11-07 01:00 PST", for: "ben@example.com", with: maria)
            #expect(early.localStart == "2027-11-07 01:00 PDT" && late.localStart == "2027-11-07 01:00 PST")
            #expect(late.startsAt.timeIntervalSince(early.startsAt) == 3600)
        }
    }

    @Test("does not offer a skipped local time, and books a session across the gap")
    func spring() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio {
                $0.offer.horizonMinutes = 365 * 1440
                $0.offer.sessionMinutes = 50
            }
            let maria = try await fixture.addTrainer(hours: "daily 00:00-05:00")
            let slots = try await fixture.slots(studio, on: "2027-03-14")
            #expect(
                slots == ["00:00 PST", "00:30 PST", "01:00 PST", "01:30 PST", "03:00 PDT", "03:30 PDT", "04:00 PDT"])
            let session = try await fixture.book(studio, "2027-03-14 01:30", for: "ana@example.com", with: maria)
            #expect(studio.clock.text(session.endsAt) == "2027-03-14 03:20 PDT")
        }
    }

    @Test("assigns both hours after a repeated midnight to the same day")
    func havana() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio(zone: "America/Havana") { $0.offer.horizonMinutes = 365 * 1440 }
            let maria = try await fixture.addTrainer(hours: "daily 00:00-01:00", dailyLimit: 1)
            #expect(
                try await fixture.slots(studio, on: "2027-11-07") == [
                    "00:00 CDT", "00:30 CDT", "00:00 CST", "00:30 CST",
                ])
            try await fixture.book(studio, "2027-11-07 00:30 CDT", for: "ana@example.com", with: maria)
            // Both hours are on Sunday, so the daily limit applies to them together, and not to Saturday.
            #expect(try await fixture.slots(studio, on: "2027-11-07") == [])
            #expect(try await fixture.slots(studio, on: "2027-11-06") == ["00:00 CDT", "00:30 CDT"])
        }
    }
}

extension BookingFixture {
    /// Returns the offered starts on one local date, in the studio's local time.
    fileprivate func slots(_ studio: Studio, on date: String) async throws -> [String] {
        let date = try LocalDate(date)
        let (from, until) = (studio.clock.startOfDay(date), studio.clock.startOfDay(date.adding(days: 1)))
        return try await database.withConnection {
            try await SlotRepository($0).open(
                at: studio, from: from, until: until, now: BookingFixture.now, limit: 1000)
        }.map { String($0.localStart.dropFirst("2027-11-07 ".count)) }
    }
}
