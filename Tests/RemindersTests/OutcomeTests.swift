import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import LoopbackTesting
import Messaging
import MessagingTesting
import Postgres
import PostgresTesting
import Reminders
import Testing

@Suite(
    "Ledger status after faults of the mail server",
    .enabled(if: InstalledPrograms.smtpSink != nil, "smtp-sink is missing: install Debian's postfix"),
    .timeLimit(.minutes(30)))
struct OutcomeTests {
    private static let steps = MailSink.Step.allCases
    /// Faults after which the server has not accepted the message, and the expected status in the ledger.
    private static let temporary: [(MailSink.Fault, String)] =
        steps.map { (.rejectForNow($0), "queued rejected_for_now") }
        + steps.map { (.shutDown($0), "queued rejected_for_now") }
        + [.mail, .rcpt, .data].map { (.disconnect($0), "queued not_sent") }

    @Test("a temporarily refused or interrupted message stays queued, and is later sent once")
    func putOff() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(2)
            for (fault, ending) in Self.temporary {
                // Each fault must occur on a channel without a pause.
                try await fixture.store.database.query("DELETE FROM channel_pause")
                let faulty = try await MailSink.start(faults: [fault])
                defer { faulty.stop() }
                let report = try await fixture.send(to: try transport(to: faulty.url))
                #expect(report.counts.isComplete && report.counts.failed == 2, "\(fault)")
                #expect(report.unreachable.isEmpty, "\(fault)")
                #expect(try await fixture.counts() == [ending: 2], "\(fault)")
            }
            try await expectNextBatch(fixture, sends: 2)
        }
    }

    @Test("an unreachable or refusing server ends the run, and all messages stay queued")
    func unreachable() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(3)
            try await withRefusingPort { try await expectUnreachable(fixture, "smtp://127.0.0.1:\($0)/?tls=none") }
            for step in [MailSink.Step.connect, .introduction, .mail] {
                for fault in [MailSink.Fault.rejectForGood(step), .disconnect(step)] where fault != .disconnect(.mail) {
                    let closed = try await MailSink.start(faults: [fault])
                    defer { closed.stop() }
                    try await expectUnreachable(fixture, closed.url)
                }
            }
            try await expectNextBatch(fixture, sends: 3)
        }
    }

    private static let final: [(MailSink.Fault, String)] =
        [.rcpt, .data, .dot].map { (.rejectForGood($0), "failed rejected_for_good") }
        + [(.disconnect(.dot), "unknown no_answer")]

    @Test("does not send a permanently refused or unknown message again", arguments: final)
    func refused(fault: MailSink.Fault, ending: String) async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(1)
            let faulty = try await MailSink.start(faults: [fault])
            defer { faulty.stop() }
            let report = try await fixture.send(to: try transport(to: faulty.url))
            #expect(report.counts.isComplete && report.counts.due == 1)
            #expect(report.counts.unknown == (ending.hasPrefix("unknown") ? 1 : 0))
            #expect(report.unreachable.isEmpty && report.refused.isEmpty)
            #expect(try await fixture.counts() == [ending: 1])
            try await expectNextBatch(fixture, sends: 0)
        }
    }

    @Test("does not count a refusal during the message body as accepted")
    func abort() async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(3)
            let faulty = try await MailSink.start(faults: [.abortBody(seconds: 0)])
            defer { faulty.stop() }
            let counts = try await fixture.send(to: try transport(to: faulty.url)).counts
            #expect(counts.isComplete)
            #expect(counts.sent == 0)
            let queued = try await fixture.counts().filter { $0.key.hasPrefix("queued") }.values.reduce(0, +)
            try await expectNextBatch(fixture, sends: queued)
        }
    }

    private static let silences: [ScriptedServer.Fault] = [
        .at(.dot, .hang, times: 1), .at(.dot, .drop, times: 1), .at(.dot, .reply("garbage"), times: 1),
    ]

    @Test("a message without a valid reply stays unknown, and the others are sent", arguments: silences)
    func silence(_ fault: ScriptedServer.Fault) async throws {
        try await withDeliveryFixture { fixture in
            try await fixture.fill(3)
            let server = try ScriptedServer(faults: [fault])
            defer { server.stop() }
            let timeouts = SMTPTimeouts(connect: .seconds(60), reply: .seconds(10))
            let report = try await fixture.send(to: try transport(to: server.url, timeouts: timeouts), connections: 1)
            #expect(report.counts.unknown == 1)
            #expect(report.counts.sent == 2)
            #expect(report.abandoned.isEmpty)
            #expect(try await fixture.counts() == ["unknown no_answer": 1, "sent": 2])
            try await expectNextBatch(fixture, sends: 0)
            #expect(Set(try server.receivedMessages().ids).count == 3)
        }
    }

    /// Sends again to a server without faults, and expects each due message to arrive once.
    private func expectNextBatch(_ fixture: DeliveryFixture, sends count: Int) async throws {
        let before = try await fixture.counts()
        let sink = try await MailSink.start()
        defer { sink.stop() }
        let report = try await fixture.send(to: try transport(to: sink.url), at: DeliveryFixture.now + 60)
        #expect(report.counts.due == count)
        #expect(report.counts.sent == count)
        let ids = try sink.receivedMessages().ids
        #expect(ids.count == count)
        #expect(Set(ids).count == count)
        var after = before.filter { !$0.key.hasPrefix("queued") }
        if count > 0 { after["sent", default: 0] += count }
        #expect(try await fixture.counts() == after)
    }

    private func expectUnreachable(_ fixture: DeliveryFixture, _ url: String) async throws {
        let report = try await fixture.send(to: try transport(to: url))
        #expect(report.unreachable.count + report.refused.count == 1)
        #expect(report.counts.isComplete && report.counts.due == 3 && report.counts.failed == 3)
        #expect(try await fixture.counts().keys.allSatisfy { $0.hasPrefix("queued") })
    }
}
