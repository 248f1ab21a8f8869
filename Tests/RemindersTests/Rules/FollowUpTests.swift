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
        try await withScene { scene in
            let marked = try await scene.book("2027-01-12 09:00")
            let inserted = try await scene.book("2027-01-12 10:00", for: "ben@example.com")
            _ = try await scene.books.desk.close(marked.reference, as: status)
            try await scene.books.database.query(
                "UPDATE session SET status = \(status.rawValue) WHERE id = \(inserted.id.value)")
            for session in [marked, inserted] {
                #expect(try await scene.told(rule, of: session) == ["2027-01-13 09:00 PST queued"])
                #expect(try await scene.told(other, of: session) == [])
            }
            let mail = ToldTransport()
            try await scene.send(to: mail, at: scene.instant("2027-01-13 08:59"))
            #expect(await mail.deliveries.addresses == [])
            try await scene.send(to: mail, at: scene.instant("2027-01-13 09:00"))
            #expect(await mail.deliveries.addresses.sorted() == ["ana@example.com", "ben@example.com"])
        }
    }

    @Test("a follow-up is not due before the end of the session")
    func notBeforeTheEnd() async throws {
        try await withScene { scene in
            _ = try await scene.rules.add(
                ReminderRule(
                    key: try Handle("thanks"), anchor: .end, time: try LocalTime("09:00"), channel: .email,
                    template: try Handle("attended")), now: Scene.now)
            let session = try await scene.book("2027-01-12 15:00")
            #expect(try await scene.told("thanks", of: session) == ["2027-01-12 15:20 PST queued"])
        }
    }

    @Test("follows up late if a session is marked late, but not after three days")
    func markedLate() async throws {
        try await withScene { scene in
            let soon = try await scene.book("2027-01-12 09:00")
            let late = try await scene.book("2027-01-11 09:00", for: "ben@example.com")
            for session in [soon, late] { _ = try await scene.books.desk.close(session.reference, as: .attended) }
            let mail = ToldTransport()
            try await scene.send(to: mail, at: scene.instant("2027-01-15 09:00"))
            #expect(await mail.deliveries.addresses == ["ana@example.com"])
            #expect(try await scene.told("attended", of: late) == ["2027-01-12 09:00 PST skipped too_late"])
        }
    }

    @Test("does not ask for a second confirmation, unless the session is moved")
    func unconfirmed() async throws {
        try await withScene { scene in
            let session = try await scene.book("2027-01-12 14:00", phone: "+12135550147")
            _ = try await scene.books.desk.confirm(session.reference, now: Scene.now)
            let texts = ToldTexts()
            try await scene.send(to: ToldTransport(), texts: texts, at: scene.instant("2027-01-12 12:00"))
            #expect(try await scene.told("two-hours", of: session) == ["2027-01-12 12:00 PST skipped confirmed"])
            _ = try await scene.books.desk.reschedule(
                session.reference, to: scene.instant("2027-01-13 14:00"), with: nil, overrideReason: nil,
                now: scene.instant("2027-01-12 12:10"))
            try await scene.send(to: ToldTransport(), texts: texts, at: scene.instant("2027-01-13 12:00"))
            #expect(try await scene.told("two-hours", of: session).last == "2027-01-13 12:00 PST sent")
        }
    }

    @Test("a rule for first bookings skips clients with an earlier booking")
    func firstBooking() async throws {
        try await withScene { scene in
            _ = try await scene.rules.edit("three-days", now: Scene.now) { $0.condition = .firstBooking }
            let first = try await scene.book("2027-01-12 09:00")
            let cancelled = try await scene.book("2027-01-12 10:00", for: "ben@example.com")
            _ = try await scene.books.desk.cancel(cancelled.reference, reason: nil, now: Scene.now)
            let again = try await scene.book("2027-01-12 11:00", for: "ben@example.com", now: Scene.now + 60)
            try await scene.send(to: ToldTransport(), at: scene.instant("2027-01-09 11:00"))
            #expect(try await scene.told("three-days", of: first) == ["2027-01-09 09:00 PST sent"])
            #expect(
                try await scene.told("three-days", of: again) == ["2027-01-09 11:00 PST skipped not_first_booking"])
        }
    }
}
