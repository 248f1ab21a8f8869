import Testing

@testable import Messaging

@Suite("what a refusal concerns")
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

    @Test("is told by the status code and the words")
    func words() {
        for reply in Self.sender { #expect(RefusalScope(words: reply) == .sender, "\(reply)") }
        for reply in Self.message { #expect(RefusalScope(words: reply) == .message, "\(reply)") }
        for reply in Self.unclear { #expect(RefusalScope(words: reply) == .unclear, "\(reply)") }
    }

    @Test("is the sender where its own command was refused, unless the message is named")
    func mail() {
        for reply in Self.unclear { #expect(RefusalScope(words: reply, to: .mail) == .sender, "\(reply)") }
        #expect(RefusalScope(words: "552 5.3.4 too big", to: .mail) == .message)
    }

    @Test("two refusals are alike without addresses, numbers and identifiers")
    func alike() {
        let first = DeliveryOutcome.rejectedForGood(
            code: 554, reply: "554 5.7.1 <ana@example.com> denied id=4f2 at 10:01")
        let second = DeliveryOutcome.rejectedForGood(
            code: 554, reply: "554 5.7.1 <ben@example.com> denied id=9a1 at 10:02")
        #expect(first.generalRefusal == "554 denied at" && second.generalRefusal == first.generalRefusal)
        #expect(DeliveryOutcome.rejectedForGood(code: 550, reply: "550 5.7.1 no").generalRefusal == "550 no")
        #expect(DeliveryOutcome.rejectedForGood(code: 550, reply: "550 5.1.1 no").generalRefusal == nil)
        #expect(DeliveryOutcome.rejectedForGood(code: 21211, reply: "HTTP 400").generalRefusal == nil)
        #expect(DeliveryOutcome.rejectedForGood(code: 21612, reply: "HTTP 400").generalRefusal == "21612 http")
        #expect(DeliveryOutcome.rejectedForGood(code: 99999, reply: "HTTP 400").generalRefusal == "99999 http")
    }

    @Test("is logged without addresses and phone numbers")
    func contacts() {
        #expect(
            "550 5.7.1 <ana@example.com>: denied for +12135550142 by [192.0.2.1] at 10:01".withoutContacts
                == "550 5.7.1 <...> denied for +... by [192.0.2.1] at 10:01")
    }
}
