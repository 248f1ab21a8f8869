import Messaging
import Testing

@Suite("Failure causes")
struct FailureCauseTests {
    private static let codes: [(EnhancedStatus, FailureCause)] = [
        (EnhancedStatus(.permanent, subject: 1, detail: 1), .address),
        (EnhancedStatus(.permanent, subject: 1, detail: 10), .address),
        (EnhancedStatus(.permanent, subject: 2, detail: 1), .address),
        (EnhancedStatus(.permanent, subject: 1, detail: 8), .message),
        (EnhancedStatus(.permanent, subject: 2, detail: 2), .message),
        (EnhancedStatus(.permanent, subject: 2, detail: 3), .message),
        (EnhancedStatus(.permanent, subject: 3, detail: 4), .message),
        (EnhancedStatus(.permanent, subject: 6, detail: 1), .message),
        (EnhancedStatus(.permanent, subject: 0, detail: 0), .unclear),
        (EnhancedStatus(.transient, subject: 1, detail: 1), .message),
    ]

    @Test("determines the cause from the status alone", arguments: codes)
    func status(status: EnhancedStatus, cause: FailureCause) {
        #expect(FailureCause(status: status, words: "") == cause)
    }

    @Test("a policy status (5.7.x) is never caused by the address", arguments: 0...99)
    func policy(detail: Int) {
        let status = EnhancedStatus(.permanent, subject: 7, detail: detail)
        #expect(FailureCause(status: status, words: "550 5.7.\(detail) user unknown") == .message)
    }

    private static let messages = [
        "554 5.0.0 Service unavailable; Client host [192.0.2.1] blocked using zen.example", "550 SPF check failed",
        "554 Message looks like spam", "552 message size exceeds the fixed limit", "550 DKIM verification failed",
        "550 Unauthenticated email is not accepted due to the domain's DMARC policy", "554 IP on RBL",
        "550 rejected, your server is on a blacklist", "554 rejected due to virus", "550 Message content rejected",
        "550 Mailbox is full", "452 4.2.2 over quota", "550 The user's inbox is out of storage space",
        "550 Sender verify failed", "553 sorry, relaying denied", "550 Access denied", "421 try again later",
        "550 mailbox unavailable: rejected by policy", "550 Recipient address rejected: Greylisted for 5 minutes",
        "554 too many messages from your IP", "550 Connection frequency limited", "554 Reputation too low",
        "550 Reverse DNS lookup failed", "550 This message contains a prohibited attachment", "550 TLS required",
        "host mx.example.com said: 552 message too large", "451 4.7.1 greylisted", "550 Remote host closed connection",
        "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents delivery",
    ]

    @Test("recognizes replies about the message, its sender, its size or a policy", arguments: messages)
    func message(words: String) {
        #expect(FailureCause(status: nil, words: words) == .message)
        #expect(FailureCause(status: EnhancedStatus(.permanent, subject: 0, detail: 0), words: words) == .message)
    }

    private static let addresses = [
        "550 User unknown", "550 Unknown user", "550 No such user here", "550 no such recipient",
        "550 mailbox not found",
        "550 Mailbox unavailable", "550 Requested action not taken: mailbox unavailable", "550 invalid recipient",
        "550 <anna@example.com> does not exist", "554 This user doesn't have a yahoo.com account (anna@yahoo.com)",
        "550 The email account that you tried to reach does not exist.", "550 account has been disabled",
        "550 This mailbox is inactive", "550 Recipient not found", "550 Unrouteable address",
        "sorry, no mailbox here by that name. (#5.1.1)", "550-5.1.1 no 550 5.1.1 d2e - gsmtp",
        "host mx.spam.example[192.0.2.25] said: 550 unknown recipient", "550 #5.1.0 Address rejected.",
        "Your message wasn't delivered to anna@example.com because the address couldn\u{2019}t be found",
        "550 policy@example.com: user unknown", "550 El usuario no existe", "550 Benutzer unbekannt",
        "550 5.4.1 Recipient address rejected: Access denied", "550 recipient address unknown",
    ]

    @Test("recognizes replies about the address", arguments: addresses)
    func address(words: String) {
        #expect(FailureCause(status: nil, words: words) == .address)
        #expect(FailureCause(status: EnhancedStatus(.permanent, subject: 0, detail: 0), words: words) == .address)
    }

    @Test(
        "other replies are unclear",
        arguments: ["", "550", "550 no", "554 Transaction failed", "550 rejected", "554 delivery error", "(", "550-"])
    func unclear(words: String) {
        #expect(FailureCause(status: nil, words: words) == .unclear)
    }

    @Test("the refusing server's reply takes precedence over a reported 5.1.1")
    func reporter() {
        let reported = EnhancedStatus(.permanent, subject: 1, detail: 1)
        #expect(FailureCause(status: reported, words: "550 5.7.1 blocked") == .message)
        #expect(FailureCause(status: reported, words: "550 SPF check failed") == .message)
        #expect(FailureCause(status: reported, words: "451 4.3.0 later") == .message)
        #expect(FailureCause(status: reported, words: "550 rejected") == .address)
        #expect(FailureCause(status: reported, words: "550 5.1.1 unknown, see our spam policy") == .address)
    }

    @Test("long replies are unclear")
    func long() {
        #expect(FailureCause(status: nil, words: String(repeating: "550-5.1. ", count: 100_000)) == .unclear)
        #expect(FailureCause(status: nil, words: String(repeating: "user ", count: 50_000)) == .unclear)
    }
}
