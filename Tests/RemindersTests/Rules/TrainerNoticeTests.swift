import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Messaging
import Postgres
import PostgresTesting
import Testing

@testable import Reminders

@Suite("Notices to trainers of changes after the daily schedule")
struct TrainerNoticeTests {
    private static let maria = "maria@intro.test"

    @Test("a booking before the schedule of its day is due is not announced")
    func covered() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.giveAddress(Self.maria)
            let session = try await fixture.book("2027-01-05 09:00", now: try fixture.instant("2027-01-04 17:59"))
            #expect(try await fixture.notices(of: session) == [])
        }
    }

    @Test("a booking after the schedule was due is announced after a minute, and once")
    func booked() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.giveAddress(Self.maria)
            try await fixture.book("2027-01-05 09:00")
            let mail = ScriptedMailTransport()
            try await fixture.send(to: mail, at: try fixture.instant("2027-01-04 18:00"))
            let evening = try fixture.instant("2027-01-04 19:00")
            let session = try await fixture.book("2027-01-05 11:00", for: "ben@example.com", now: evening)
            try await fixture.sendContinuously(to: mail, at: evening + 59)
            #expect(try await fixture.notices(of: session) == ["maria trainer-booked queued"])
            for second in [60.0, 120] { try await fixture.sendContinuously(to: mail, at: evening + second) }
            #expect(try await fixture.notices(of: session) == ["maria trainer-booked sent"])
            // The schedule of the day, and the notice.
            #expect(await mail.deliveries.addresses.count { $0 == Self.maria } == 2)
        }
    }

    @Test("several changes within a minute are one message that lists them")
    func burst() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.giveAddress(Self.maria)
            let (first, second) = (
                try await fixture.book("2027-01-05 09:00"),
                try await fixture.book("2027-01-05 10:00", for: "b@example.com")
            )
            try await fixture.send(to: ScriptedMailTransport(), at: try fixture.instant("2027-01-04 18:00"))
            let evening = try fixture.instant("2027-01-04 19:00")
            try await fixture.book("2027-01-05 11:00", for: "c@example.com", now: evening)
            try await fixture.store.database.query(
                """
                INSERT INTO client_note (client_id, text, author, at)
                SELECT id, 'Bad left knee', 'desk', \(evening)
                FROM client
                WHERE email = 'c@example.com'
                """)
            _ = try await fixture.store.desk.cancel(first.reference, reason: nil, now: evening + 20)
            try await fixture.move(second, to: "2027-01-05 12:00", at: evening + 40)
            let mail = ScriptedMailTransport()
            try await fixture.sendContinuously(to: mail, at: evening + 60)
            #expect(await mail.deliveries.addresses.count { $0 == Self.maria } == 1)
            let rows = try await fixture.store.database.query(
                "SELECT rule, status, subject, body FROM message WHERE trainer_id IS NOT NULL AND session_id IS NOT NULL"
            ).decode((String, String, String?, String?).self)
            #expect(Set(rows.map(\.0)) == ["trainer-booked", "trainer-moved", "trainer-cancelled"])
            #expect(rows.allSatisfy { $0.1 == "sent" && $0.2 == "3 changes to your schedule" })
            let text = try #require(rows.first?.3)
            for words in [
                "New session", "11:00 AM", "Note: Bad left knee", "Session cancelled", "9:00 AM", "12:00 PM",
                "instead of",
            ] {
                #expect(text.contains(words), "\(words)")
            }
        }
    }

    @Test("a bounce of a message that lists several changes marks all of them as failed, and no other")
    func bounced() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.giveAddress(Self.maria)
            let evening = try fixture.instant("2027-01-04 19:00")
            let mail = ScriptedMailTransport()
            let earlier = try await fixture.book("2027-01-05 09:00", now: evening)
            try await fixture.sendContinuously(to: mail, at: evening + 60)
            let (first, second) = (
                try await fixture.book("2027-01-05 10:00", for: "b@example.com", now: evening + 120),
                try await fixture.book("2027-01-05 11:00", for: "c@example.com", now: evening + 130)
            )
            try await fixture.sendContinuously(to: mail, at: evening + 200)
            #expect(await mail.deliveries.addresses.count { $0 == Self.maria } == 2)
            let failure = ReportedAddress(
                try EmailAddress(Self.maria), claim: .addressInvalid, detail: "550 5.1.1 nobody")
            let name = MessageName(reference: first.reference, rule: "trainer-booked", revision: 1)
            let receipt = try await InboundMail(database: fixture.store.database, actor: "test").receive(
                InboundMail.Item(
                    sender: nil, subject: nil, excerpt: "bounce",
                    content: .failure([failure], messageIDs: ["\(name.text)@intro.test"])), now: evening + 300)
            #expect(receipt.entry.review == .staffAddress)
            for session in [first, second] {
                #expect(try await fixture.notices(of: session) == ["maria trainer-booked failed"])
            }
            #expect(try await fixture.notices(of: earlier) == ["maria trainer-booked sent"])
            let replies = try await fixture.store.database.query(
                "SELECT reply FROM message WHERE status = 'failed' AND reason = 'bounced'"
            ).decode(String.self)
            #expect(replies == ["550 5.1.1 nobody", "550 5.1.1 nobody"])
        }
    }

    @Test("after a change of trainer, the old one is notified that it is no longer theirs, and the new one of it")
    func otherTrainer() async throws {
        try await withDeliveryFixture { fixture in
            let ben = try await fixture.store.addTrainer("ben")
            try await fixture.giveAddress(Self.maria)
            try await fixture.giveAddress("ben@intro.test", to: "ben")
            let session = try await fixture.book("2027-01-05 09:00")
            try await fixture.send(to: ScriptedMailTransport(), at: try fixture.instant("2027-01-04 18:00"))
            let evening = try fixture.instant("2027-01-04 19:00")
            try await fixture.move(session, to: "2027-01-05 09:00", with: ben, at: evening)
            #expect(
                try await fixture.notices(of: session) == [
                    "ben trainer-booked queued", "maria trainer-cancelled queued",
                ])
            let mail = ScriptedMailTransport()
            try await fixture.sendContinuously(to: mail, at: evening + 60)
            let staff = await mail.deliveries.addresses.filter { $0.hasSuffix("@intro.test") }
            #expect(staff.sorted() == ["ben@intro.test", Self.maria])
            let subjects = try await fixture.store.database.query(
                "SELECT subject FROM message WHERE rule = 'trainer-cancelled'"
            ).decode(String.self)
            #expect(subjects == ["No longer your session: Tuesday, January 5 at 9:00 AM, Ana"])
        }
    }

    @Test("a further move to a third trainer leaves the notice to the first one, and the second gets none")
    func thirdTrainer() async throws {
        try await withDeliveryFixture { fixture in
            let (ben, eve) = (try await fixture.store.addTrainer("ben"), try await fixture.store.addTrainer("eve"))
            for name in ["maria", "ben", "eve"] { try await fixture.giveAddress("\(name)@intro.test", to: name) }
            let session = try await fixture.book("2027-01-05 09:00")
            try await fixture.send(to: ScriptedMailTransport(), at: try fixture.instant("2027-01-04 18:00"))
            let evening = try fixture.instant("2027-01-04 19:00")
            try await fixture.move(session, to: "2027-01-05 09:00", with: ben, at: evening)
            try await fixture.move(session, to: "2027-01-05 09:00", with: eve, at: evening + 10)
            let mail = ScriptedMailTransport()
            try await fixture.sendContinuously(to: mail, at: evening + 70)
            let staff = await mail.deliveries.addresses.filter { $0.hasSuffix("@intro.test") }
            #expect(staff.sorted() == ["eve@intro.test", Self.maria])
        }
    }

    @Test("changes that are undone within the minute are not announced")
    func undone() async throws {
        try await withDeliveryFixture { fixture in
            let ben = try await fixture.store.addTrainer("ben")
            try await fixture.giveAddress(Self.maria)
            try await fixture.giveAddress("ben@intro.test", to: "ben")
            let session = try await fixture.book("2027-01-05 09:00")
            try await fixture.send(to: ScriptedMailTransport(), at: try fixture.instant("2027-01-04 18:00"))
            let evening = try fixture.instant("2027-01-04 19:00")
            try await fixture.move(session, to: "2027-01-05 09:00", with: ben, at: evening)
            try await fixture.move(session, to: "2027-01-05 09:00", with: fixture.maria, at: evening + 10)
            let other = try await fixture.book("2027-01-05 11:00", for: "eve@example.com", now: evening + 20)
            _ = try await fixture.store.desk.cancel(other.reference, reason: nil, now: evening + 30)
            let mail = ScriptedMailTransport()
            try await fixture.sendContinuously(to: mail, at: evening + 120)
            #expect(await mail.deliveries.addresses.filter { $0.hasSuffix("@intro.test") } == [])
        }
    }

    @Test("a trainer with only a phone gets a text, also before the evening")
    func text() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.store.database.query("UPDATE trainer SET phone = '+12135550177' WHERE handle = 'maria'")
            let session = try await fixture.book("2027-01-05 09:00")
            let texts = ScriptedTextTransport()
            try await fixture.send(to: ScriptedMailTransport(), texts: texts, at: DeliveryFixture.now + 60)
            #expect(await texts.deliveries.addresses == ["+12135550177"])
            #expect(try await fixture.notices(of: session) == ["maria trainer-booked sent"])
        }
    }

    @Test("nothing is announced to a trainer without addresses, by a disabled rule, or once it is enabled again")
    func disabled() async throws {
        try await withDeliveryFixture { fixture in
            let evening = try fixture.instant("2027-01-04 19:00")
            let early = try await fixture.book("2027-01-05 09:00", now: evening)
            try await fixture.giveAddress(Self.maria)
            _ = try await fixture.rules.edit("trainer-booked", now: evening) { $0.isEnabled = false }
            let session = try await fixture.book("2027-01-05 11:00", for: "ben@example.com", now: evening)
            _ = try await fixture.rules.edit("trainer-booked", now: evening) { $0.isEnabled = true }
            #expect(try await fixture.notices(of: early) == [])
            #expect(try await fixture.notices(of: session) == [])
        }
    }

    @Test("the notices of one trainer stay together if the server asks to wait")
    func deferred() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.giveAddress(Self.maria)
            let evening = try fixture.instant("2027-01-04 19:00")
            for hour in [9, 10, 11] {
                try await fixture.book("2027-01-05 \(hour):00", for: "c\(hour)@example.com", now: evening)
            }
            let busy = ScriptedMailTransport { _ in .rejectedTemporarily(code: 451, reply: "451 try later") }
            try await fixture.sendContinuously(to: busy, at: evening + 60)
            let waiting = try await fixture.store.database.query(
                "SELECT DISTINCT status, reason FROM message WHERE rule = 'trainer-booked'"
            ).decode((String, String?).self)
            #expect(waiting.map(\.0) == ["queued"])
            let mail = ScriptedMailTransport()
            try await fixture.send(to: mail, at: evening + 3600)
            #expect(await mail.deliveries.addresses.count { $0 == Self.maria } == 1)
        }
    }

    @Test("a sender that is cancelled after its claim returns the notice to the queue")
    func cancelledAfterClaim() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.giveAddress(Self.maria)
            let mail = ScriptedMailTransport()
            try await fixture.send(to: mail, at: try fixture.instant("2027-01-04 18:00"))
            let evening = try fixture.instant("2027-01-04 19:00")
            let session = try await fixture.book("2027-01-05 11:00", for: "ben@example.com", now: evening)
            // A notice is claimed, then the notes about its client are read.
            let sender = try await fixture.store.database.transaction { connection in
                try await connection.query("LOCK TABLE client_note")
                let sender = Task { try await fixture.sendContinuously(to: mail, at: evening + 60) }
                func isWaiting() async throws -> Bool {
                    try await connection.query(
                        "SELECT count(*) FROM pg_locks WHERE relation = 'client_note'::regclass AND NOT granted"
                    ).decode(Int64.self) == [1]
                }
                try await wait(until: "the sender waits for the lock of the notes", isWaiting)
                sender.cancel()
                // A request to cancel the statement, if there is one, arrives before the lock is released.
                for _ in 0..<200 where try await isWaiting() {}
                return sender
            }
            try? await sender.value
            #expect(try await fixture.notices(of: session) == ["maria trainer-booked queued"])
            try await fixture.sendContinuously(to: mail, at: evening + 120)
            #expect(try await fixture.notices(of: session) == ["maria trainer-booked sent"])
        }
    }
}

extension DeliveryFixture {
    fileprivate func giveAddress(_ address: String, to trainer: String = "maria") async throws {
        try await store.database.query("UPDATE trainer SET email = \(address) WHERE handle = \(trainer)")
    }

    fileprivate func sendContinuously(to mail: ScriptedMailTransport, at instant: Date) async throws {
        _ = try await batch(to: mail, mode: .continuous, at: instant).send(until: nil, limit: nil)
    }

    fileprivate func move(
        _ session: Session, to start: String, with trainer: Trainer? = nil, at now: Date
    ) async throws {
        var request = MoveRequest(session.reference)
        request.start = try instant(start)
        request.trainer = trainer
        _ = try await store.desk.reschedule(request, ChangeRequest(now: now))
    }

    /// Returns the notices of a session to trainers: `maria trainer-booked queued`.
    fileprivate func notices(of session: Session) async throws -> [String] {
        try await store.database.query(
            """
            SELECT concat_ws(' ', t.handle, m.rule, m.status)
            FROM message AS m
            JOIN trainer AS t ON t.id = m.trainer_id
            WHERE m.session_id = \(session.id.value)
            ORDER BY 1
            """
        ).decode(String.self)
    }
}
