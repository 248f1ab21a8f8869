import Foundation
import MessagingTesting
import Testing

@Suite("replies to calendar invitations", .enabled(if: Mail.canBeRead, Mail.reader))
struct CalendarReplyTests {
    /// The invitation that was sent to Anna.
    private struct Invitation {
        let reference: String
        let uid: String
        let sequence: Int

        /// A reply in the format that calendar programs send.
        func reply(
            _ answer: String, method: String = "REPLY", uid: String? = nil, sequence: Int? = nil,
            attendee: String = "anna@example.com"
        ) -> String {
            """
            From: Anna <anna@example.com>
            To: Intro <hello@intro.example>
            Subject: \(answer): Free introductory session
            Date: Mon, 30 Nov 2026 17:00:00 +0000
            Message-ID: <reply-\(answer)-\(sequence ?? self.sequence)-\(attendee)-\(method)@example.com>
            MIME-Version: 1.0
            Content-Type: multipart/alternative; boundary="r1"

            --r1
            Content-Type: text/plain; charset="UTF-8"

            Anna has answered: \(answer)
            --r1
            Content-Type: text/calendar; charset="UTF-8"; method=\(method)

            BEGIN:VCALENDAR
            PRODID:-//Google Inc//Google Calendar 70.9054//EN
            VERSION:2.0
            METHOD:\(method)
            BEGIN:VEVENT
            DTSTART:20261207T170000Z
            DTSTAMP:20261130T170000Z
            ORGANIZER;CN=Intro:mailto:hello@intro.example
            UID:\(uid ?? self.uid)
            ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=\(answer);CN="Anna, A: B
             ";X-NUM-GUESTS=0:MAILTO:\(attendee)
            SEQUENCE:\(sequence ?? self.sequence)
            STATUS:CONFIRMED
            END:VEVENT
            END:VCALENDAR
            --r1--

            """
        }
    }

    private func invite(_ studio: Studio) async throws -> Invitation {
        let sent = try await studio.sendConfirmation()
        return try invitation(studio, sent.reference)
    }

    private func invitation(_ studio: Studio, _ reference: String) throws -> Invitation {
        let content = try #require(try studio.sentMails().last { $0.content.contains("text/calendar") }).content
        let mail = try Mail(content.utf8)
        return Invitation(reference: reference, uid: mail.uid, sequence: mail.sequence)
    }

    @Test("an invitation requests a reply")
    func asks() async throws {
        try await Studio.with { studio in
            _ = try await studio.sendConfirmation()
            let mail = try Mail(try #require(try studio.sentMails().first).content.utf8)
            #expect(mail.rsvp == "TRUE" && mail.attendee == "mailto:anna@example.com")
        }
    }

    @Test("an accepted invitation confirms the session")
    func accepted() async throws {
        try await Studio.with { studio in
            let invitation = try await invite(studio)
            let processed = try await studio.bounce(invitation.reply("ACCEPTED", attendee: "Anna@Example.com"))
            #expect(processed["reference"] == .text(invitation.reference) && processed["action"] == "confirmed")
            #expect(try await studio.answer("show", invitation.reference)["confirmed_at"] != .null)
            #expect(try await studio.openMail().isEmpty)
            let plain = try await studio.intro(["mail", "bounce"], stdin: invitation.reply("ACCEPTED"))
            #expect(plain.stdout.contains(invitation.reference))
        }
    }

    @Test("a declined invitation cancels nothing, and asks the studio to call", arguments: ["DECLINED", "COUNTER"])
    func declined(answer: String) async throws {
        try await Studio.with { studio in
            let invitation = try await invite(studio)
            let mail = answer == "COUNTER" ? invitation.reply("TENTATIVE", method: "COUNTER") : invitation.reply(answer)
            #expect(try await studio.bounce(mail)["action"] == "call_asked")
            let session = try await studio.answer("show", invitation.reference)
            #expect(session["status"] == "booked" && session["confirmed_at"] == .null)
            let open = try await studio.openMail()
            #expect(open.map { $0["reference"] } == [.text(invitation.reference)])
            #expect(open.first?["kind"] == "calendar_reply")
            try await studio.answer("reminders", "send")
            #expect(try await studio.account(of: invitation.reference)["call-back"]?["status"] == "sent")
        }
    }

    @Test("declining an invitation that was accepted withdraws the confirmation, which the log shows")
    func withdrawn() async throws {
        try await Studio.with { studio in
            let invitation = try await invite(studio)
            try await studio.bounce(invitation.reply("ACCEPTED"))
            #expect(try await studio.bounce(invitation.reply("DECLINED"))["action"] == "call_asked")
            let session = try await studio.answer("show", invitation.reference)
            #expect(session["status"] == "booked" && session["confirmed_at"] == .null)
            let log = try await studio.answer("log", invitation.reference).items
            let changes = log.compactMap { $0["changes"]?["confirmed_at"]?.items }
            #expect(changes.contains { $0.count == 2 && $0[0] != .null && $0[1] == .null }, "\(log)")
            let again = invitation.reply("ACCEPTED", attendee: "ANNA@example.com")
            #expect(try await studio.bounce(again)["action"] == "confirmed")
            #expect(try await studio.answer("show", invitation.reference)["confirmed_at"] != .null)
        }
    }

    @Test("a reply for another revision, event or attendee changes nothing and needs review")
    func stale() async throws {
        try await Studio.with { studio in
            let old = try await invite(studio)
            try await studio.answer("reschedule", old.reference, "--at", "2026-12-08 10:00")
            try await studio.answer("reminders", "send")
            let current = try invitation(studio, old.reference)
            #expect(current.sequence > old.sequence && current.uid == old.uid)
            let name = old.reference.lowercased().replacing("-", with: "")
            let replies = [
                old.reply("ACCEPTED"), old.reply("DECLINED"), current.reply("TENTATIVE"),
                current.reply("ACCEPTED", attendee: "eve@example.com"),
                current.reply("DECLINED", attendee: "hello@intro.example"),
                current.reply("ACCEPTED", uid: "\(name)-1@intro"),
                current.reply("ACCEPTED", uid: "someone-else@x.test"),
                current.reply("ACCEPTED", sequence: current.sequence + 1), current.reply("MAYBE"),
                current.reply("ACCEPTED", sequence: .max),
                current.reply("ACCEPTED", method: "REQUEST"),
            ]
            for (number, reply) in replies.enumerated() {
                #expect(try await studio.bounce(reply)["open"] == true, "\(reply)")
                #expect(try await studio.openMail().count == number + 1)
            }
            #expect(try await studio.answer("show", old.reference)["confirmed_at"] == .null)
            #expect(try await studio.account(of: old.reference)["call-back"] == nil)
            #expect(try await studio.bounce(current.reply("ACCEPTED"))["action"] == "confirmed")
        }
    }

    @Test("a reply for a cancelled session needs review")
    func cancelled() async throws {
        try await Studio.with { studio in
            let invitation = try await invite(studio)
            try await studio.answer("cancel", invitation.reference)
            for answer in ["ACCEPTED", "DECLINED"] {
                #expect(try await studio.bounce(invitation.reply(answer))["open"] == true)
            }
            #expect(try await studio.answer("show", invitation.reference)["status"] == "cancelled")
        }
    }
}
