import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Reminders
import Testing

@Suite("Rules with conditions")
struct FollowUpTests {
    @Test(
        "follows up on the next morning, also for a session that was marked by SQL",
        arguments: [(Session.Status.attended, "attended", "no-show"), (.noShow, "no-show", "attended")])
    func followUp(status: Session.Status, rule: String, other: String) async throws {
        try await withDeliveryFixture { fixture in
            let marked = try await fixture.book("2027-01-12 09:00")
            let inserted = try await fixture.book("2027-01-12 10:00", for: "ben@example.com")
            _ = try await fixture.store.desk.close(marked.reference, as: status)
            try await fixture.store.database.query(
                "UPDATE session SET status = \(status.rawValue) WHERE id = \(inserted.id.value)")
            for session in [marked, inserted] {
                #expect(try await fixture.ledgerEntries(rule, of: session) == ["2027-01-13 09:00 PST queued"])
                #expect(try await fixture.ledgerEntries(other, of: session) == [])
            }
            let mail = ScriptedMailTransport()
            try await fixture.send(to: mail, at: fixture.instant("2027-01-13 08:59"))
            #expect(await mail.deliveries.addresses == [])
            try await fixture.send(to: mail, at: fixture.instant("2027-01-13 09:00"))
            #expect(await mail.deliveries.addresses.sorted() == ["ana@example.com", "ben@example.com"])
        }
    }

    @Test(
        "after a no-show, another time is not offered to a client who has or had one, or missed one before",
        arguments: [
            (Session.Status.booked, ["no-show skipped condition_not_met"]),
            (.attended, ["no-show skipped condition_not_met"]),
            (.noShow, ["no-show sent", "no-show skipped condition_not_met"]), (.cancelled, ["no-show sent"]),
        ])
    func offersOnce(other: Session.Status, ledger: [String]) async throws {
        try await withDeliveryFixture { fixture in
            let missed = try await fixture.book("2027-01-12 09:00")
            _ = try await fixture.store.desk.close(missed.reference, as: .noShow)
            let next = try await fixture.book("2027-01-12 10:00")
            try await fixture.store.database.query(
                "UPDATE session SET status = \(other.rawValue), cancelled_by = \(other == .cancelled ? "client" : nil) "
                    + "WHERE id = \(next.id.value)")
            try await fixture.send(to: ScriptedMailTransport(), at: fixture.instant("2027-01-13 09:00"))
            let entries = try await fixture.store.database.query(
                "SELECT concat_ws(' ', rule, status, reason) FROM message WHERE rule = 'no-show' ORDER BY session_id"
            ).decode(String.self)
            #expect(entries == ledger)
        }
    }

    @Test("a follow-up is not due before the end of the session")
    func notBeforeTheEnd() async throws {
        try await withDeliveryFixture { fixture in
            _ = try await fixture.rules.add(
                ReminderRule(
                    key: try Handle("thanks"), anchor: .end, time: try LocalTime("09:00"), channel: .email,
                    template: try Handle("attended")), now: DeliveryFixture.now)
            let session = try await fixture.book("2027-01-12 15:00")
            #expect(try await fixture.ledgerEntries("thanks", of: session) == ["2027-01-12 15:20 PST queued"])
        }
    }

    @Test("follows up late if a session is marked late, but not after three days")
    func markedLate() async throws {
        try await withDeliveryFixture { fixture in
            let soon = try await fixture.book("2027-01-12 09:00")
            let late = try await fixture.book("2027-01-11 09:00", for: "ben@example.com")
            for session in [soon, late] { _ = try await fixture.store.desk.close(session.reference, as: .attended) }
            let mail = ScriptedMailTransport()
            try await fixture.send(to: mail, at: fixture.instant("2027-01-15 09:00"))
            #expect(await mail.deliveries.addresses == ["ana@example.com"])
            #expect(try await fixture.ledgerEntries("attended", of: late) == ["2027-01-12 09:00 PST skipped too_late"])
        }
    }

    @Test("does not ask for a second confirmation, unless the session is moved")
    func unconfirmed() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 14:00", phone: "+12135550147")
            _ = try await fixture.store.desk.confirm(session.reference, now: DeliveryFixture.now)
            let texts = ScriptedTextTransport()
            try await fixture.send(to: ScriptedMailTransport(), texts: texts, at: fixture.instant("2027-01-12 12:00"))
            #expect(
                try await fixture.ledgerEntries("two-hours", of: session) == ["2027-01-12 12:00 PST skipped confirmed"])
            _ = try await fixture.store.desk.reschedule(
                session.reference, to: fixture.instant("2027-01-13 14:00"), with: nil, overrideReason: nil,
                now: fixture.instant("2027-01-12 12:10"))
            try await fixture.send(to: ScriptedMailTransport(), texts: texts, at: fixture.instant("2027-01-13 12:00"))
            #expect(try await fixture.ledgerEntries("two-hours", of: session).last == "2027-01-13 12:00 PST sent")
        }
    }

    @Test("a rule for first bookings skips clients with an earlier booking")
    func firstBooking() async throws {
        try await withDeliveryFixture { fixture in
            _ = try await fixture.rules.edit("three-days", now: DeliveryFixture.now) { $0.condition = .firstBooking }
            let first = try await fixture.book("2027-01-12 09:00")
            let cancelled = try await fixture.book("2027-01-12 10:00", for: "ben@example.com")
            _ = try await fixture.store.desk.cancel(cancelled.reference, reason: nil, now: DeliveryFixture.now)
            let again = try await fixture.book(
                "2027-01-12 11:00", for: "ben@example.com", now: DeliveryFixture.now + 60)
            try await fixture.send(to: ScriptedMailTransport(), at: fixture.instant("2027-01-09 11:00"))
            #expect(try await fixture.ledgerEntries("three-days", of: first) == ["2027-01-09 09:00 PST sent"])
            #expect(
                try await fixture.ledgerEntries("three-days", of: again) == [
                    "2027-01-09 11:00 PST skipped not_first_booking"
                ])
        }
    }
}
