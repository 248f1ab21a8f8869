import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Messaging
import MessagingTesting
import Postgres
import PostgresTesting
import Reminders
import Testing

@Suite("Planning of messages")
struct LateBookingTests {
    private static let late = "skipped late_booking"

    /// Start times of sessions that are booked on Friday, 2027-01-01, at 16:00 in Los Angeles, and the expected status
    /// of `three-days` and `one-day`.
    private static let leads: [(lead: String, start: String, threeDays: String, oneDay: String)] = [
        ("ten days", "2027-01-11 09:00", "queued", "queued"),
        ("three days and half an hour", "2027-01-04 16:30", "queued", "queued"),
        ("three days to the minute", "2027-01-04 16:00", late, "queued"),
        ("two days", "2027-01-03 16:00", late, "queued"),
        ("a day to the minute", "2027-01-02 16:00", late, late),
        ("sixteen hours", "2027-01-02 08:00", late, late),
        ("three hours", "2027-01-01 19:00", late, late),
        ("after it began", "2027-01-01 14:00", late, late),
    ]

    @Test("skips a reminder that was due before the booking, with the reason")
    func booking() async throws {
        try await withDeliveryFixture { fixture in
            for (number, example) in Self.leads.enumerated() {
                let session = try await fixture.book(
                    example.start, for: "\(number)@example.com", overriding: "to try the rule")
                #expect(
                    Set(try await fixture.ledger(of: session)) == [
                        "confirmation 1 queued", "three-days 1 \(example.threeDays)", "one-day 1 \(example.oneDay)",
                    ], "booked \(example.lead)")
            }
        }
    }

    @Test("a confirmation is due at once, and reminders at the session's time of day")
    func due() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-11 09:30")
            #expect(
                try await dueTimes(fixture, session) == [
                    "confirmation": "2027-01-01 16:00 PST", "three-days": "2027-01-08 09:30 PST",
                    "one-day": "2027-01-10 09:30 PST",
                ])
        }
    }

    @Test("keeps the local time of reminders across daylight saving changes")
    func clockChange() async throws {
        try await withDeliveryFixture { fixture in
            // Daylight saving time begins on 2027-03-14 and ends on 2027-11-07.
            let spring = try await fixture.book("2027-03-15 09:00")
            let autumn = try await fixture.book("2027-11-08 09:00", for: "ben@example.com")
            let due = [try await dueTimes(fixture, spring), try await dueTimes(fixture, autumn)]
            #expect(due.map { $0["three-days"] } == ["2027-03-12 09:00 PST", "2027-11-05 09:00 PDT"])
            #expect(due.map { $0["one-day"] } == ["2027-03-14 09:00 PDT", "2027-11-07 09:00 PST"])
        }
    }

    @Test("a move skips the planned messages and plans new ones")
    func move() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-11 09:00")
            _ = try await fixture.store.desk.reschedule(
                session.reference, to: try fixture.instant("2027-01-03 16:00"), with: nil, overrideReason: nil,
                now: DeliveryFixture.now)
            #expect(
                Set(try await fixture.ledger(of: session)) == [
                    "confirmation 1 skipped rescheduled", "three-days 1 skipped rescheduled",
                    "one-day 1 skipped rescheduled", "rescheduled 2 queued", "three-days 2 skipped late_booking",
                    "one-day 2 queued",
                ])
        }
    }

    @Test("plans a session that was inserted by SQL in the next run")
    func plainSQL() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-11 09:00")
            try await fixture.store.database.query("DELETE FROM message")
            let transport = ScriptedMailTransport()
            let early = try fixture.instant("2027-01-08 08:59")
            #expect(try await fixture.send(to: transport, at: early).counts.due == 0)
            let late = try fixture.instant("2027-01-08 09:00")
            #expect(try await fixture.send(to: transport, at: late).counts.sent == 1)
            #expect(try await fixture.ledger(of: session) == ["three-days 1 sent"])
            #expect(await transport.deliveries.addresses == ["ana@example.com"])
        }
    }

    private func dueTimes(_ fixture: DeliveryFixture, _ session: Session) async throws -> [String: String] {
        let entries = try await fixture.store.database.withConnection { connection in
            try await LedgerRepository(connection).entries(of: session.reference, status: nil)
        }
        return Dictionary(uniqueKeysWithValues: entries.map { ($0.rule, $0.clock.text($0.dueAt)) })
    }
}
