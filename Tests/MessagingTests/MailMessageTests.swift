import Foundation
import MessagingTesting
import Testing

@testable import Messaging

@Suite("Mail messages")
struct MailMessageTests {
    private let date = Date(timeIntervalSince1970: 1_796_144_400)

    private func message(
        name: String = "Anna", subject: String = "Booked", calendar: MailMessage.Calendar? = nil,
        unsubscribe: String? = nil
    ) throws -> MailMessage {
        try MailMessage(
            from: desk, replyTo: mailbox("Répondre", "reply@intro.test"), to: mailbox(name, "anna@example.test"),
            subject: subject, text: "Dear \(name)\n.\nFrom here", html: "<p>Dear \(name.count)</p>", calendar: calendar,
            unsubscribe: try unsubscribe.map { try UnsubscribeLink($0) }, messageID: "m.1@intro.test", date: date
        )
    }

    private var invitation: MailMessage.Calendar {
        get throws {
            let event = CalendarEvent(
                uid: "K7Q29FXM@intro.test", starts: date, ends: date + 1200, stamp: date, summary: "Zoë, intro; free",
                organizer: desk, attendee: anna
            )
            let ics = try ICalendar.render(events: [event], method: .request, productID: "-//Intro//EN")
            return MailMessage.Calendar(ics: ics, method: .request)
        }
    }

    @Test("a message is ASCII with CRLF line endings and lines of at most 78 characters", arguments: nastyNames)
    func wireForm(name: TypedText) throws {
        let name = name.text
        let bytes = try message(name: name, subject: "Hello \(name)", calendar: invitation).render()
        #expect(bytes == bytes.withCRLFLineEnds)
        let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(
            lines.allSatisfy { $0.utf8.count <= 78 && $0.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 9 } })
    }

    @Test("rendering a message twice returns the same octets")
    func deterministic() throws {
        let first = try message(calendar: invitation).render()
        #expect(try message(calendar: invitation).render() == first)
        #expect(String(decoding: first, as: UTF8.self).contains("boundary=\"=_mixed_"))
    }

    @Test("rejects a subject that would break the header", arguments: unsafeNames)
    func unsafeSubject(subject: TypedText) {
        let subject = subject.text
        let error = #expect(throws: CompositionError.self) { try message(subject: subject) }
        #expect(error?.part == .subject)
    }

    @Test(
        "rejects an identifier that would break the header",
        arguments: ["", "a", "a@", "@b", "a@b@c", "a b@c", "a@b\r\nX: y", "<a@b", "ä@b"])
    func unsafeMessageID(id: String) {
        #expect(throws: CompositionError(part: .messageID, rule: .notAMessageID)) {
            try MailMessage(from: desk, to: anna, subject: "", text: "", html: "", messageID: id, date: date)
        }
    }

    @Test("accepts an identifier with angle brackets")
    func messageID() throws {
        let message = try MailMessage(
            from: desk, to: anna, subject: "", text: "", html: "", messageID: "<a@b>", date: date)
        #expect(message.messageID == "a@b")
    }

    @Test(
        "the calendar's part declares the same method as the calendar", arguments: [ICalendar.Method.request, .cancel])
    func method(_ method: ICalendar.Method) throws {
        let event = CalendarEvent(
            uid: "K7Q29FXM@intro.test", sequence: 1, starts: date, ends: date + 1200, stamp: date, summary: "Intro",
            organizer: desk, attendee: anna
        )
        let ics = try ICalendar.render(events: [event], method: method, productID: "-//Intro//EN")
        let mail = try message(calendar: MailMessage.Calendar(ics: ics, method: method))
        let parsed: Parsed = try Python.run(Self.parser, on: mail.render())
        let part = try #require(parsed.parts.first { $0.type == "text/calendar" })
        #expect(part.method == method.rawValue)
        #expect(part.text?.contains("METHOD:\(method.rawValue)\r\n") == true)
    }

    struct Parsed: Decodable {
        struct Part: Decodable {
            let type: String
            let method: String?
            let disposition: String?
            let filename: String?
            let text: String?
        }
        let headers: [String: [String]]
        let toName: String
        let toAddress: String
        let defects: [String]
        let parts: [Part]
    }

    private static let parser = """
        import email, email.header, email.policy, email.utils, json, sys
        octets = sys.stdin.buffer.read()
        message = email.message_from_bytes(octets, policy=email.policy.default)
        legacy = email.message_from_bytes(octets)
        headers = {}
        for name, value in message.items():
            headers.setdefault(name, []).append(str(value))
        assert len(message["To"].addresses) == 1
        # The newer parser puts a space between adjacent encoded words of a name; the older one follows RFC 2047.
        raw = legacy["To"]
        name, address = email.utils.parseaddr(raw)
        name = str(email.header.make_header(email.header.decode_header(name)))
        parts = [{
            "type": part.get_content_type(), "method": part.get_param("method"),
            "disposition": part.get_content_disposition(), "filename": part.get_filename(),
            "text": None if part.is_multipart() else part.get_payload(decode=True).decode("utf-8"),
        } for part in message.walk()]
        defects = [str(d) for part in message.walk() for d in part.defects]
        defects += [str(d) for name in message.keys() for d in message[name].defects]
        print(json.dumps({"headers": headers, "toName": name, "toAddress": address,
                          "defects": defects, "parts": parts}))
        """

    @Test(
        "Python's email package parses the output unchanged",
        .enabled(if: InstalledPrograms.python != nil, "python3 is missing"), arguments: nastyNames)
    func readByPython(name: TypedText) throws {
        let name = name.text
        let mail = try message(
            name: name, subject: "Hello \(name) !", calendar: invitation, unsubscribe: "https://x.test/u?t=a,b&c=%3E")
        let parsed: Parsed = try Python.run(Self.parser, on: mail.render())
        #expect(parsed.defects.isEmpty)
        #expect(parsed.headers["Subject"] == ["Hello \(name) !"])
        #expect(parsed.toName == mail.to.name)
        #expect(parsed.toAddress == "anna@example.test")
        #expect(parsed.headers["Bcc"] == nil)
        #expect(parsed.headers["From"] == ["Intro <desk@intro.test>"])
        #expect(parsed.headers["Reply-To"] == ["Répondre <reply@intro.test>"])
        #expect(parsed.headers["Date"] == ["Tue, 01 Dec 2026 17:00:00 +0000"])
        #expect(parsed.headers["Message-ID"] == ["<m.1@intro.test>"])
        #expect(parsed.headers["Auto-Submitted"] == ["auto-generated"])
        #expect(parsed.headers["List-Unsubscribe"] == ["<https://x.test/u?t=a,b&c=%3E>"])
        #expect(parsed.headers["List-Unsubscribe-Post"] == ["List-Unsubscribe=One-Click"])
        #expect(parsed.headers.values.allSatisfy { $0.count == 1 })
        let calendar = try invitation
        #expect(
            parsed.parts.map(\.type) == [
                "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar",
                "application/ics",
            ])
        #expect(parsed.parts[2].text == "Dear \(name)\r\n.\r\nFrom here\r\n")
        #expect(parsed.parts[4].text == calendar.ics)
        #expect(parsed.parts[4].method == "REQUEST")
        #expect(parsed.parts[5].text == calendar.ics)
        #expect(parsed.parts[5].disposition == "attachment")
        #expect(parsed.parts[5].filename == "invite.ics")
    }

    @Test(
        "control characters in a body are replaced",
        .enabled(if: InstalledPrograms.python != nil, "python3 is missing"),
        arguments: unsafeNames)
    func unsafeBody(text: TypedText) throws {
        let text = text.text
        let mail = try MailMessage(
            from: desk, to: anna, subject: "x", text: text, html: text, messageID: "a@b", date: date
        )
        let parsed: Parsed = try Python.run(Self.parser, on: mail.render())
        #expect(parsed.headers["Bcc"] == nil)
        #expect(parsed.parts.map(\.type) == ["multipart/alternative", "text/plain", "text/html"])
        let body = (parsed.parts[1].text ?? "").replacing("\r\n", with: "")
        #expect(body.unicodeScalars.allSatisfy { $0 == "\t" || !$0.isControl && !$0.isDirectionOverride })
    }
}
