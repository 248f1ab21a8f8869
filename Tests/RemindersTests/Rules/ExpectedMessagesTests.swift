import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Reminders
import Testing

/// The course of a session, and all messages that are expected for it.
struct SessionCourse: CustomTestStringConvertible {
    let testDescription: String
    /// The local start time of the session, which is booked on Friday, 2027-01-01, at 16:00.
    let start: String
    /// The client's time zone, if it differs from the studio's.
    var zone: String?
    /// The new start time of a move, ten minutes after the booking.
    var move: String?
    /// The times of runs; a first run follows the booking.
    let batches: [String]
    /// The messages as `rule revision, due time: status after booking > final status`.
    let messages: [String]
}

extension SessionCourse {
    static let all: [SessionCourse] = [
        SessionCourse(
            testDescription: "ten days ahead", start: "2027-01-11 16:00",
            batches: ["2027-01-08 16:00", "2027-01-10 16:00", "2027-01-11 14:00"],
            messages: [
                "confirmation 1, 2027-01-01 16:00 PST: queued > sent",
                "three-days 1, 2027-01-08 16:00 PST: queued > sent",
                "one-day 1, 2027-01-10 16:00 PST: queued > sent", "one-day-sms 1, 2027-01-10 16:00 PST: queued > sent",
                "two-hours 1, 2027-01-11 14:00 PST: queued > sent",
            ]),
        SessionCourse(
            testDescription: "booked sixteen hours ahead", start: "2027-01-02 08:00",
            batches: ["2027-01-01 19:30", "2027-01-02 06:00"],
            messages: [
                "three-days 1, 2026-12-30 08:00 PST: skipped late_booking > skipped late_booking",
                "one-day 1, 2027-01-01 08:00 PST: skipped late_booking > skipped late_booking",
                "one-day-sms 1, 2027-01-01 08:00 PST: skipped late_booking > skipped late_booking",
                "confirmation 1, 2027-01-01 16:00 PST: queued > sent",
                // 06:00 is within quiet hours.
                "two-hours 1, 2027-01-01 19:30 PST: queued quiet_hours > sent",
            ]),
        SessionCourse(
            testDescription: "booked three hours ahead", start: "2027-01-01 19:00", batches: ["2027-01-01 17:00"],
            messages: [
                "three-days 1, 2026-12-29 19:00 PST: skipped late_booking > skipped late_booking",
                "one-day 1, 2026-12-31 19:00 PST: skipped late_booking > skipped late_booking",
                "one-day-sms 1, 2026-12-31 19:00 PST: skipped late_booking > skipped late_booking",
                "confirmation 1, 2027-01-01 16:00 PST: queued > sent",
                "two-hours 1, 2027-01-01 17:00 PST: queued > sent",
            ]),
        SessionCourse(
            testDescription: "booked after it began", start: "2027-01-01 14:00", batches: ["2027-01-01 16:01"],
            messages: [
                "three-days 1, 2026-12-29 14:00 PST: skipped late_booking > skipped late_booking",
                "one-day 1, 2026-12-31 14:00 PST: skipped late_booking > skipped late_booking",
                "one-day-sms 1, 2026-12-31 14:00 PST: skipped late_booking > skipped late_booking",
                "two-hours 1, 2027-01-01 12:00 PST: skipped late_booking > skipped late_booking",
                "confirmation 1, 2027-01-01 16:00 PST: queued > skipped session_started",
            ]),
        SessionCourse(
            testDescription: "moved across the night in which the clocks change", start: "2027-03-12 09:00",
            move: "2027-03-16 10:00",
            batches: ["2027-01-01 16:10", "2027-03-13 10:00", "2027-03-15 10:00", "2027-03-15 19:30"],
            messages: [
                "confirmation 1, 2027-01-01 16:00 PST: sent > sent",
                "rescheduled 2, 2027-01-01 16:10 PST: queued > sent",
                "three-days 1, 2027-03-09 09:00 PST: skipped rescheduled > skipped rescheduled",
                "one-day 1, 2027-03-11 09:00 PST: skipped rescheduled > skipped rescheduled",
                "one-day-sms 1, 2027-03-11 09:00 PST: skipped rescheduled > skipped rescheduled",
                "two-hours 1, 2027-03-11 19:30 PST: skipped rescheduled > skipped rescheduled",
                "three-days 2, 2027-03-13 10:00 PST: queued > sent", "one-day 2, 2027-03-15 10:00 PDT: queued > sent",
                "one-day-sms 2, 2027-03-15 10:00 PDT: queued > sent",
                "two-hours 2, 2027-03-15 19:30 PDT: queued quiet_hours > sent",
            ]),
        SessionCourse(
            testDescription: "moved to before its reminders were due", start: "2027-01-20 10:00",
            move: "2027-01-02 16:00", batches: ["2027-01-01 16:10", "2027-01-02 14:00", "2027-01-20 09:00"],
            messages: [
                "three-days 2, 2026-12-30 16:00 PST: skipped late_booking > skipped late_booking",
                "confirmation 1, 2027-01-01 16:00 PST: sent > sent",
                "one-day 2, 2027-01-01 16:00 PST: skipped late_booking > skipped late_booking",
                "one-day-sms 2, 2027-01-01 16:00 PST: skipped late_booking > skipped late_booking",
                "rescheduled 2, 2027-01-01 16:10 PST: queued > sent",
                "two-hours 2, 2027-01-02 14:00 PST: queued > sent",
                "three-days 1, 2027-01-17 10:00 PST: skipped rescheduled > skipped rescheduled",
                "one-day 1, 2027-01-19 10:00 PST: skipped rescheduled > skipped rescheduled",
                "one-day-sms 1, 2027-01-19 10:00 PST: skipped rescheduled > skipped rescheduled",
                "two-hours 1, 2027-01-19 19:30 PST: skipped rescheduled > skipped rescheduled",
            ]),
        SessionCourse(
            testDescription: "a client in Hawaii, two hours behind the studio", start: "2027-01-12 09:00",
            zone: "Pacific/Honolulu",
            batches: ["2027-01-09 09:00", "2027-01-10 21:30", "2027-01-11 09:00", "2027-01-11 21:30"],
            messages: [
                "confirmation 1, 2027-01-01 16:00 PST: queued > sent",
                "three-days 1, 2027-01-09 09:00 PST: queued > sent",
                "one-day-sms 1, 2027-01-10 21:30 PST: queued quiet_hours > sent",
                "one-day 1, 2027-01-11 09:00 PST: queued > sent",
                "two-hours 1, 2027-01-11 21:30 PST: queued quiet_hours > sent",
            ]),
        SessionCourse(
            testDescription: "no sender runs for thirty hours, and two texts become due", start: "2027-01-12 16:00",
            batches: ["2027-01-09 16:00", "2027-01-11 09:00", "2027-01-12 15:00"],
            messages: [
                "confirmation 1, 2027-01-01 16:00 PST: queued > sent",
                "three-days 1, 2027-01-09 16:00 PST: queued > sent",
                "one-day 1, 2027-01-11 16:00 PST: queued > sent",
                "one-day-sms 1, 2027-01-11 16:00 PST: queued > skipped overtaken",
                "two-hours 1, 2027-01-12 14:00 PST: queued > sent",
            ]),
        SessionCourse(
            testDescription: "no sender runs for thirty hours, until late at night", start: "2027-01-12 16:00",
            batches: [
                "2027-01-10 16:00", "2027-01-11 22:00", "2027-01-12 08:59", "2027-01-12 09:00", "2027-01-12 14:00",
            ],
            messages: [
                "confirmation 1, 2027-01-01 16:00 PST: queued > sent",
                "three-days 1, 2027-01-09 16:00 PST: queued > sent",
                "one-day 1, 2027-01-11 16:00 PST: queued > sent", "one-day-sms 1, 2027-01-11 16:00 PST: queued > sent",
                "two-hours 1, 2027-01-12 14:00 PST: queued > sent",
            ]),
        SessionCourse(
            testDescription: "no sender runs for thirty hours, until the session is over", start: "2027-01-12 16:00",
            batches: ["2027-01-11 10:00", "2027-01-12 16:00"],
            messages: [
                "confirmation 1, 2027-01-01 16:00 PST: queued > sent",
                "three-days 1, 2027-01-09 16:00 PST: queued > sent",
                "one-day 1, 2027-01-11 16:00 PST: queued > skipped session_started",
                "one-day-sms 1, 2027-01-11 16:00 PST: queued > skipped session_started",
                "two-hours 1, 2027-01-12 14:00 PST: queued > skipped session_started",
            ]),
    ]
}

@Suite("Messages of a session from booking to end")
struct ExpectedMessagesTests {
    @Test("sends and skips the expected messages at the expected times", arguments: SessionCourse.all)
    func story(_ story: SessionCourse) async throws {
        try await withDeliveryFixture { fixture in
            var ana = ClientDetails(
                name: try PersonName("Ana"), email: try EmailAddress("ana@example.com"),
                phone: try PhoneNumber(e164: "+12135550147"))
            ana.timeZone = story.zone
            _ = try await fixture.store.administration.add(ana)
            let session = try await fixture.book(story.start, overriding: "to try the rules")
            let (mail, texts) = (ScriptedMailTransport(), ScriptedTextTransport())
            if let start = story.move {
                try await fixture.send(to: mail, texts: texts)
                _ = try await fixture.store.desk.reschedule(
                    session.reference, to: try fixture.instant(start), with: nil, overrideReason: nil,
                    now: DeliveryFixture.now + 600)
            }
            let planned = try await fixture.account(of: session)
            if story.move == nil { try await fixture.send(to: mail, texts: texts) }
            for batch in story.batches { try await fixture.send(to: mail, texts: texts, at: fixture.instant(batch)) }
            let ended = try await fixture.account(of: session)
            let results = zip(planned, ended).map { "\($0.when): \($0.what) > \($1.what)" }
            #expect(results.sorted() == story.messages.sorted())
            #expect(planned.count == ended.count)
            // The number of delivered messages matches the ledger.
            let sent = Dictionary(grouping: ended.filter { $0.what == "sent" }, by: \.channel).mapValues(\.count)
            #expect(await mail.deliveries.addresses.count == sent["email", default: 0])
            #expect(await texts.deliveries.addresses.count == sent["sms", default: 0])
        }
    }
}

extension DeliveryFixture {
    /// A summary of a ledger row.
    struct Line {
        let when: String
        let what: String
        let channel: String
    }

    /// Returns the ledger of a session, by due time.
    func account(of session: Session) async throws -> [Line] {
        try await store.database.withConnection { connection in
            try await LedgerRepository(connection).entries(of: session.reference, status: nil)
        }.map { entry in
            Line(
                when: "\(entry.rule) \(entry.revision), \(entry.clock.text(entry.dueAt))",
                what: [entry.status, entry.reason?.rawValue].compactMap(\.self).joined(separator: " "),
                channel: entry.channel)
        }
    }
}
