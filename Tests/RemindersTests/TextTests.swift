import Booking
import BookingStore
import Foundation
import Messaging
import MessagingTesting
import Testing

@testable import Reminders

@Suite("Mail to clients")
struct TextTests {
    static let rules = ["confirmation", "three-days", "one-day", "rescheduled", "cancelled"]

    @Test("a mail's text has lines of at most 72 characters, single blank lines and no tags", arguments: rules)
    func layout(rule: String) throws {
        for phone in [true, false] {
            let mail = try Sample(rule: rule, hasPhone: phone, hasAddress: phone).mail()
            let lines = mail.text.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.allSatisfy { $0.count <= 72 && !$0.hasSuffix(" ") })
            #expect(!mail.text.contains("\n\n\n"))
            #expect(mail.text.hasSuffix("\n") && !mail.text.hasSuffix("\n\n"))
            #expect(!mail.text.contains("{{") && !mail.html.contains("{{"))
            for word in ["Ana", "Tuesday, December 1", "9:00 AM", "Downtown Strength", "K7Q2-9FXM"] {
                #expect(mail.text.contains(word))
                #expect(mail.html.contains(word))
            }
        }
    }

    @Test("contains the studio's phone number, or asks for a reply if it has none", arguments: rules)
    func contact(rule: String) throws {
        let called = try Sample(rule: rule).mail()
        #expect(called.text.contains("+1 213-555-0100"))
        #expect(called.html.contains(#"<a href="tel:+12135550100""#))
        #expect(called.replyTo?.address == "downtown@example.com")
        let written = try Sample(rule: rule, hasPhone: false).mail()
        #expect(written.text.replacing("\n", with: " ").contains("Reply to this email"))
        #expect(!written.html.contains("tel:"))
    }

    @Test("contains no image and at most one link", arguments: rules)
    func plainness(rule: String) throws {
        let html = try Sample(rule: rule).mail().html
        #expect(!html.contains("<img"))
        #expect(html.components(separatedBy: "href=").count <= 2)
        #expect(!html.contains("http"))
    }

    @Test(
        "counts days in the studio's time zone at any time of sending",
        arguments: [
            ("2026-12-01 00:01", "today"), ("2026-11-30 23:59", "tomorrow"), ("2026-11-30 09:00", "tomorrow"),
            ("2026-11-28 09:00", "in three days"), ("2026-11-25 12:00", "in six days"),
            ("2026-11-01 09:00", "on Tuesday, December 1"),
        ])
    func days(now: String, when: String) throws {
        let sample = try Sample(rule: "one-day")
        let mail = try sample.mail(
            at: try TimePhrase.instant(now, in: TimePhraseContext(clock: sample.clock, now: .distantPast)))
        #expect(mail.text.contains("session is \(when)."))
        #expect(mail.subject.lowercased().hasPrefix(when.lowercased()))
    }

    @Test(
        "shows times in the studio's time zone",
        arguments: [
            ("America/Los_Angeles", "9:00 AM PST"), ("America/New_York", "12:00 PM EST"),
            ("Asia/Kolkata", "10:30 PM IST"), ("America/Sao_Paulo", "2:00 PM UTC-03"),
            ("Asia/Tokyo", "2:00 AM JST"),
        ])
    func zones(zone: String, time: String) throws {
        #expect(try Sample(rule: "one-day", zone: zone).mail().text.contains(" at \(time)\n"))
    }

    @Test("renders the same row to identical bytes")
    func sameness() throws {
        #expect(try Sample(rule: "one-day").mail().render() == Sample(rule: "one-day").mail().render())
    }

    @Test("greets the client by first name and is addressed to the full name", arguments: rules)
    func greeting(rule: String) throws {
        let mail = try Sample(rule: rule, name: "Catherine Nguyễn").mail()
        #expect(mail.text.hasPrefix("Hi Catherine,\n"))
        #expect(mail.html.contains("Hi <bdi>Catherine</bdi>,"))
        #expect(mail.to.name == "Catherine Nguyễn")
    }

    static let strangeNames = [
        "{{{ }}} {{client}} {{> top.html}}", "<script>alert(1)</script>", "O'Hara & <b>Söhne</b>", "👩‍👩‍👧‍👦 Zoë", "דנה כהן",
        "محمد", "山田太郎", "=?utf-8?q?x?=", "a@b.test, c <d@e.test>", String(repeating: "Zoë ", count: 49) + "Zoë",
    ]

    @Test("preserves unusual names in all parts of the mail", .enabled(if: ReadMail.isReadable, ReadMail.missing))
    func strangeNames() throws {
        let pairs = Self.strangeNames.flatMap { name in Self.rules.map { (name, $0) } }
        let mails = try ReadMail.read(
            try pairs.map { try Sample(rule: $1, name: try PersonName($0).text).mail().render() })
        #expect(mails.count == pairs.count)
        for (mail, (name, _)) in zip(mails, pairs) {
            #expect(mail.defects.isEmpty)
            #expect(mail.entry.errors.isEmpty)
            #expect(mail.toName == name)
            #expect(mail.toAddress == "ana@example.com")
            #expect(mail.entry.attendeeName == name)
            let firstName = name.split(separator: " ")[0].replacing(/,$/, with: "")
            #expect(mail.text.hasPrefix("Hi \(firstName),"))
            #expect(mail.htmlText.contains("Hi \(firstName),"))
            #expect(Set(mail.htmlTags).isSubset(of: Self.tags))
            #expect(mail.fields == Self.fields)
        }
    }

    /// The allowed elements of a mail's page.
    private static let tags = [
        "html", "head", "meta", "title", "body", "div", "p", "bdi", "strong", "br", "a", "table", "tr", "td",
    ]
    private static let fields = [
        "Date", "From", "Reply-To", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
    ]

    @Test(
        "rejects a name with control characters",
        arguments: ["\r\nBcc: x@y.test", "a\nb", "nul\0", "\u{202E}evil", "esc\u{1B}[31m", "sep\u{2028}"])
    func brokenNames(name: String) {
        #expect(throws: InvalidInput.self) { try PersonName("Eve\(name)") }
        #expect(throws: CompositionError.self) { try Sample(rule: "confirmation", name: "Eve\(name)").mail() }
    }

    @Test("breaks lines at spaces, and keeps a longer word on its own line")
    func wrapping() {
        #expect("one two three\n\nfour".wrapped(at: 8) == "one two\nthree\n\nfour")
        #expect("a abcdefghijkl b".wrapped(at: 5) == "a\nabcdefghijkl\nb")
        #expect("12345 789\n".wrapped(at: 9) == "12345 789\n")
        #expect("call +1\u{A0}213-555-0100 now".wrapped(at: 10) == "call\n+1 213-555-0100\nnow")
    }
}

/// A message about a session on Tuesday, 2026-12-01, at 17:00 UTC.
private struct Sample {
    let claimed: ClaimedMessage
    let clock: StudioClock

    init(
        rule: String, name: String = "Ana Lopez", zone: String = "America/Los_Angeles", hasPhone: Bool = true,
        hasAddress: Bool = true
    ) throws {
        let start = Date(timeIntervalSince1970: 1_796_144_400)
        let address = try EmailAddress("ana@example.com")
        clock = try StudioClock(timeZone: zone, hourCycle: .twelve)
        let session = Session(
            id: Session.ID(1), reference: try Reference("K7Q29FXM"), status: rule == "cancelled" ? .cancelled : .booked,
            revision: 1, client: Client(id: Client.ID(1), name: name, email: address, phone: nil),
            trainer: Session.TrainerName(id: Trainer.ID(1), handle: "maria", name: "Maria Lopez"),
            studio: Session.Place(id: Studio.ID(1), handle: "downtown", name: "Downtown Strength", clock: clock),
            startsAt: start, endsAt: start + 1200, bookedAt: start - 864_000, overrideReason: nil, cancelReason: nil)
        claimed = ClaimedMessage(
            message: 1, rule: rule, template: rule, language: .english, audience: .client, revision: 1,
            recipient: .email(address), subject: .session(session),
            studioContact: ClaimedMessage.StudioContact(
                name: "Downtown Strength", address: hasAddress ? "500 S Hope St, Los Angeles, CA 90071" : nil,
                phone: hasPhone ? try PhoneNumber(e164: "+12135550100") : nil,
                email: try EmailAddress("downtown@example.com")))
    }

    func mail(at now: Date = Date(timeIntervalSince1970: 1_796_058_000)) throws -> MailMessage {
        try MailComposer(
            templates: try ReminderTemplates.library(), sender: try Mailbox(name: "Intro", address: "desk@intro.test")
        ).mail(for: claimed, at: now)
    }
}
