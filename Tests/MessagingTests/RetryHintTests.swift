import Foundation
import Messaging
import Testing

@Suite("how long a server asks to wait")
struct RetryHintTests {
    private static let telling: [(String, Int)] = [
        // Greylists: postgrey, milter-greylist, SQLgrey, Exim and Rspamd set-ups.
        ("450 4.2.0 <anna@example.com>: Recipient address rejected: Greylisted, try again in 300 seconds", 300),
        ("451 4.7.1 Greylisting in action, please come back in 00:04:59", 299),
        ("451 4.7.1 Greylisting in action, please come back in 01:00:00", 3600),
        ("451 4.7.1 greylisted for 00:04:59", 299),
        ("450 4.7.1 <desk@example.com>: Sender address rejected: Greylisted for 5 minutes", 300),
        ("450 4.2.0 Sender address rejected: Greylisted for 57 sec.", 57),
        ("451 greylisted. Please try again in 10 minutes", 600),
        ("451-4.7.1 You have been greylisted, please try again 4.7.1 in 2 min", 120),
        ("451 4.7.1 Try again after 1 hour", 3600),
        // The forms of words that relays and their operators write.
        ("421 4.7.0 Too many connections. retry in 5 minutes", 300),
        ("450 4.7.0 Please try again in 5 min", 300),
        ("421 4.3.2 Service unavailable, try later in 1 hour", 3600),
        ("451 4.3.0 Retry-After: 120", 120),
        ("451 4.3.0 slow down (retry-after=90)", 90),
        ("451 4.3.0 Message temporarily deferred due to load: come back 10m", 600),
        ("451 4.4.5 deferred because of queue length, 10m", 600),
        ("421 4.7.0 Please wait at least 30 minutes before sending more", 1800),
        ("421 4.7.0 Your address is blocked for 15 minutes (id 3f5s20m)", 900),
        ("450 4.7.1 Rate limited, wait 1 hour and 30 minutes", 5400),
        ("450 4.7.1 throttled; retry after 1h30m", 5400),
        ("450 4.7.1 TRY AGAIN IN 2 HOURS", 7200),
        ("450 4.7.1 try again in 5-10 minutes", 600),
        ("450 4.7.1 try again in an hour", 3600),
        ("450 4.7.1 try again in five minutes", 300),
        ("450 4.7.1 please try again 20 minutes later", 1200),
        // What is told is kept within ten seconds and four hours.
        ("450 4.7.1 try again in 1 second", 10),
        ("450 4.7.1 try again in 0 seconds", 10),
        ("450 4.7.1 try again in 24 hours", 14_400),
        ("450 4.7.1 try again in 999999 days", 14_400),
    ]

    @Test("is read from its words, within bounds", arguments: telling)
    func told(reply: String, seconds: Int) {
        #expect(RetryHint(reading: reply)?.wait == .seconds(seconds))
    }

    private static let silent = [
        "", "450", "4.7.1", "421 4.7.0 Try again later, closing connection. (EHLO) 3-20020a17sm12m.12 - gsmtp",
        "450 4.2.0 <anna@example.com>: Recipient address rejected: Greylisted, see http://greylist.example/help/a.html",
        "450-4.2.1 The user you are trying to contact is receiving mail at a rate that 450-4.2.1 prevents additional "
            + "messages from being delivered. Please resend your message at a 450 4.2.1 later time.",
        "421-4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address. "
            + "[192.0.2.10 15]",
        "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints "
            + "- 4.16.55.1; see https://postmaster.example.com/error-codes",
        "451 4.7.500 Server busy. Please try again later from [192.0.2.17]. (S77714) [ABC01FT006.example.com]",
        "451 4.7.651 The mail server [192.0.2.5] has been temporarily rate limited due to IP reputation. (S775)",
        "454 4.7.0 Throttling failure: Maximum sending rate exceeded.",
        "454 Throttling failure: Daily message quota exceeded.",
        "451 Temporary local problem - please try later", "451 Could not complete sender verify callout",
        "452 4.5.3 Too many recipients", "452 4.2.2 Mailbox full, 300 messages",
        "450 4.7.1 You have sent too many mails in the last 10 minutes",
        "450 4.7.1 100 messages per 60 seconds exceeded",
        "450 4.7.1 Rate limit of 100 messages in 60 seconds exceeded", "450 try again in 192.0.2.10 minutes",
        "450 4.7.1 try again in 4.7.1 seconds", "450 try again in 1234567890 seconds", "450 retry in 2001:db8::1",
        "450 4.7.1 try again at 12:30:00", "450 4.7.1 try again after 03:00:00 UTC", "450 4.7.1 wait 00:61:00",
        "450 queued as 5m; try again later", "450 try again in a few moments", "450 try again in 300",
    ]

    @Test("is not made up of codes, addresses, limits and ids", arguments: silent)
    func untold(reply: String) {
        #expect(RetryHint(reading: reply) == nil)
    }

    @Test("is never read from a number of any length but within bounds")
    func numbers() {
        for digits in 1...40 {
            let hint = RetryHint(reading: "450 try again in \(String(repeating: "9", count: digits)) hours")
            #expect(hint.map { RetryHint.bounds.contains($0.wait) } ?? (digits > 6))
        }
    }
}

@Suite("when a message is tried again")
struct RetryDelayTests {
    private let now = Date(timeIntervalSince1970: 1_796_144_400)

    private func wait(after attempt: Int, reply: String = "", jitter: Double = 0, deadline: Double? = nil) -> Double? {
        RetryDelay.nextAttempt(
            after: attempt, hint: RetryHint(reading: reply), jitter: jitter, now: now,
            deadline: deadline.map { now + $0 }
        ).map { $0.timeIntervalSince(now) }
    }

    @Test(
        "the waits grow to an hour and stay there",
        arguments: [(1, 2), (2, 5), (3, 15), (4, 30), (5, 60), (6, 60), (1000, 60), (0, 2), (-1, 2)])
    func waits(attempt: Int, minutes: Int) {
        #expect(wait(after: attempt) == Double(minutes * 60))
    }

    @Test("a server that names a time gets it, whatever the attempt")
    func hint() {
        #expect(wait(after: 1, reply: "450 try again in 20 minutes") == 1200)
        #expect(wait(after: 9, reply: "450 try again in 20 seconds") == 20)
    }

    @Test("jitter makes a wait longer by up to a quarter, and never shorter")
    func jitter() {
        #expect(wait(after: 1, jitter: 1) == 150)
        #expect(wait(after: 1, jitter: 0.5) == 135)
        #expect(wait(after: 1, jitter: -3) == 120)
        #expect(wait(after: 1, jitter: 7) == 150)
        #expect(wait(after: 1, reply: "450 try again in 100 seconds", jitter: 1) == 125)
    }

    @Test("there is no attempt after the deadline, and one at the deadline")
    func deadline() {
        #expect(wait(after: 1, deadline: 119) == nil)
        #expect(wait(after: 1, deadline: 120) == 120)
        #expect(wait(after: 1, jitter: 1, deadline: 149) == nil)
        #expect(wait(after: 1, reply: "450 try again in 20 seconds", deadline: 30) == 20)
        #expect(wait(after: 1, deadline: -1) == nil)
    }
}
