import Booking
import BookingStore
import Foundation
import Locking
import Messaging
import PostgresTesting
import Testing

@testable import Reminders

@Suite("Channel health")
struct ChannelHealthTests {
    private static let unclear = DeliveryOutcome.rejectedPermanently(code: 550, reply: "550 5.7.1 no")
    private static let busy = DeliveryOutcome.rejectedTemporarily(code: 451, reply: "451 4.3.2 later")
    private static let accepted = DeliveryOutcome.accepted(reply: "250")
    private static let pause = ChannelPause(
        channel: .email, sender: "host", code: .refused, reason: "550 no", since: DeliveryFixture.now,
        until: DeliveryFixture.now,
        retries: 2)

    @Test("the same refusal for two recipients stops the channel, and both messages stay queued")
    func repeated() {
        var health = ChannelHealth()
        #expect(health.note(Self.unclear, of: 1, to: "a") == .message)
        #expect(health.failedRefusal?.message == 1 && health.stop == nil)
        #expect(health.note(Self.unclear, of: 2, to: "b") == .channel)
        #expect(health.stop?.code == .refused && health.misattributed == [1] && health.misattributedInRun == 1)
        #expect(health.failedRefusal == nil)
        #expect(
            health.note(Self.unclear, of: 3, to: "c") == .channel,
            "a refusal of a message that is already being sent belongs to the channel")
    }

    @Test("continues after refusals of one recipient, other replies, or an acceptance in between")
    func unlike() {
        var health = ChannelHealth()
        _ = health.note(Self.unclear, of: 1, to: "a")
        #expect(health.note(Self.unclear, of: 2, to: "a") == .message)
        #expect(health.note(.rejectedPermanently(code: 550, reply: "550 5.7.1 other"), of: 3, to: "b") == .message)
        _ = health.note(Self.accepted, of: 4, to: "c")
        #expect(health.note(Self.unclear, of: 5, to: "d") == .message)
        #expect(health.note(.rejectedPermanently(code: 550, reply: "550 5.1.1 gone"), of: 6, to: "e") == .message)
        #expect(health.stop == nil && health.misattributed.isEmpty)
        #expect(health.note(Self.unclear, of: 7, to: "f") == .channel)
        #expect(health.misattributed == [5])
    }

    @Test("counts a stored refusal of another process, and queues its message again")
    func stored() {
        var health = ChannelHealth(refusal: ChannelRefusal(message: 9, recipient: "z", words: "550 no"))
        #expect(!health.isChanged)
        #expect(health.note(Self.unclear, of: 1, to: "a") == .channel)
        #expect(health.misattributed == [9] && health.misattributedInRun == 0)
    }

    @Test("temporary refusals of two recipients stop the channel and postpone each message")
    func putOff() {
        var health = ChannelHealth()
        #expect(health.note(Self.busy, of: 1, to: "a") == .message)
        #expect(health.failedRefusal == nil && !health.isChanged)
        #expect(health.note(Self.busy, of: 2, to: "b") == .message)
        #expect(health.stop?.code == .deferred && health.stop?.reason == "451 4.3.2 later")
    }

    @Test("in a trial, one general refusal or missing reply stops the channel")
    func trial() {
        for outcome in [
            Self.unclear, Self.busy, .rejectedTemporarily(code: 421, reply: "421"), .unknown(reason: "silence"),
            .notSent(reason: "cut", unreachable: false), .senderRefused(reason: "x: y"),
        ] {
            var health = ChannelHealth(pause: Self.pause)
            _ = health.note(outcome, of: 1, to: "a")
            #expect(health.stop != nil, "\(outcome)")
        }
        var health = ChannelHealth(pause: Self.pause)
        _ = health.note(.rejectedPermanently(code: 550, reply: "550 5.1.1 gone"), of: 1, to: "a")
        #expect(health.isTrial && health.stop == nil)
        _ = health.note(Self.accepted, of: 2, to: "b")
        #expect(!health.isTrial && health.isChanged)
    }

    @Test("doubles the trial interval from one minute to one hour, or uses the server's longer one")
    func intervals() {
        #expect(
            [0, 1, 2, 5, 6, 40].map { ChannelBackoff.interval(after: $0) / .seconds(60) } == [1, 2, 4, 32, 60, 60])
        let refused = ChannelHealth.Stop(code: .refused, reason: "550 no")
        #expect(ChannelBackoff.nextTrial(of: refused, after: nil, now: DeliveryFixture.now) == DeliveryFixture.now + 60)
        #expect(
            ChannelBackoff.nextTrial(of: refused, after: Self.pause, now: DeliveryFixture.now) == DeliveryFixture.now
                + 480)
        let asked = ChannelHealth.Stop(code: .deferred, reason: "HTTP 429, Retry-After: 600")
        #expect(ChannelBackoff.nextTrial(of: asked, after: nil, now: DeliveryFixture.now) == DeliveryFixture.now + 600)
    }
}

@Suite("Delivery notices")
struct DeliveryNoticesTests {
    @Test("logs a pause when it begins, once an hour and when it ends")
    func pause() {
        let (log, start) = (CapturedLog(), ContinuousClock.now)
        let time = Guarded(start)
        let notices = DeliveryNotices(logger: log.logger) { time.withLock { $0 } }
        var refused = DeliveryRun.Report()
        refused.refused[.email] = "The mail server refuses this sender: 550 no"
        notices.log(refused)
        var left = DeliveryRun.Report()
        left.paused[.email] = ChannelPause(
            channel: .email, sender: "host", code: .refused, reason: "x: 550 no", since: DeliveryFixture.now,
            until: DeliveryFixture.now)
        for minute in 1...61 {
            time.withLock { $0 = start + .seconds(60 * minute) }
            notices.log(left)
        }
        #expect(log.text.components(separatedBy: "refuses this sender; messages stay queued").count == 3, "\(log.text)")
        #expect(log.text.contains("\"lasts\": 60 min"))
        var sent = DeliveryRun.Report()
        sent.sent[.email] = 1
        notices.log(sent)
        notices.log(sent)
        #expect(log.text.components(separatedBy: "notice the server for mail accepts messages again").count == 2)
    }

    @Test("logs messages with an unknown delivery status as a problem, which ends with a batch without any")
    func unknown() {
        let log = CapturedLog()
        let notices = DeliveryNotices(logger: log.logger)
        var lost = DeliveryRun.Report()
        lost.counts.unknown = 3
        for _ in 0..<2 { notices.log(lost) }
        notices.log(DeliveryRun.Report())
        var sent = DeliveryRun.Report()
        sent.counts.sent = 1
        notices.log(sent)
        let lines = log.text.split(separator: "\n")
        #expect(lines.count == 2, "\(log.text)")
        #expect(lines.first?.hasPrefix("warning messages have an unknown delivery status") == true)
    }

    @Test("logs an unusable template once, and again when it is usable")
    func templates() {
        let log = CapturedLog()
        let notices = DeliveryNotices(logger: log.logger)
        for _ in 0..<3 { notices.log(DeliveryRun.Report(), templateProblems: ["a.txt:1 unknown"]) }
        notices.log(DeliveryRun.Report(), templateProblems: [])
        notices.log(DeliveryRun.Report(), templateProblems: [])
        let lines = log.text.split(separator: "\n")
        #expect(lines.count == 2 && lines.first?.hasPrefix("error") == true, "\(log.text)")
        #expect(lines.last?.hasPrefix("notice a message template can be used again") == true)
    }
}
