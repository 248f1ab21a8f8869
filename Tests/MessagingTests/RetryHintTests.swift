import Foundation
import Messaging
import Testing

@Suite("Retry hints")
struct RetryHintTests {
    @Test(
        "parses Retry-After, clamped to ten seconds and four hours",
        arguments: [
            ("HTTP 429, Retry-After: 75", 75), ("HTTP 503, Retry-After: 1: too many", 10),
            ("HTTP 429, Retry-After: 999999999", 14_400),
        ])
    func named(reply: String, seconds: Int) {
        #expect(RetryHint(reading: reply)?.wait == .seconds(seconds))
    }

    @Test(
        "ignores other text",
        arguments: [
            "", "HTTP 429", "HTTP 429, Retry-After: 9999999999", "450 4.7.1 try again in 5 minutes",
            "451 4.3.0 Retry-After: 120",
        ])
    func unnamed(reply: String) {
        #expect(RetryHint(reading: reply) == nil)
    }
}

@Suite("Retry delays")
struct RetryDelayTests {
    private let now = Date(timeIntervalSince1970: 1_796_144_400)

    private func wait(after attempt: Int, reply: String = "", jitter: Double = 0, deadline: Double? = nil) -> Double? {
        RetryDelay.nextAttempt(
            after: attempt, hint: RetryHint(reading: reply), jitter: jitter, now: now,
            deadline: deadline.map { now + $0 }
        ).map { $0.timeIntervalSince(now) }
    }

    @Test(
        "the delays grow to an hour and stay there",
        arguments: [(1, 2), (2, 5), (3, 15), (4, 30), (5, 60), (6, 60), (1000, 60), (0, 2), (-1, 2)])
    func waits(attempt: Int, minutes: Int) {
        #expect(wait(after: attempt) == Double(minutes * 60))
    }

    @Test("a requested delay is used regardless of the attempt")
    func hint() {
        #expect(wait(after: 1, reply: "HTTP 429, Retry-After: 1200") == 1200)
        #expect(wait(after: 9, reply: "HTTP 429, Retry-After: 20") == 20)
    }

    @Test("jitter extends a delay by up to a quarter, and never shortens it")
    func jitter() {
        #expect(wait(after: 1, jitter: 1) == 150)
        #expect(wait(after: 1, jitter: 0.5) == 135)
        #expect(wait(after: 1, jitter: -3) == 120)
        #expect(wait(after: 1, jitter: 7) == 150)
        #expect(wait(after: 1, reply: "HTTP 429, Retry-After: 100", jitter: 1) == 125)
    }

    @Test("an attempt is possible at the deadline but not after it")
    func deadline() {
        #expect(wait(after: 1, deadline: 119) == nil)
        #expect(wait(after: 1, deadline: 120) == 120)
        #expect(wait(after: 1, jitter: 1, deadline: 149) == nil)
        #expect(wait(after: 1, reply: "HTTP 429, Retry-After: 20", deadline: 30) == 20)
        #expect(wait(after: 1, deadline: -1) == nil)
    }
}
