import Messaging
import MessagingTesting
import SeededRandom
import Testing

@Suite("Received mail")
struct ReceivedMailTests {
    private func delivery(_ sample: BounceSample) throws -> DeliveryReport {
        guard case .report(.delivery(let report)) = ReceivedMail(reading: sample.octets).content else {
            throw NoReport()
        }
        return report
    }

    private struct NoReport: Error {}

    @Test(
        "parses recipient, message and reason of a failure in another format",
        arguments: BounceSample.otherShapes)
    func shapes(sample: BounceSample) throws {
        for octets in [sample.octets, sample.withCRLF] {
            let shape = BounceSample(description: sample.description, text: String(decoding: octets, as: UTF8.self))
            let report = try delivery(shape)
            let recipient = try #require(report.recipients.first)
            #expect(report.recipients.count == 1)
            #expect(recipient.address.address == "anna@example.com" && recipient.action == .failed)
            #expect(recipient.isPermanent)
            #expect(recipient.diagnostic?.isEmpty == false)
            #expect(report.messageIDs == ["k7q29fxm.confirmation.1@intro.test"])
        }
    }

    private static let reasons: [(BounceSample, String, String)] = [
        (.qmail, "550 5.1.1 <anna@example.com>: no such mailbox", "550 mailbox is full"),
        (.eximText, "550 User unknown", "550 SPF check failed"),
        (.oldGmail, "550 5.1.1 The email account that you tried to reach does not exist.", "552 5.2.2 out of space"),
        (
            .workspace, "because the address couldn't be found, or is unable to",
            "because it was blocked as spam, or is to"
        ),
    ]

    @Test("a failure in another format that the address did not cause is not permanent", arguments: reasons)
    func reason(sample: BounceSample, words: String, others: String) throws {
        let text = sample.text.replacing(words, with: others).replacing("** Address not found **", with: "")
        #expect(text != sample.text)
        let report = try delivery(BounceSample(description: "", text: text))
        #expect(report.recipients.map(\.isPermanent) == [false])
    }

    @Test("a delay warning is not a failure")
    func delay() throws {
        let text = BounceSample.eximText.text.replacing("failed: returning", with: "delayed 24 hours, returning")
        #expect(try delivery(BounceSample(description: "", text: text)).recipients.map(\.action) == [.delayed])
    }

    @Test("parses sendmail's list of failed addresses")
    func sendmail() throws {
        let text = """
            From: MAILER-DAEMON@relay.intro.test
            Subject: Returned mail: User unknown

               ----- The following addresses had permanent fatal errors -----
            <anna@example.com>

               ----- Transcript of session follows -----
            ... while talking to mx.example.com.:
            >>> RCPT To:<anna@example.com>
            <<< 550 5.1.1 anna: User unknown
            550 <anna@example.com>... User unknown

               ----- Original message follows -----

            Message-Id: <k7q29fxm.confirmation.1@intro.test>
            """
        let report = try delivery(BounceSample(description: "sendmail", text: text))
        #expect(report.recipients.map(\.address.address) == ["anna@example.com"])
        #expect(report.recipients.map(\.isPermanent) == [true])
        #expect(report.messageIDs == ["k7q29fxm.confirmation.1@intro.test"])
    }

    @Test("a truncated plain-text report yields the same recipients or none", arguments: BounceSample.otherShapes)
    func truncated(sample: BounceSample) throws {
        let whole = try delivery(sample)
        for length in sample.octets.indices {
            let mail = ReceivedMail(reading: Array(sample.octets[..<length]))
            guard case .report(.delivery(let cut)) = mail.content else { continue }
            #expect(cut.recipients == whole.recipients, "cut after \(length)")
            #expect(Set(cut.messageIDs).isSubset(of: whole.messageIDs))
        }
    }

    @Test("parses Microsoft's old complaint format")
    func jmrp() throws {
        guard case .report(.complaint(let report)) = ReceivedMail(reading: BounceSample.jmrp.octets).content else {
            Issue.record("the mail was not parsed as a complaint")
            return
        }
        #expect(report.recipients.map(\.address) == ["anna@example.com"])
        #expect(report.messageIDs == ["k7q29fxm.confirmation.1@intro.test"])
    }

    @Test("a redacted complaint identifies the message", arguments: [BounceSample.redactedComplaint, .hashedComplaint])
    func redacted(sample: BounceSample) throws {
        guard case .report(.complaint(let report)) = ReceivedMail(reading: sample.octets).content else {
            Issue.record("the mail was not parsed as a complaint")
            return
        }
        #expect(!report.recipients.map(\.address).contains("anna@example.com"))
        #expect(report.messageIDs == ["k7q29fxm.confirmation.1@intro.test"])
    }

    private static let subjects: [(String, String?)] = [
        ("Out of office", "Out of office"), ("=?UTF-8?B?QW5uw6E=?=", "Anná"),
        ("=?utf-8?q?Re:_Anna=C3=A1?= !", "Re: Annaá !"),
        ("=?UTF-8?B?QW4=?= =?UTF-8?B?bmE=?=", "Anna"), ("=?iso-8859-1?Q?caf=E9?=", "café"), ("=?x?", "=?x?"),
        ("=?UTF-8?B?***?=", "=?UTF-8?B?***?="), ("=?koi8-r?B?8NLJ?=", "=?koi8-r?B?8NLJ?="), ("", nil),
        ("a\u{1B}[2J\u{202E}b", "a\u{FFFD}[2J\u{FFFD}b"),
        ("=?UTF-8?Q?a=0D=0Ab?=", "a b"),
    ]

    @Test("author and subject are decoded, on one line and without control characters", arguments: subjects)
    func subject(written: String, shown: String?) {
        let mail = ReceivedMail(reading: Array("From: \(written)\nSubject: \(written)\n\nHi".utf8))
        #expect(mail.subject == shown && mail.from == shown)
    }

    @Test("the stored excerpt and subject have a maximum size")
    func bounds() {
        let large = ReceivedMail(reading: [UInt8](repeating: 0xFF, count: 12_000_000))
        #expect(large.excerpt.utf8.count <= ReceivedMail.maximumExcerpt * 3)
        #expect(large.from == nil && large.subject == nil)
        let named = ReceivedMail(reading: Array("Subject: \(String(repeating: "x", count: 5000))\n\n".utf8))
        #expect(named.subject?.count == 200)
    }

    @Test("any octets can be parsed as a mail")
    func fuzz() {
        var generator = SeededGenerator(seed: 7)
        let samples = BounceSample.otherShapes + [.jmrp, .redactedComplaint, .autoReply]
        for round in 0..<600 {
            var octets = samples[round % samples.count].octets
            for _ in 0..<8 {
                let index = Int.random(in: octets.indices, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: octets[index] = UInt8.random(in: .min ... .max, using: &generator)
                case 1: octets.removeSubrange(index..<min(octets.count, index + 30))
                default: octets.insert(contentsOf: octets[index..<min(octets.count, index + 30)], at: index)
                }
                if octets.isEmpty { octets = [0] }
            }
            #expect(!ReceivedMail(reading: octets).excerpt.isEmpty)
        }
    }
}

@Suite("Calendar replies")
struct ReceivedCalendarReplyTests {
    private func read(_ calendar: String, type: String = "text/calendar; method=REPLY") -> CalendarReply? {
        let mail = "From: a@b.example\nContent-Type: \(type)\n\n" + calendar
        guard case .calendarReply(let reply) = ReceivedMail(reading: Array(mail.utf8)).content else { return nil }
        return reply
    }

    private func calendar(
        method: String = "REPLY", attendee: String = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@example.com",
        sequence: String = "SEQUENCE:2", uid: String = "UID:k7q29fxm-1796058000@intro"
    ) -> String {
        """
        BEGIN:VCALENDAR
        METHOD:\(method)
        BEGIN:VEVENT
        \(uid)
        \(sequence)
        \(attendee)
        END:VEVENT
        END:VCALENDAR
        """
    }

    private static let answers: [(String, CalendarReply.Answer)] = [
        ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@example.com", .accepted),
        ("attendee;partstat=declined:MAILTO:anna@example.com", .declined),
        ("ATTENDEE;CN=\"x;PARTSTAT=DECLINED:y\";PARTSTAT=\"ACCEPTED\":mailto:anna@example.com", .accepted),
        ("ATTENDEE;PARTSTAT=TENTATIVE:mailto:anna@example.com", .undecided),
        ("ATTENDEE;PARTSTAT=DELEGATED:mailto:anna@example.com", .undecided),
        ("ATTENDEE:mailto:anna@example.com", .undecided),
        ("ATTEN\n DEE;PARTSTAT=ACC\n EPTED:mailto:anna@exam\n ple.com", .accepted),
    ]

    @Test("parses attendee, event and revision", arguments: answers)
    func answer(attendee: String, answer: CalendarReply.Answer) throws {
        for ending in ["\n", "\r\n"] {
            let text = calendar(attendee: attendee).replacing("\n", with: ending)
            let reply = try #require(read(text))
            #expect(reply.answer == answer && reply.attendee.address == "anna@example.com")
            #expect(reply.uid == "k7q29fxm-1796058000@intro" && reply.sequence == 2)
        }
    }

    @Test("parses a counterproposal, a missing revision and another content type")
    func counter() throws {
        #expect(read(calendar(method: "COUNTER"))?.answer == .counter)
        #expect(read(calendar(sequence: "X-A:b"))?.sequence == 0)
        #expect(read(calendar(), type: "application/ics; name=invite.ics")?.answer == .accepted)
    }

    @Test("parses revisions of 32 bits, and rejects larger ones")
    func largeRevision() {
        #expect(read(calendar(sequence: "SEQUENCE:2147483646"))?.sequence == 2_147_483_646)
        for sequence in ["2147483647", "9223372036854775806", "9223372036854775807", "9223372036854775808"] {
            #expect(read(calendar(sequence: "SEQUENCE:\(sequence)")) == nil, "\(sequence)")
        }
    }

    @Test("rejects calendars other than one attendee's reply about one event")
    func none() {
        #expect(read(calendar(method: "REQUEST")) == nil && read(calendar(method: "PUBLISH")) == nil)
        #expect(read(calendar(uid: "X-A:b")) == nil && read(calendar(uid: "UID:")) == nil)
        #expect(read(calendar(sequence: "SEQUENCE:two")) == nil && read(calendar(sequence: "SEQUENCE:-1")) == nil)
        let one = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@example.com"
        #expect(read(calendar(attendee: one + "\n" + one)) == nil)
        #expect(read(calendar(attendee: "ATTENDEE;PARTSTAT=ACCEPTED:tel:5550100")) == nil)
        #expect(read(calendar() + "\n" + calendar()) == nil)
        #expect(read("") == nil && read("\u{0}:\n:::;;;=\n \"") == nil)
        #expect(read(calendar(), type: "text/plain") == nil)
    }
}
