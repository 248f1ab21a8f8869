import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Messaging
import Postgres
import Reminders
import Testing

@Suite("Notices of repeated changes")
struct RepeatedChangeTests {
    @Test("sends one notice of three moves within a minute, a minute after the last")
    func moves() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.bookAndConfirm("2027-01-11 09:00")
            let mail = ScriptedMailTransport()
            for (second, hour) in [(100.0, 10), (120, 11), (140, 12)] {
                try await fixture.move(session, to: "2027-01-11 \(hour):00", after: second)
                try await fixture.sendContinuously(to: mail, after: second)
            }
            try await fixture.sendContinuously(to: mail, after: 199)
            #expect(await mail.deliveries.addresses == [])
            try await fixture.sendContinuously(to: mail, after: 200)
            try await fixture.sendContinuously(to: mail, after: 400)
            #expect(await mail.deliveries.addresses == ["ana@example.com"])
            #expect(
                try await fixture.notices(of: session) == [
                    "rescheduled 2 skipped rescheduled", "rescheduled 3 skipped rescheduled", "rescheduled 4 sent",
                ])
        }
    }

    @Test("sends only the cancellation, at once, after three moves and a cancellation")
    func cancellation() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.bookAndConfirm("2027-01-11 09:00")
            for (second, hour) in [(100.0, 10), (120, 11), (140, 12)] {
                try await fixture.move(session, to: "2027-01-11 \(hour):00", after: second)
            }
            _ = try await fixture.store.desk.cancel(session.reference, reason: nil, now: DeliveryFixture.now + 150)
            let mail = ScriptedMailTransport()
            try await fixture.sendContinuously(to: mail, after: 150)
            #expect(await mail.deliveries.addresses == ["ana@example.com"])
            try await fixture.sendContinuously(to: mail, after: 400)
            #expect(await mail.deliveries.addresses.count == 1)
            #expect(try await fixture.notices(of: session).last == "cancelled 5 sent")
        }
    }

    @Test("sends a notice of each move if moves are minutes apart")
    func apart() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.bookAndConfirm("2027-01-11 09:00")
            let mail = ScriptedMailTransport()
            for (second, hour) in [(100.0, 10), (300, 11)] {
                try await fixture.move(session, to: "2027-01-11 \(hour):00", after: second)
                try await fixture.sendContinuously(to: mail, after: second + 60)
            }
            #expect(try await fixture.notices(of: session) == ["rescheduled 2 sent", "rescheduled 3 sent"])
        }
    }

    @Test("a manual run does not wait for further changes")
    func byHand() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.bookAndConfirm("2027-01-11 09:00")
            try await fixture.move(session, to: "2027-01-11 10:00", after: 100)
            try await fixture.send(to: ScriptedMailTransport(), at: DeliveryFixture.now + 101)
            #expect(try await fixture.notices(of: session) == ["rescheduled 2 sent"])
        }
    }

    @Test("a change of trainer at the same time queues only a trainer notice")
    func trainer() async throws {
        try await withDeliveryFixture { fixture in
            let james = try await fixture.store.addTrainer("james")
            let session = try await fixture.bookAndConfirm("2027-01-11 09:00")
            try await fixture.move(session, to: "2027-01-11 09:00", with: james, after: 100)
            try await fixture.sendContinuously(to: ScriptedMailTransport(), after: 160)
            #expect(try await fixture.notices(of: session) == ["trainer-changed 2 sent"])
        }
    }

    @Test("sends the notice of a new time if the trainer changes before it is sent")
    func moveThenTrainer() async throws {
        try await withDeliveryFixture { fixture in
            let james = try await fixture.store.addTrainer("james")
            let session = try await fixture.bookAndConfirm("2027-01-11 09:00")
            try await fixture.move(session, to: "2027-01-11 10:00", after: 100)
            try await fixture.move(session, to: "2027-01-11 10:00", with: james, after: 120)
            try await fixture.move(session, to: "2027-01-11 10:00", with: fixture.maria, after: 130)
            let mail = ScriptedMailTransport()
            try await fixture.sendContinuously(to: mail, after: 190)
            #expect(await mail.deliveries.addresses == ["ana@example.com"])
            #expect(
                try await fixture.notices(of: session) == [
                    "rescheduled 2 skipped rescheduled", "rescheduled 3 skipped rescheduled", "rescheduled 4 sent",
                ])
            // The client has been notified of the new time.
            try await fixture.move(session, to: "2027-01-11 10:00", with: james, after: 300)
            #expect(try await fixture.notices(of: session).last == "trainer-changed 5 queued")
        }
    }

    @Test("sends no notice of a move and back, of which the client was told nothing, and one of the next move")
    func movedBack() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.bookAndConfirm("2027-01-11 09:00")
            try await fixture.move(session, to: "2027-01-11 10:00", after: 100)
            try await fixture.move(session, to: "2027-01-11 09:00", after: 120)
            let mail = ScriptedMailTransport()
            try await fixture.sendContinuously(to: mail, after: 200)
            #expect(await mail.deliveries.addresses == [])
            let unsent = ["rescheduled 2 skipped rescheduled", "rescheduled 3 skipped nothing_to_tell"]
            #expect(try await fixture.notices(of: session) == unsent)
            try await fixture.move(session, to: "2027-01-11 11:00", after: 300)
            try await fixture.sendContinuously(to: mail, after: 360)
            try await fixture.move(session, to: "2027-01-11 09:00", after: 400)
            try await fixture.sendContinuously(to: mail, after: 460)
            #expect(try await fixture.notices(of: session) == unsent + ["rescheduled 4 sent", "rescheduled 5 sent"])
        }
    }

    @Test("sends no notice of another trainer if the first one has the session again before it is sent")
    func trainerBack() async throws {
        try await withDeliveryFixture { fixture in
            let james = try await fixture.store.addTrainer("james")
            let session = try await fixture.bookAndConfirm("2027-01-11 09:00")
            try await fixture.move(session, to: "2027-01-11 09:00", with: james, after: 100)
            try await fixture.move(session, to: "2027-01-11 09:00", with: fixture.maria, after: 120)
            let mail = ScriptedMailTransport()
            try await fixture.sendContinuously(to: mail, after: 200)
            #expect(await mail.deliveries.addresses == [])
            #expect(
                try await fixture.notices(of: session) == [
                    "trainer-changed 2 skipped rescheduled", "trainer-changed 3 skipped nothing_to_tell",
                ])
        }
    }

    @Test("sends the notice of a move and back if it replaces a reminder that was due in between")
    func replacesReminder() async throws {
        try await withDeliveryFixture { fixture in
            // The reminder three days before the start is due after 17 hours.
            let session = try await fixture.bookAndConfirm("2027-01-05 09:00")
            try await fixture.move(session, to: "2027-01-05 10:00", after: 61_100)
            try await fixture.move(session, to: "2027-01-05 09:00", after: 61_250)
            try await fixture.sendContinuously(to: ScriptedMailTransport(), after: 61_320)
            #expect(try await fixture.notices(of: session).last == "rescheduled 3 sent")
        }
    }

    @Test("sends the notice of a move and back if it is not known what the client was told", arguments: [true, false])
    func uncertain(isConfirmed: Bool) async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.book("2027-01-11 09:00")
            if isConfirmed {
                try await fixture.send(to: ScriptedMailTransport { _ in .unknown(reason: "the connection was lost") })
            }
            try await fixture.move(session, to: "2027-01-11 10:00", after: 100)
            try await fixture.move(session, to: "2027-01-11 09:00", after: 120)
            try await fixture.sendContinuously(to: ScriptedMailTransport(), after: 200)
            #expect(try await fixture.notices(of: session).last == "rescheduled 3 sent")
        }
    }

    @Test("a move to the same time and trainer queues no notice")
    func sameTimeSameTrainer() async throws {
        try await withDeliveryFixture { fixture in
            let session = try await fixture.bookAndConfirm("2027-01-11 09:00")
            try await fixture.move(session, to: "2027-01-11 09:00", after: 100)
            #expect(try await fixture.notices(of: session) == [])
        }
    }
}

extension DeliveryFixture {
    /// Books a session and sends its confirmation.
    fileprivate func bookAndConfirm(_ start: String) async throws -> Session {
        let session = try await book(start)
        try await send(to: ScriptedMailTransport())
        return session
    }

    fileprivate func move(
        _ session: Session, to start: String, with trainer: Trainer? = nil, after seconds: TimeInterval
    ) async throws {
        _ = try await store.desk.reschedule(
            session.reference, to: instant(start), with: trainer, overrideReason: nil, now: Self.now + seconds)
    }

    /// Runs a continuous sender, which leaves waiting messages to later runs.
    fileprivate func sendContinuously(to mail: ScriptedMailTransport, after seconds: TimeInterval) async throws {
        _ = try await batch(to: mail, mode: .continuous, at: Self.now + seconds).send(until: nil, limit: nil)
    }

    /// Returns the change notices in the ledger, by revision.
    fileprivate func notices(of session: Session) async throws -> [String] {
        try await store.database.query(
            """
            SELECT concat_ws(' ', rule, revision, status, reason)
            FROM message
            WHERE session_id = \(session.id.value) AND rule IN ('rescheduled', 'trainer-changed', 'cancelled')
            ORDER BY revision
            """
        ).decode(String.self)
    }
}
