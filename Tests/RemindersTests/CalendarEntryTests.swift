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

@Suite("Calendar entries in mail", .enabled(if: ReadMail.isReadable, ReadMail.missing))
struct CalendarEntryTests {
    /// Sends mail to a folder, and returns the received mail by rule and revision.
    private func mails(_ send: (DeliveryFixture, any Transport<MailEnvelope>) async throws -> Void) async throws
        -> [String:
        ReadMail]
    {
        let folder = try MailFolder()
        try await withDeliveryFixture { try await send($0, folder.transport) }
        let mails = try ReadMail.read(try folder.messages())
        for mail in mails {
            #expect(mail.defects.isEmpty)
            #expect(mail.entry.errors.isEmpty)
            #expect(mail.entry.partMethod == mail.entry.method)
            #expect(mail.entry.isAttached)
        }
        return Dictionary(uniqueKeysWithValues: mails.map { ($0.key, $0) })
    }

    @Test("a confirmation contains an invitation with sequence 0, location, phone and reference")
    func confirmation() async throws {
        var reference = ""
        let mails = try await mails { fixture, transport in
            reference = try await fixture.book("2027-01-12 09:00").reference.description
            try await fixture.send(to: transport)
        }
        #expect(mails.count == 1)
        let mail = try #require(mails["confirmation 1"])
        #expect(mail.subject == "You're booked: Tuesday, January 12 at 9:00 AM")
        #expect(mail.from == "Intro <desk@intro.test>")
        #expect(mail.replyTo == "Studio downtown <downtown@example.com>")
        #expect(mail.toAddress == "ana@example.com")
        #expect(mail.id == "<\(reference.replacing("-", with: "").lowercased()).confirmation.1@intro.test>")
        #expect(mail.entry.method == "REQUEST")
        #expect(mail.entry.sequence == 0)
        #expect(mail.entry.status == "CONFIRMED")
        #expect(mail.entry.starts == "2027-01-12T17:00:00+00:00")
        #expect(mail.entry.ends == "2027-01-12T17:20:00+00:00")
        #expect(mail.entry.organizer == "mailto:desk@intro.test")
        #expect(mail.entry.attendee == "mailto:ana@example.com")
        #expect(mail.entry.attendeeName == "Ana")
        #expect(mail.entry.summary == "Free introductory session at Studio downtown")
        #expect(mail.entry.location == "Studio downtown, 500 S Hope St, Los Angeles, CA 90071")
        #expect(
            mail.entry.description == """
                20 minutes with maria.
                Reference: \(reference)
                Phone: +1 213-555-0100
                """)
    }

    @Test("a move keeps the UID, raises the sequence and updates the time")
    func move() async throws {
        let mails = try await mails { fixture, transport in
            let session = try await fixture.book("2027-01-12 09:00")
            try await fixture.send(to: transport)
            for at in ["2027-01-13 10:00", "2027-01-14 11:30"] {
                _ = try await fixture.store.desk.reschedule(
                    session.reference, to: try fixture.instant(at), with: nil, overrideReason: nil,
                    now: DeliveryFixture.now)
                try await fixture.send(to: transport)
            }
        }
        #expect(mails.count == 3)
        #expect(Set(mails.values.map(\.entry.uid)).count == 1)
        #expect(mails.values.allSatisfy { $0.entry.method == "REQUEST" })
        for (key, sequence, start) in [
            ("confirmation 1", 0, "2027-01-12T17:00"), ("rescheduled 2", 1, "2027-01-13T18:00"),
            ("rescheduled 3", 2, "2027-01-14T19:30"),
        ] {
            #expect(mails[key]?.entry.sequence == sequence)
            #expect(mails[key]?.entry.starts == "\(start):00+00:00")
        }
    }

    @Test("a cancellation keeps the UID and has the properties that RFC 5546 requires")
    func cancellation() async throws {
        let mails = try await mails { fixture, transport in
            let session = try await fixture.book("2027-01-12 09:00")
            try await fixture.send(to: transport)
            _ = try await fixture.store.desk.cancel(session.reference, reason: nil, now: DeliveryFixture.now)
            try await fixture.send(to: transport)
        }
        #expect(mails.count == 2)
        let mail = try #require(mails["cancelled 2"])
        #expect(mail.subject == "Cancelled: Tuesday, January 12 at 9:00 AM")
        #expect(mail.entry.method == "CANCEL")
        #expect(mail.entry.status == "CANCELLED")
        #expect(mail.entry.uid == mails["confirmation 1"]?.entry.uid)
        #expect(mail.entry.sequence == 1)
        #expect(mail.entry.organizer == "mailto:desk@intro.test")
        #expect(mail.entry.attendee == "mailto:ana@example.com")
    }

    @Test("reminders repeat the entry with the same UID and sequence")
    func reminders() async throws {
        let mails = try await mails { fixture, transport in
            try await fixture.book("2027-01-12 09:00")
            for at in ["2027-01-01 16:00", "2027-01-09 09:00", "2027-01-11 09:00"] {
                try await fixture.send(to: transport, at: try fixture.instant(at))
            }
        }
        #expect(Set(mails.keys) == ["confirmation 1", "three-days 1", "one-day 1"])
        #expect(Set(mails.values.map(\.entry.uid)).count == 1)
        #expect(mails.values.allSatisfy { $0.entry.method == "REQUEST" && $0.entry.sequence == 0 })
    }
}

extension ReadMail {
    /// The rule and revision in `<REFERENCE.RULE.REVISION@DOMAIN>`.
    fileprivate var key: String { id.prefix { $0 != "@" }.split(separator: ".").dropFirst().joined(separator: " ") }
}
