import Booking
import BookingStore
import BookingStoreTesting
import Foundation
import Messaging
import MessagingTesting
import Postgres
import PostgresTesting
import Reminders
import Testing

@Suite(
    "Each fault of the mail server ends in the right row of the ledger, and nobody gets a message twice",
    .enabled(if: Installed.smtpSink != nil, "smtp-sink is missing: install Debian's postfix"), .timeLimit(.minutes(1)))
struct OutcomeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let fault: MailSink.Fault
        let ending: String
        var testDescription: String { "\(fault): \(ending)" }

        init(_ fault: MailSink.Fault, _ ending: String) {
            self.fault = fault
            self.ending = ending
        }
    }

    private static let putOff = "queued rejected_for_now"
    private static let refused = "failed rejected_for_good"
    private static let broken = "queued not_sent"

    private static let cases =
        [MailSink.Step.connect, .introduction, .mail, .rcpt, .data, .dot].flatMap { step in
            [Case(.rejectForNow(step), putOff), Case(.shutDown(step), putOff)]
        } + [MailSink.Step.mail, .rcpt, .data, .dot].map { Case(.rejectForGood($0), refused) }
        + [MailSink.Step.mail, .rcpt, .data].map { Case(.disconnect($0), broken) }
        + [Case(.disconnect(.dot), "unknown no_answer")]

    @Test(
        "what was put off or broken off goes out once in the next batch; what was refused or is unknown never",
        arguments: cases)
    func fault(_ example: Case) async throws {
        try await withScene { scene in
            try await scene.fill(3)
            let faulty = try await MailSink.start(faults: [example.fault])
            defer { faulty.stop() }
            let report = try await scene.send(to: try transport(to: faulty.url))
            #expect(report.tally.isComplete)
            #expect(report.tally.due == 3)
            #expect(report.tally.unknown == (example.ending.hasPrefix("unknown") ? 3 : 0))
            #expect(report.unreachable == nil)
            #expect(try await scene.counts() == [example.ending: 3])
            try await expectNextBatch(scene, sends: example.ending.hasPrefix("queued") ? 3 : 0)
        }
    }

    private static let closedDoors: [MailSink.Fault] = [
        .rejectForGood(.connect), .rejectForGood(.introduction), .disconnect(.connect), .disconnect(.introduction),
    ]

    @Test("a server that serves nobody ends the batch, and everything stays queued", arguments: closedDoors)
    func closedDoor(_ fault: MailSink.Fault) async throws {
        try await withScene { scene in
            try await scene.fill(3)
            let faulty = try await MailSink.start(faults: [fault])
            defer { faulty.stop() }
            try await expectUnreachable(scene, try transport(to: faulty.url))
        }
    }

    @Test("a server that is not there ends the batch, and everything stays queued")
    func refusedConnection() async throws {
        try await withScene { scene in
            try await scene.fill(3)
            try await expectUnreachable(
                scene, try transport(to: "smtp://127.0.0.1:\(try Loopback.freePort())/?tls=none"))
        }
    }

    @Test("a refusal in the middle of the message is never taken for a yes")
    func abort() async throws {
        try await withScene { scene in
            try await scene.fill(3)
            let faulty = try await MailSink.start(faults: [.abortBody(seconds: 0)])
            defer { faulty.stop() }
            let tally = try await scene.send(to: try transport(to: faulty.url)).tally
            #expect(tally.isComplete)
            #expect(tally.sent == 0)
            let queued = try await scene.counts().filter { $0.key.hasPrefix("queued") }.values.reduce(0, +)
            try await expectNextBatch(scene, sends: queued)
        }
    }

    private static let silences: [ScriptedServer.Fault] = [
        .at(.dot, .hang, times: 1), .at(.dot, .drop, times: 1), .at(.dot, .reply("garbage"), times: 1),
    ]

    @Test("a message without an answer is unknown and stays so; the others go out", arguments: silences)
    func silence(_ fault: ScriptedServer.Fault) async throws {
        try await withScene { scene in
            try await scene.fill(3)
            let server = try ScriptedServer(faults: [fault])
            defer { server.stop() }
            let timeouts = SMTPTimeouts(connect: .seconds(20), reply: .seconds(1))
            let report = try await scene.send(to: try transport(to: server.url, timeouts: timeouts), couriers: 1)
            #expect(report.tally.unknown == 1)
            #expect(report.tally.sent == 2)
            #expect(report.orphans.isEmpty)
            #expect(try await scene.counts() == ["unknown no_answer": 1, "sent": 2])
            try await expectNextBatch(scene, sends: 0)
            #expect(Set(try server.receivedMessages().ids).count == 3)
        }
    }

    /// Sends again to a sink without faults, where each message that is due must arrive once.
    private func expectNextBatch(_ scene: Scene, sends count: Int) async throws {
        let before = try await scene.counts()
        let sink = try await MailSink.start()
        defer { sink.stop() }
        let report = try await scene.send(to: try transport(to: sink.url), at: Scene.now + 60)
        #expect(report.tally.due == count)
        #expect(report.tally.sent == count)
        let ids = try sink.receivedMessages().ids
        #expect(ids.count == count)
        #expect(Set(ids).count == count)
        var after = before.filter { !$0.key.hasPrefix("queued") }
        if count > 0 { after["sent", default: 0] += count }
        #expect(try await scene.counts() == after)
    }

    private func expectUnreachable(_ scene: Scene, _ transport: any MailTransport) async throws {
        let report = try await scene.send(to: transport)
        #expect(report.unreachable != nil)
        #expect(report.tally.isComplete)
        #expect(report.tally.due == 3)
        #expect(report.tally.failed == 3)
        #expect(try await scene.counts().keys.allSatisfy { $0.hasPrefix("queued") })
        try await expectNextBatch(scene, sends: 3)
    }
}
