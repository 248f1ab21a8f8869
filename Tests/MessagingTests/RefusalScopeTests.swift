import Testing

@testable import Messaging

@Suite("Refusal scopes")
struct RefusalScopeTests {
    private static let sender = [
        "550 5.7.1 Relaying denied", "550 5.7.1 <ana@example.com>: Relay access denied", "550 not permitted to relay",
        "550 5.7.1 Authentication is required for relay", "554 5.7.1 sender not verified",
        "550 Sender verify failed", "554 5.7.1 <desk@example.com>: Sender address rejected: Access denied",
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
        "550 5.7.1 Your IP is on our blocklist", "550 5.7.26 no DMARC for this domain", "550 SPF check failed",
        "550 5.1.8 bad sender's domain", "535 5.7.8 credentials", "554 Message rejected: Email address is not verified",
        "450 4.7.1 Client host rejected: cannot find your hostname", "451 4.7.1 sending limit reached",
    ]
    private static let message = [
        "550 5.1.1 no such user", "550 5.2.1 mailbox disabled", "552 5.2.2 over quota", "550 mailbox unavailable",
        "550 No such user here", "552 5.3.4 too big", "552 message size exceeds the limit", "554 virus found",
        "450 4.2.1 busy", "450 4.7.1 Greylisted, try again in 5 minutes", "550 5.1.1 unknown in relay recipient table",
    ]
    private static let unclear = [
        "550 5.7.1 no", "554 no", "554 5.7.1 spam", "550 5.7.1 denied by policy", "451 4.3.0 later", "500 5.5.1 error",
    ]

    @Test("determines the scope from the status code and the reply's text")
    func words() {
        for reply in Self.sender { #expect(RefusalScope(words: reply) == .sender, "\(reply)") }
        for reply in Self.message { #expect(RefusalScope(words: reply) == .message, "\(reply)") }
        for reply in Self.unclear { #expect(RefusalScope(words: reply) == .unclear, "\(reply)") }
    }

    @Test("an unclear refusal of MAIL concerns the sender")
    func mail() {
        for reply in Self.unclear { #expect(RefusalScope(words: reply, to: .mail) == .sender, "\(reply)") }
        #expect(RefusalScope(words: "552 5.3.4 too big", to: .mail) == .message)
    }

    @Test("refusals are equal without addresses, numbers and identifiers")
    func alike() {
        let first = DeliveryOutcome.rejectedPermanently(
            code: 554, reply: "554 5.7.1 <ana@example.com> denied id=4f2 at 10:01")
        let second = DeliveryOutcome.rejectedPermanently(
            code: 554, reply: "554 5.7.1 <ben@example.com> denied id=9a1 at 10:02")
        #expect(first.generalRefusal == "554 denied at" && second.generalRefusal == first.generalRefusal)
        #expect(DeliveryOutcome.rejectedPermanently(code: 550, reply: "550 5.7.1 no").generalRefusal == "550 no")
        #expect(DeliveryOutcome.rejectedPermanently(code: 550, reply: "550 5.1.1 no").generalRefusal == nil)
        #expect(DeliveryOutcome.rejectedPermanently(code: 21211, reply: "HTTP 400").generalRefusal == nil)
        #expect(DeliveryOutcome.rejectedPermanently(code: 21612, reply: "HTTP 400").generalRefusal == "21612 http")
        #expect(DeliveryOutcome.rejectedPermanently(code: 99999, reply: "HTTP 400").generalRefusal == "99999 http")
    }

    @Test("masks addresses and phone numbers in logs")
    func contacts() {
        #expect(
            "550 5.7.1 <ana@example.com>: denied for +12135550142 by [192.0.2.1] at 10:01".maskingContacts
                == "550 5.7.1 <...> denied for +... by [192.0.2.1] at 10:01")
    }

    @Test(
        "masks phone numbers in every common format",
        arguments: [
            "415.555.0134", "415-555-0134", "415 555 0134", "415\u{A0}555\u{2011}0134", "(415) 555-0134",
            "(415)555-0134",
            "4155550134", "1-415-555-0134", "1 (415) 555-0134", "+14155550134", "+1 415 555 0134", "+1 (415) 555-0134",
            "+1.415.555.0134", "+1-415-555-0134", "415-555-0134x12", "+44 20 7946 0958", "+44 (0)20 7946 0958",
            "020 7946 0958", "01.42.68.53.00", "030/1234567", "(030) 1234567", "+49 30 12345678", "612 345 678",
        ])
    func phones(number: String) {
        for (before, after) in [
            ("", ""), ("550 5.7.1 denied for ", " by mx1"), ("451 4.7.0 <", ">: later"), ("to:", "; 10:01"),
            ("554 5.7.1 ", " 5.7.1"), ("no ", ", 192.0.2.1"), ("+", "."),
        ] where !(before == "+" && number.hasPrefix("+")) {
            let masked = (before + number + after).maskingContacts
            #expect(!masked.contains("34") && !masked.contains("58") && !masked.contains("67"), "\(masked)")
            #expect(masked.contains("+...") && masked.hasSuffix(after), "\(masked)")
        }
    }

    @Test(
        "keeps codes, host addresses, dates and times in logs",
        arguments: [
            "550 5.7.1 no", "550-5.7.26 no", "550 5.7.26 451 4.7.650 421 4.7.0",
            "421 4.7.0 [192.168.100.200] 15 connections",
            "192.168.100.200:25", "[2001:db8:85a3::8a2e:370:7334]", "10.0.0.0/24 is blocked", "2026-11-30 10:01:22",
            "2026-11-30T10:01:22.123Z", "30.11.2026 at 10.01", "11/30/2026 10:01",
            "Mon, 05 Oct 2026 10:01:22 +0000 (UTC)",
            "on 05 10 2026 10:01", "01.02.2026 10:30", "552 message size 10485760x exceeds 1048576",
            "OID 1.3.6.1.4.1.311",
            "4.4.2 mx1.example.com Error: timeout exceeded", "id=4f2a90-0000Qx-12", "try in 300 seconds",
            "max 100 per 3600",
        ])
    func numbers(words: String) {
        #expect(words.maskingContacts == words)
    }
}
