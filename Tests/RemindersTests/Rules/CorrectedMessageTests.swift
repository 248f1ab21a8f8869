import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Postgres
import Reminders
import Testing

@Suite("Messages of corrected sessions")
struct CorrectedMessageTests {
    @Test("a corrected mark skips the follow-up, and the same mark queues it again")
    func followUps() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 09:00")
            let (desk, request) = (fixture.store.desk, ChangeRequest(now: try fixture.instant("2027-01-12 10:00")))
            _ = try await desk.mark(session.reference, as: .attended, request)
            _ = try await desk.mark(session.reference, as: .noShow, reason: "wrong client", request)
            #expect(
                try await fixture.ledgerEntries("attended", of: session) == ["2027-01-13 09:00 PST skipped corrected"])
            #expect(try await fixture.ledgerEntries("no-show", of: session) == ["2027-01-13 09:00 PST queued"])
            _ = try await desk.undo(session.reference, reason: "not marked yet", request)
            #expect(
                try await fixture.ledgerEntries("no-show", of: session) == ["2027-01-13 09:00 PST skipped corrected"])
            _ = try await desk.mark(session.reference, as: .attended, request)
            #expect(try await fixture.ledgerEntries("attended", of: session) == ["2027-01-13 09:00 PST queued"])
            let mail = ScriptedMailTransport()
            try await fixture.send(to: mail, at: fixture.instant("2027-01-13 09:00"))
            #expect(await mail.deliveries.addresses == ["ana@example.com"])
        }
    }

    @Test("undo of an early mark queues the reminders again")
    func reminders() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 09:00")
            let request = ChangeRequest(now: DeliveryFixture.now)
            _ = try await fixture.store.desk.mark(session.reference, as: .attended, overrideReason: "x", request)
            #expect(
                try await fixture.ledgerEntries("one-day", of: session) == [
                    "2027-01-11 09:00 PST skipped session_closed"
                ])
            _ = try await fixture.store.desk.undo(session.reference, reason: "wrong client", request)
            #expect(try await fixture.ledgerEntries("one-day", of: session) == ["2027-01-11 09:00 PST queued"])
        }
    }

    @Test("a reinstated session is announced if the client was notified of the cancellation")
    func notified() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 09:00")
            try await fixture.send(to: ScriptedMailTransport())
            _ = try await fixture.store.desk.cancel(session.reference, reason: nil, now: DeliveryFixture.now)
            try await fixture.send(to: ScriptedMailTransport())
            let undone = try await fixture.store.desk.undo(
                session.reference, reason: "wrong client", ChangeRequest(now: DeliveryFixture.now))
            #expect(undone.session.revision == 3)
            #expect(try await fixture.ledgerEntries("rebooked", of: session) == ["2027-01-01 16:00 PST queued"])
            #expect(try await fixture.ledgerEntries("one-day", of: session).last == "2027-01-11 09:00 PST queued")
            let mail = ScriptedMailTransport()
            try await fixture.send(to: mail)
            #expect(await mail.deliveries.addresses == ["ana@example.com"])
            #expect(try await fixture.ledgerEntries("confirmation", of: session) == ["2027-01-01 16:00 PST sent"])
        }
    }

    @Test("a move that supersedes the notice of a reinstated session announces the time, even if it is the same")
    func supersededNotice() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 09:00")
            let desk = fixture.store.desk
            var toBen = MoveRequest(session.reference)
            toBen.trainer = try await fixture.store.addTrainer("ben")
            try await fixture.send(to: ScriptedMailTransport())
            _ = try await desk.cancel(session.reference, reason: nil, now: DeliveryFixture.now)
            try await fixture.send(to: ScriptedMailTransport())
            _ = try await desk.undo(session.reference, reason: "wrong client", ChangeRequest(now: DeliveryFixture.now))
            _ = try await desk.reschedule(toBen, ChangeRequest(now: DeliveryFixture.now))
            #expect(
                try await fixture.ledgerEntries("rebooked", of: session) == ["2027-01-01 16:00 PST skipped rescheduled"]
            )
            let mail = ScriptedMailTransport()
            try await fixture.send(to: mail, at: DeliveryFixture.now + 60)
            #expect(await mail.deliveries.addresses == ["ana@example.com"])
            // The client was notified of the cancellation, so the time of the session must be announced.
            #expect(try await fixture.ledgerEntries("rescheduled", of: session) == ["2027-01-01 16:00 PST sent"])
            #expect(try await fixture.ledgerEntries("trainer-changed", of: session) == [])
        }
    }

    @Test("a change of trainer after the notice of a reinstated session was sent announces the trainer only")
    func sentNotice() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 09:00")
            let desk = fixture.store.desk
            var toBen = MoveRequest(session.reference)
            toBen.trainer = try await fixture.store.addTrainer("ben")
            try await fixture.send(to: ScriptedMailTransport())
            _ = try await desk.cancel(session.reference, reason: nil, now: DeliveryFixture.now)
            try await fixture.send(to: ScriptedMailTransport())
            _ = try await desk.undo(session.reference, reason: "wrong client", ChangeRequest(now: DeliveryFixture.now))
            try await fixture.send(to: ScriptedMailTransport())
            _ = try await desk.reschedule(toBen, ChangeRequest(now: DeliveryFixture.now))
            try await fixture.send(to: ScriptedMailTransport(), at: DeliveryFixture.now + 60)
            #expect(try await fixture.ledgerEntries("rebooked", of: session) == ["2027-01-01 16:00 PST sent"])
            #expect(try await fixture.ledgerEntries("trainer-changed", of: session) == ["2027-01-01 16:00 PST sent"])
            #expect(try await fixture.ledgerEntries("rescheduled", of: session) == [])
        }
    }

    @Test("without a sent notice the cancellation is not announced, and the superseded messages are sent")
    func unnotified() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 09:00")
            _ = try await fixture.store.desk.cancel(session.reference, reason: nil, now: DeliveryFixture.now)
            _ = try await fixture.store.desk.undo(
                session.reference, reason: "typo", ChangeRequest(now: DeliveryFixture.now))
            let mail = ScriptedMailTransport()
            try await fixture.send(to: mail)
            #expect(await mail.deliveries.addresses == ["ana@example.com"])
            #expect(
                try await fixture.ledgerEntries("cancelled", of: session) == ["2027-01-01 16:00 PST skipped corrected"])
            #expect(try await fixture.ledgerEntries("rebooked", of: session) == [])
            #expect(try await fixture.ledgerEntries("confirmation", of: session).contains("2027-01-01 16:00 PST sent"))
            // A second cancellation is announced.
            _ = try await fixture.store.desk.cancel(session.reference, reason: nil, now: DeliveryFixture.now)
            try await fixture.send(to: mail)
            #expect(try await fixture.ledgerEntries("cancelled", of: session).last == "2027-01-01 16:00 PST sent")
        }
    }

    @Test("the client is notified when the studio cancels after the start")
    func afterStart() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-12 09:00")
            try await fixture.send(to: ScriptedMailTransport(), at: fixture.instant("2027-01-11 09:00"))
            let now = try fixture.instant("2027-01-12 09:05")
            await #expect(throws: Refusal.self) {
                try await fixture.store.desk.cancel(
                    session.reference, by: .client, reason: nil, ChangeRequest(now: now))
            }
            let cancelled = try await fixture.store.desk.cancel(
                session.reference, by: .studio, reason: "trainer ill", ChangeRequest(now: now))
            #expect(cancelled.session.cancelledBy == .studio)
            let mail = ScriptedMailTransport()
            try await fixture.send(to: mail, at: now)
            #expect(await mail.deliveries.addresses == ["ana@example.com"])
        }
    }
}
