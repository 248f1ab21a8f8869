import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Reminders
import Testing

/// What happens to a session, and every message that must come of it.
struct Story: CustomTestStringConvertible {
    let testDescription: String
    /// When the session is to begin, on the studio's wall; it is booked on Friday, 2027-01-01, at 16:00.
    let start: String
    /// Where the client lives, if not where the studio is.
    var zone: String?
    /// Ten minutes after the booking, it is moved.
    var move: String?
    /// When batches go out, after one at the booking.
    let batches: [String]
    /// `rule revision, due time: once arranged > in the end`, by due time.
    let messages: [String]
}

extension Story {
    static let all: [Story] = [
        Story(
            testDescription: "ten days ahead", start: "2027-01-11 16:00",
            batches: ["2027-01-08 16:00", "2027-01-10 16:00", "2027-01-11 14:00"],
            messages: [
                "confirmation 1, 2027-01-01 16:00 PST: queued > sent",
                "three-days 1, 2027-01-08 16:00 PST: queued > sent",
                "one-day 1, 2027-01-10 16:00 PST: queued > sent", "one-day-sms 1, 2027-01-10 16:00 PST: queued > sent",
                "two-hours 1, 2027-01-11 14:00 PST: queued > sent",
            ]),
        Story(
            testDescription: "booked sixteen hours ahead", start: "2027-01-02 08:00",
            batches: ["2027-01-01 19:30", "2027-01-02 06:00"],
            messages: [
                "three-days 1, 2026-12-30 08:00 PST: skipped late_booking > skipped late_booking",
                "one-day 1, 2027-01-01 08:00 PST: skipped late_booking > skipped late_booking",
                "one-day-sms 1, 2027-01-01 08:00 PST: skipped late_booking > skipped late_booking",
                "confirmation 1, 2027-01-01 16:00 PST: queued > sent",
                // At six in the morning people sleep.
                "two-hours 1, 2027-01-01 19:30 PST: queued quiet_hours > sent",
            ]),
        Story(
            testDescription: "booked three hours ahead", start: "2027-01-01 19:00", batches: ["2027-01-01 17:00"],
            messages: [
                "three-days 1, 2026-12-29 19:00 PST: skipped late_booking > skipped late_booking",
                "one-day 1, 2026-12-31 19:00 PST: skipped late_booking > skipped late_booking",
                "one-day-sms 1, 2026-12-31 19:00 PST: skipped late_booking > skipped late_booking",
                "confirmation 1, 2027-01-01 16:00 PST: queued > sent",
                "two-hours 1, 2027-01-01 17:00 PST: queued > sent",
            ]),
        Story(
            testDescription: "booked after it began", start: "2027-01-01 14:00", batches: ["2027-01-01 16:01"],
            messages: [
                "three-days 1, 2026-12-29 14:00 PST: skipped late_booking > skipped late_booking",
                "one-day 1, 2026-12-31 14:00 PST: skipped late_booking > skipped late_booking",
                "one-day-sms 1, 2026-12-31 14:00 PST: skipped late_booking > skipped late_booking",
                "two-hours 1, 2027-01-01 12:00 PST: skipped late_booking > skipped late_booking",
                "confirmation 1, 2027-01-01 16:00 PST: queued > skipped session_started",
            ]),
        Story(
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
        Story(
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
        Story(
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
        Story(
            testDescription: "nobody sends for thirty hours, while two texts become due", start: "2027-01-12 16:00",
            batches: ["2027-01-09 16:00", "2027-01-11 09:00", "2027-01-12 15:00"],
            messages: [
                "confirmation 1, 2027-01-01 16:00 PST: queued > sent",
                "three-days 1, 2027-01-09 16:00 PST: queued > sent",
                "one-day 1, 2027-01-11 16:00 PST: queued > sent",
                "one-day-sms 1, 2027-01-11 16:00 PST: queued > skipped overtaken",
                "two-hours 1, 2027-01-12 14:00 PST: queued > sent",
            ]),
        Story(
            testDescription: "nobody sends for thirty hours, until late at night", start: "2027-01-12 16:00",
            batches: [
                "2027-01-10 16:00", "2027-01-11 22:00", "2027-01-12 08:59", "2027-01-12 09:00", "2027-01-12 14:00",
            ],
            messages: [
                "confirmation 1, 2027-01-01 16:00 PST: queued > sent",
                "three-days 1, 2027-01-09 16:00 PST: queued > sent",
                "one-day 1, 2027-01-11 16:00 PST: queued > sent", "one-day-sms 1, 2027-01-11 16:00 PST: queued > sent",
                "two-hours 1, 2027-01-12 14:00 PST: queued > sent",
            ]),
        Story(
            testDescription: "nobody sends for thirty hours, until it is over", start: "2027-01-12 16:00",
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

@Suite("Every message of a session, from the booking to its end")
struct ExpectedMessagesTests {
    @Test("what is told, when, and why not", arguments: Story.all)
    func story(_ story: Story) async throws {
        try await withScene { scene in
            var ana = ClientDetails(
                name: try PersonName("Ana"), email: try EmailAddress("ana@example.com"),
                phone: try PhoneNumber(e164: "+12135550147"))
            ana.timeZone = story.zone
            _ = try await scene.books.office.add(ana)
            let session = try await scene.book(story.start, overriding: "to try the rules")
            let (mail, texts) = (ToldTransport(), ToldTexts())
            if let start = story.move {
                try await scene.send(to: mail, texts: texts)
                _ = try await scene.books.desk.reschedule(
                    session.reference, to: try scene.instant(start), with: nil, overrideReason: nil,
                    now: Scene.now + 600)
            }
            let arranged = try await scene.account(of: session)
            if story.move == nil { try await scene.send(to: mail, texts: texts) }
            for batch in story.batches { try await scene.send(to: mail, texts: texts, at: scene.instant(batch)) }
            let ended = try await scene.account(of: session)
            let told = zip(arranged, ended).map { "\($0.when): \($0.what) > \($1.what)" }
            #expect(told.sorted() == story.messages.sorted())
            #expect(arranged.count == ended.count)
            // The ledger tells of what was sent, and of nothing else.
            let sent = Dictionary(grouping: ended.filter { $0.what == "sent" }, by: \.channel).mapValues(\.count)
            #expect(await mail.deliveries.addresses.count == sent["email", default: 0])
            #expect(await texts.deliveries.addresses.count == sent["sms", default: 0])
        }
    }
}

extension Scene {
    /// A row of the ledger in words.
    struct Line {
        let when: String
        let what: String
        let channel: String
    }

    /// The ledger of a session, by due time.
    func account(of session: Session) async throws -> [Line] {
        try await books.database.withConnection { connection in
            try await LedgerRepository(connection).entries(of: session.reference, status: nil)
        }.map { entry in
            Line(
                when: "\(entry.rule) \(entry.revision), \(entry.clock.text(entry.dueAt))",
                what: [entry.status, entry.reason].compactMap(\.self).joined(separator: " "), channel: entry.channel)
        }
    }
}
