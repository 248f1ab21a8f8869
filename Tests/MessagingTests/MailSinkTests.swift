import Messaging
import MessagingTesting
import Testing

@Suite(
    "SMTP sessions with the faults of smtp-sink",
    .enabled(if: InstalledPrograms.smtpSink != nil, "smtp-sink is missing: install Debian's postfix"),
    .timeLimit(.minutes(30)))
struct MailSinkTests {
    private static let faults: [(MailSink.Fault, OutcomeCategory)] = [
        (.rejectForNow(.connect), .rejectedTemporarily(421)),
        (.rejectForNow(.introduction), .rejectedTemporarily(421)),
        (.rejectForNow(.mail), .rejectedTemporarily(450)),
        (.rejectForNow(.rcpt), .rejectedTemporarily(450)),
        (.rejectForNow(.data), .rejectedTemporarily(450)),
        (.rejectForNow(.dot), .rejectedTemporarily(450)),
        (.rejectForGood(.connect), .senderRefused),
        (.rejectForGood(.introduction), .senderRefused),
        (.rejectForGood(.mail), .senderRefused),
        (.rejectForGood(.rcpt), .rejectedPermanently(500)),
        (.rejectForGood(.data), .rejectedPermanently(500)),
        (.rejectForGood(.dot), .rejectedPermanently(500)),
        (.disconnect(.connect), .notSent(unreachable: true)),
        (.disconnect(.introduction), .notSent(unreachable: true)),
        (.disconnect(.mail), .notSent(unreachable: false)),
        (.disconnect(.rcpt), .notSent(unreachable: false)),
        (.disconnect(.data), .notSent(unreachable: false)),
        (.disconnect(.dot), .unknown),
        (.shutDown(.connect), .rejectedTemporarily(421)),
        (.shutDown(.introduction), .rejectedTemporarily(421)),
        (.shutDown(.mail), .rejectedTemporarily(421)),
        (.shutDown(.rcpt), .rejectedTemporarily(421)),
        (.shutDown(.data), .rejectedTemporarily(421)),
        (.shutDown(.dot), .rejectedTemporarily(421)),
        (.delay(.connect, seconds: 60), .notSent(unreachable: true)),
        (.delay(.introduction, seconds: 60), .notSent(unreachable: true)),
        (.delay(.mail, seconds: 60), .notSent(unreachable: false)),
        (.delay(.rcpt, seconds: 60), .notSent(unreachable: false)),
        (.delay(.data, seconds: 60), .notSent(unreachable: false)),
        (.delay(.dot, seconds: 60), .unknown),
    ]

    @Test("each fault has its outcome, and no message is sent twice", arguments: faults)
    func fault(_ fault: MailSink.Fault, category: OutcomeCategory) async throws {
        let sink = try await MailSink.start(faults: [fault])
        defer { sink.stop() }
        let waits = if case .delay = fault { shortTimeouts } else { patientTimeouts }
        let session = try session(to: sink.url, timeouts: waits)
        let first = await session.deliver(message("first"), from: desk, to: anna)
        let second = await session.deliver(message("second"), from: desk, to: anna)
        await session.close()
        #expect(first.category == category)
        #expect(second.category == category)
        let marks = try sink.receivedMessages().marks
        #expect(Set(marks).count == marks.count)
    }

    @Test("a refusal during the message is never an acceptance")
    func abort() async throws {
        let sink = try await MailSink.start(faults: [.abortBody(seconds: 0)])
        defer { sink.stop() }
        let category = try await session(to: sink.url).deliver(message("x"), from: desk, to: anna).category
        // The sink closes without reading, so its last reply may be lost with the connection. Which of the three
        // outcomes occurs depends on when the loss is noticed; each of them is correct.
        #expect([.rejectedPermanently(550), .notSent(unreachable: false), .unknown].contains(category))
    }

    @Test("a sink without faults receives every message once, with its envelope")
    func faultless() async throws {
        let sink = try await MailSink.start()
        defer { sink.stop() }
        let transport = try MailTransportURL(parsing: sink.url).makeTransport()
        try await transport.withSession { session in
            for number in 10..<30 {
                #expect(await session.deliver(message("\(number)"), from: desk, to: anna).category == .accepted)
            }
        }
        let messages = try sink.receivedMessages()
        #expect(messages.marks == (10..<30).map(String.init))
        #expect(messages.allSatisfy { $0.sender == "desk@intro.test" && $0.recipients == ["anna@example.test"] })
        #expect(messages.allSatisfy { $0.content.contains("\n.dot\n") })
    }
}
