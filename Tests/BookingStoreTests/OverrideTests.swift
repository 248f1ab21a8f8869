import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Testing

@Suite("Overrides")
struct OverrideTests {
    @Test("waives hours, notice, horizon, grid and daily limit, each of which is refused without it")
    func softRules() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio {
                $0.offer.stations = 2
                $0.offer.noticeMinutes = 1440
            }
            let maria = try await fixture.addTrainer(dailyLimit: 1)
            try await fixture.book(studio, "2027-01-05 10:00", for: "first@example.com", with: maria)
            let cases: [(Refusal.Rule, String, Refusal.Remedy)] = [
                (.outsideHours, "2027-01-06 17:00", .checkTrainerHours(handle: "maria")),
                (.tooSoon, "2027-01-02 15:30", .chooseLaterTime),
                (.beyondHorizon, "2027-03-03 09:00", .chooseEarlierTime),
                (.notOnGrid, "2027-01-06 10:10", .chooseOfferedStart),
                (.dailyLimit, "2027-01-05 12:00", .chooseDayOrTrainer),
                (.tooSoon, "2026-12-30 10:00", .recordPastSession),
            ]
            for (number, (rule, start, remedy)) in cases.enumerated() {
                let refusal = await expectRefusal(rule) {
                    try await fixture.book(studio, start, for: "p\(number)@example.com", with: maria)
                }
                #expect(refusal?.remedy == remedy)
                let session = try await fixture.book(
                    studio, start, for: "p\(number)@example.com", with: maria, because: "a favour")
                #expect(session.overrideReason == "a favour" && session.localStart.hasPrefix(start))
            }
            let reasons = try await fixture.database.query(
                "SELECT reason FROM event WHERE subject = 'session' AND reason IS NOT NULL"
            ).decode(String.self)
            #expect(reasons == Array(repeating: "a favour", count: cases.count))
        }
    }

    @Test("does not waive absences, closures, retirement or conflicts with other sessions")
    func hardRules() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.stations = 2 }
            let (maria, james) = (try await fixture.addTrainer("maria"), try await fixture.addTrainer("james"))
            let (aiko, retired) = (try await fixture.addTrainer("aiko"), try await fixture.addTrainer("otto"))
            try await fixture.close(studio, "2027-01-06 10:10", "2027-01-06 10:11")
            let (from, until) = (
                try BookingFixture.instant("2027-01-07 10:19", at: studio),
                try BookingFixture.instant("2027-01-07 10:20", at: studio)
            )
            _ = try await fixture.administration.away(maria.handle, from: from, until: until, reason: nil)
            _ = try await fixture.administration.retire(trainer: retired.handle, now: BookingFixture.now)
            try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com", with: maria)
            try await fixture.book(studio, "2027-01-05 10:00", for: "ben@example.com", with: james)
            let cases: [(Refusal.Rule, String, Trainer)] = [
                (.studioClosed, "2027-01-06 10:00", maria), (.away, "2027-01-07 10:00", maria),
                (.trainerRetired, "2027-01-08 10:00", retired), (.slotTaken, "2027-01-05 10:25", maria),
                (.slotTaken, "2027-01-05 09:35", maria), (.studioFull, "2027-01-05 10:00", aiko),
            ]
            for (rule, start, trainer) in cases {
                for reason in [nil, "a favour"] {
                    // Without an override, a start off the grid is refused by the grid rule.
                    guard reason != nil || start.hasSuffix("0:00") else { continue }
                    let refusal = await expectRefusal(rule) {
                        try await fixture.book(studio, start, for: "eve@example.com", with: trainer, because: reason)
                    }
                    #expect(refusal?.alternatives.count == 3)
                }
            }
            let moved = try await fixture.book(studio, "2027-01-08 10:00", for: "max@example.com", with: aiko)
            await expectRefusal(.studioFull) {
                try await fixture.desk.reschedule(
                    moved.reference, to: try BookingFixture.instant("2027-01-05 10:00", at: studio), with: nil,
                    overrideReason: "a favour", now: BookingFixture.now)
            }
        }
    }

    @Test("books a session up to the first minute of an absence")
    func edges() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            let maria = try await fixture.addTrainer()
            let (from, until) = (
                try BookingFixture.instant("2027-01-05 10:20", at: studio),
                try BookingFixture.instant("2027-01-05 11:00", at: studio)
            )
            _ = try await fixture.administration.away(maria.handle, from: from, until: until, reason: nil)
            // The turnaround may overlap an absence, but the session may not.
            try await fixture.book(studio, "2027-01-05 10:00", for: "ana@example.com", with: maria)
            try await fixture.book(studio, "2027-01-05 11:00", for: "ben@example.com", with: maria)
            await expectRefusal(.away) {
                try await fixture.book(studio, "2027-01-05 10:30", for: "eve@example.com", with: maria)
            }
        }
    }
}

extension BookingFixture {
    fileprivate func close(_ studio: Studio, _ from: String, _ until: String) async throws {
        let closure = Closure(
            from: try BookingFixture.instant(from, at: studio), until: try BookingFixture.instant(until, at: studio),
            reason: "fire drill"
        )
        _ = try await administration.close(studio: studio.handle, closure)
    }
}
