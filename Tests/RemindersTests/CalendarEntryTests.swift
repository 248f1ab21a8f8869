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

@Suite("The calendar entry that comes with the mail", .enabled(if: ReadMail.isReadable, ReadMail.missing))
struct CalendarEntryTests {
    /// Sends everything that is due, and returns the one mail that went out.
    private func mail(_ scene: Scene, at now: Date = Scene.now) async throws -> ReadMail {
        let folder = try MailFolder()
        try await scene.send(to: folder.transport, at: now)
        let mails = try ReadMail.read(try folder.messages())
        #expect(mails.count == 1)
        let mail = try #require(mails.first)
        #expect(mail.defects.isEmpty)
        #expect(mail.entry.errors.isEmpty)
        #expect(mail.entry.partMethod == mail.entry.method)
        #expect(mail.entry.isAttached)
        return mail
    }

    @Test("a confirmation invites, as the entry's first form")
    func confirmation() async throws {
        try await withScene { scene in
            let session = try await scene.book("2027-01-12 09:00")
            let mail = try await mail(scene)
            #expect(mail.subject == "You're booked: Tuesday, January 12 at 9:00 AM")
            #expect(mail.id == "<\(session.reference.code.lowercased()).confirmation.1@intro.test>")
            #expect(mail.from == "Intro <desk@intro.test>")
            #expect(mail.replyTo == "Studio downtown <downtown@example.com>")
            #expect(mail.toAddress == "ana@example.com")
            #expect(mail.entry.method == "REQUEST")
            #expect(mail.entry.sequence == 0)
            #expect(mail.entry.status == "CONFIRMED")
            #expect(mail.entry.starts == "2027-01-12T17:00:00+00:00")
            #expect(mail.entry.ends == "2027-01-12T17:20:00+00:00")
            #expect(mail.entry.organizer == "mailto:desk@intro.test")
            #expect(mail.entry.attendee == "mailto:ana@example.com")
            #expect(mail.entry.attendeeName == "Ana")
        }
    }

    @Test("an entry says what, where, whom to call, and the reference")
    func details() async throws {
        try await withScene { scene in
            let session = try await scene.book("2027-01-12 09:00")
            let entry = try await mail(scene).entry
            #expect(entry.summary == "Free introductory session at Studio downtown")
            #expect(entry.location == "Studio downtown, 500 S Hope St, Los Angeles, CA 90071")
            #expect(
                entry.description == """
                    20 minutes with maria.
                    Reference: \(session.reference)
                    Phone: +1 213-555-0100
                    """)
        }
    }

    @Test("a move changes the same entry: the same UID, a higher sequence, the new time")
    func move() async throws {
        try await withScene { scene in
            let session = try await scene.book("2027-01-12 09:00")
            let first = try await mail(scene).entry
            for (sequence, at) in [(1, "2027-01-13 10:00"), (2, "2027-01-14 11:30")] {
                _ = try await scene.books.desk.reschedule(
                    session.reference, to: try scene.instant(at), with: nil, overrideReason: nil, now: Scene.now)
                let mail = try await mail(scene)
                #expect(mail.id.contains(".rescheduled.\(sequence + 1)@"))
                #expect(mail.entry.method == "REQUEST")
                #expect(mail.entry.uid == first.uid)
                #expect(mail.entry.sequence == sequence)
                #expect(mail.entry.starts == RFC3339.string(try scene.instant(at)).replacing("Z", with: "+00:00"))
            }
        }
    }

    @Test("a cancellation takes the same entry out, with everything that RFC 5546 asks for")
    func cancellation() async throws {
        try await withScene { scene in
            let session = try await scene.book("2027-01-12 09:00")
            let first = try await mail(scene).entry
            _ = try await scene.books.desk.cancel(session.reference, reason: nil, now: Scene.now)
            let mail = try await mail(scene)
            #expect(mail.subject == "Cancelled: Tuesday, January 12 at 9:00 AM")
            #expect(mail.entry.method == "CANCEL")
            #expect(mail.entry.status == "CANCELLED")
            #expect(mail.entry.uid == first.uid)
            #expect(mail.entry.sequence == 1)
            #expect(mail.entry.organizer == "mailto:desk@intro.test")
            #expect(mail.entry.attendee == "mailto:ana@example.com")
        }
    }

    @Test("reminders repeat the entry as it is, so that no calendar shows a second one")
    func reminders() async throws {
        try await withScene { scene in
            let session = try await scene.book("2027-01-12 09:00")
            let first = try await mail(scene).entry
            for (at, rule) in [("2027-01-09 09:00", "three-days"), ("2027-01-11 09:00", "one-day")] {
                let mail = try await mail(scene, at: try scene.instant(at))
                #expect(mail.id == "<\(session.reference.code.lowercased()).\(rule).1@intro.test>")
                #expect(mail.entry.method == "REQUEST")
                #expect(mail.entry.uid == first.uid)
                #expect(mail.entry.sequence == 0)
            }
        }
    }
}
