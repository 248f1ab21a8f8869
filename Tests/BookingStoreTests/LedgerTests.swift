import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Reminders
import Testing

@Suite("Message ledger")
struct LedgerTests {
    @Test("plans a confirmation now and reminders three days and one day before, in local time")
    func booking() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio { $0.offer.horizonMinutes = 100 * 1440 }
            try await fixture.addTrainer()
            // The clock change is on the 14th.
            let session = try await fixture.book(studio, "2027-03-15 09:00", for: "ana@example.com")
            #expect(
                try await fixture.ledger(session) == [
                    "confirmation 1 queued 2027-01-01 16:00 PST", "three-days 1 queued 2027-03-12 09:00 PST",
                    "one-day 1 queued 2027-03-14 09:00 PDT",
                ])
        }
    }

    @Test(
        "skips a reminder that was due before the booking, with that reason",
        arguments: [
            ("2027-01-04 16:00", ["three-days 1 skipped late_booking", "one-day 1 queued"]),
            ("2027-01-04 16:30", ["three-days 1 queued", "one-day 1 queued"]),
            ("2027-01-02 16:00", ["three-days 1 skipped late_booking", "one-day 1 skipped late_booking"]),
        ])
    func lateBooking(start: String, reminders: [String]) async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer(hours: "daily 00:00-24:00")
            let session = try await fixture.book(studio, start, for: "ana@example.com")
            #expect(try await fixture.ledger(session, dueTimes: false).filter { !$0.hasPrefix("confirm") } == reminders)
        }
    }

    @Test("a move supersedes queued messages, announces the new time, and plans reminders again")
    func move() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let session = try await fixture.book(studio, "2027-01-20 10:00", for: "ana@example.com")
            _ = try await fixture.desk.reschedule(
                session.reference, to: try BookingFixture.instant("2027-01-04 10:00", at: studio), with: nil,
                overrideReason: nil, now: BookingFixture.now + 600)
            #expect(
                try await fixture.ledger(session) == [
                    "three-days 2 skipped late_booking 2027-01-01 10:00 PST",
                    "confirmation 1 skipped rescheduled 2027-01-01 16:00 PST",
                    "rescheduled 2 queued 2027-01-01 16:10 PST",
                    "one-day 2 queued 2027-01-03 10:00 PST",
                    "three-days 1 skipped rescheduled 2027-01-17 10:00 PST",
                    "one-day 1 skipped rescheduled 2027-01-19 10:00 PST",
                ])
        }
    }

    @Test("a cancellation supersedes queued messages, and is announced once")
    func cancellation() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let session = try await fixture.book(studio, "2027-01-20 10:00", for: "ana@example.com")
            _ = try await fixture.desk.cancel(session.reference, reason: nil, now: BookingFixture.now + 600)
            #expect(
                try await fixture.ledger(session, dueTimes: false) == [
                    "confirmation 1 skipped cancelled", "cancelled 2 queued", "three-days 1 skipped cancelled",
                    "one-day 1 skipped cancelled",
                ])
        }
    }

    @Test("supersedes reminders of an attended session")
    func attended() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let session = try await fixture.book(studio, "2027-01-20 10:00", for: "ana@example.com")
            _ = try await fixture.desk.close(session.reference, as: .attended)
            let ledger = try await fixture.ledger(session, dueTimes: false)
            #expect(ledger.filter { !$0.hasPrefix("attended") }.allSatisfy { $0.hasSuffix("session_closed") })
            #expect(ledger.last == "attended 1 queued")
        }
    }

    @Test("a repeated planning adds only the messages of new rules")
    func planning() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let session = try await fixture.book(studio, "2027-01-20 10:00", for: "ana@example.com")
            let until = session.startsAt - 3600
            let plan = { @Sendable () async throws -> Int64 in
                let before = try await fixture.count("message")
                try await fixture.database.transaction {
                    _ = try await DeliveryRepository($0).plan(until: until, now: BookingFixture.now)
                }
                return try await fixture.count("message") - before
            }
            #expect(try await plan() == 0)
            try await fixture.database.query(
                "INSERT INTO reminder_rule (key, anchor, lag_days, channel, template) VALUES ('five-days', 'start', -5, 'email', 'three-days')"
            )
            #expect(try await plan() == 1)
            #expect(try await plan() == 0)
        }
    }

    @Test("plans a missed reminder with a time of day for three days")
    func missedForDays() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            let session = try await fixture.book(studio, "2027-01-20 10:00", for: "ana@example.com")
            try await fixture.database.query(
                """
                INSERT INTO reminder_rule (key, anchor, lag_days, at_time, channel, template)
                VALUES ('five-days', 'start', -5, '20:00', 'email', 'three-days')
                """)
            let plan = { @Sendable (now: Date) async throws -> Int64 in
                try await fixture.database.transaction {
                    _ = try await DeliveryRepository($0).plan(until: now, now: now)
                }
                return try await fixture.count("message WHERE rule = 'five-days'")
            }
            // The reminder is due 110 hours before the session.
            let due = session.startsAt - 110 * 3600
            #expect(try await plan(due - 60) == 0)
            #expect(try await plan(due + 72 * 3600) == 0)
            #expect(try await plan(due + 71 * 3600) == 1)
        }
    }

    @Test("a dry run stores nothing")
    func isDryRun() async throws {
        try await withBookingFixture { fixture in
            let studio = try await fixture.addStudio()
            try await fixture.addTrainer()
            var request = try BookingFixture.request(studio, "2027-01-20 10:00", for: "ana@example.com")
            request.isDryRun = true
            let events = try await fixture.count("event")
            let result = try await fixture.desk.book(request, now: BookingFixture.now)
            #expect(!result.created && result.session.localStart == "2027-01-20 10:00 PST")
            for table in ["session", "client", "message", "free_session_claim"] {
                #expect(try await fixture.count(table) == 0)
            }
            #expect(try await fixture.count("event") == events)
        }
    }
}

extension BookingFixture {
    /// Returns the messages of a session by due time: rule, revision, status, reason and, optionally, due time.
    fileprivate func ledger(_ session: Session, dueTimes: Bool = true) async throws -> [String] {
        try await database.withConnection {
            try await LedgerRepository($0).entries(of: session.reference, status: nil)
        }.map { entry in
            let fields = [entry.rule, "\(entry.revision)", entry.status, entry.reason?.rawValue]
            return (fields + [dueTimes ? entry.clock.text(entry.dueAt) : nil]).compactMap(\.self).joined(separator: " ")
        }
    }
}
