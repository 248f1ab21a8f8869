import LoopbackTesting
import Messaging
import MessagingTesting
import Testing

@Suite(
    "SMTP sessions with a faulty server", .enabled(if: InstalledPrograms.python != nil, "python3 is missing"),
    .timeLimit(.minutes(30)))
struct ScriptedServerTests {
    typealias Step = ScriptedServer.Step

    /// Delivers one message during a fault and one after it, and returns both outcomes.
    private func deliverTwo(
        _ server: ScriptedServer, timeouts: SMTPTimeouts = patientTimeouts
    ) async throws -> [OutcomeCategory] {
        let session = try session(to: server.url, timeouts: timeouts)
        let first = await session.deliver(message("first"), from: desk, to: anna)
        let second = await session.deliver(message("second"), from: desk, to: anna)
        await session.close()
        return [first.category, second.category]
    }

    private static let refusals: [(Step, String, OutcomeCategory)] = [
        (.greeting, "421 4.3.2 closing", .rejectedTemporarily(421)),
        (.greeting, "554 5.3.2 no service", .senderRefused),
        (.mail, "421 4.3.2 closing", .rejectedTemporarily(421)),
        (.mail, "450 4.1.8 later", .rejectedTemporarily(450)),
        (.mail, "550 5.1.8 never", .senderRefused),
        (.mail, "530 5.7.0 login first", .senderRefused),
        (.rcpt, "452 4.2.2 full", .rejectedTemporarily(452)),
        (.rcpt, "550 5.1.1 nobody", .rejectedPermanently(550)),
        (.data, "451 4.3.0 later", .rejectedTemporarily(451)),
        (.data, "554 5.5.1 never", .rejectedPermanently(554)),
        (.dot, "451 4.7.1 greylisted", .rejectedTemporarily(451)),
        (.dot, "554-5.7.1 spam\r\n554 5.7.1 really", .rejectedPermanently(554)),
        (.dot, "251 2.1.5 forwarded", .accepted),
    ]

    @Test("the reply determines the outcome, and the next message has its own", arguments: refusals)
    func refusal(step: Step, reply: String, category: OutcomeCategory) async throws {
        let server = try ScriptedServer(faults: [.at(step, .reply(reply), times: 1)])
        defer { server.stop() }
        #expect(try await deliverTwo(server) == [category, .accepted])
        let sawFirst = step == .dot
        #expect(try server.receivedMessages().marks == (sawFirst ? ["first", "second"] : ["second"]))
    }

    @Test("a refused EHLO is not an outcome of the message", arguments: ["550 5.7.1 go away", "450 4.7.1 later"])
    func refusedIntroduction(reply: String) async throws {
        let server = try ScriptedServer(faults: [.at(.ehlo, .reply(reply), times: 2)])
        defer { server.stop() }
        let category = reply.hasPrefix("4") ? OutcomeCategory.rejectedTemporarily(421) : .senderRefused
        #expect(try await deliverTwo(server) == [category, .accepted])
        #expect(try server.receivedMessages().marks == ["second"])
    }

    private static let steps: [Step] = [.greeting, .ehlo, .mail, .rcpt, .data, .dot]

    @Test(
        "a 421 at any step requests a pause, and the next delivery succeeds",
        arguments: steps, [false, true])
    func dismissal(step: Step, hangsUp: Bool) async throws {
        let reply = "421 4.3.2 try again in 5 minutes"
        // When EHLO is refused, libcurl tries HELO on the same connection.
        let times = step == .ehlo && !hangsUp ? 2 : 1
        let fault = ScriptedServer.Fault.at(step, hangsUp ? .dismiss(reply) : .reply(reply), times: times)
        let server = try ScriptedServer(faults: [fault])
        defer { server.stop() }
        let session = try session(to: server.url)
        let first = await session.deliver(message("first"), from: desk, to: anna)
        #expect(first == .rejectedTemporarily(code: 421, reply: reply))
        #expect(first.requestsBackoff)
        let second = await session.deliver(message("second"), from: desk, to: anna)
        #expect(second.category == .accepted)
        #expect(!second.requestsBackoff)
        #expect(try server.connections() == 2)
        #expect(try server.receivedMessages().marks == (step == .dot ? ["first", "second"] : ["second"]))
    }

    @Test("a 4yz in the greeting or at the login requests a pause")
    func earlyRefusal() async throws {
        let busy = try ScriptedServer(faults: [.at(.greeting, .reply("450 4.3.2 too busy"))])
        defer { busy.stop() }
        let atGreeting = try await session(to: busy.url).deliver(message("x"), from: desk, to: anna)
        #expect(atGreeting == .rejectedTemporarily(code: 421, reply: "450 4.3.2 too busy"))
        #expect(atGreeting.requestsBackoff)
        let locked = try ScriptedServer(
            faults: [.at(.auth, .reply("454 4.7.0 no logins now"))], login: (user: "intro", password: "secret"))
        defer { locked.stop() }
        let url = "smtp://intro@127.0.0.1:\(locked.port)/intro.test?tls=none"
        let atLogin = try await session(to: url, password: "secret").deliver(message("x"), from: desk, to: anna)
        #expect(atLogin == .rejectedTemporarily(code: 421, reply: "454 4.7.0 no logins now"))
    }

    @Test(
        "a 4yz about the message does not request a pause",
        arguments: [(Step.mail, "450 4.1.8 later"), (.rcpt, "452 4.2.2 full"), (.dot, "451 4.7.1 greylisted")])
    func refusalOfOneMessage(step: Step, reply: String) async throws {
        let server = try ScriptedServer(faults: [.at(step, .reply(reply), times: 1)])
        defer { server.stop() }
        let outcome = try await session(to: server.url).deliver(message("x"), from: desk, to: anna)
        #expect(outcome == .rejectedTemporarily(code: Int(reply.prefix(3)) ?? 0, reply: reply))
        #expect(!outcome.requestsBackoff)
    }

    private static let silences: [(Step, OutcomeCategory)] = [
        (.greeting, .notSent(unreachable: true)),
        (.ehlo, .notSent(unreachable: true)),
        (.mail, .notSent(unreachable: false)),
        (.rcpt, .notSent(unreachable: false)),
        (.data, .notSent(unreachable: false)),
        (.dot, .unknown),
    ]

    @Test("a silent server causes a timeout, after the final dot with an unknown outcome", arguments: silences)
    func silence(step: Step, category: OutcomeCategory) async throws {
        let server = try ScriptedServer(faults: [.at(step, .hang, times: 1)])
        defer { server.stop() }
        #expect(try await deliverTwo(server, timeouts: shortTimeouts) == [category, .accepted])
        #expect(try server.receivedMessages().marks == (step == .dot ? ["first", "second"] : ["second"]))
    }

    @Test("a dropped connection does not cause an automatic resend", arguments: silences)
    func drop(step: Step, category: OutcomeCategory) async throws {
        let server = try ScriptedServer(faults: [.at(step, .drop, times: 1)])
        defer { server.stop() }
        #expect(try await deliverTwo(server) == [category, .accepted])
        #expect(try server.receivedMessages().marks == (step == .dot ? ["first", "second"] : ["second"]))
    }

    @Test("a connection dropped during the message does not cause a duplicate")
    func dropWithinBody() async throws {
        let server = try ScriptedServer(faults: [.at(.body, .drop, times: 1)])
        defer { server.stop() }
        let outcomes = try await deliverTwo(server)
        // Whether the final dot could still be written is a race. The message counts as not resendable only if it
        // could.
        #expect(outcomes.first == .unknown || outcomes.first == .notSent(unreachable: false))
        #expect(outcomes.last == .accepted)
        #expect(try server.receivedMessages().marks == ["second"])
    }

    @Test("an invalid reply is not an acceptance", arguments: silences)
    func garbage(step: Step, category: OutcomeCategory) async throws {
        let server = try ScriptedServer(faults: [.at(step, .reply("\u{1}\u{2}garbage"), times: 1)])
        defer { server.stop() }
        #expect(try await deliverTwo(server, timeouts: shortTimeouts) == [category, .accepted])
        #expect(try server.receivedMessages().marks == (step == .dot ? ["first", "second"] : ["second"]))
    }

    @Test("a reply after the timeout is not read as the next message's reply")
    func lateReply() async throws {
        let server = try ScriptedServer(faults: [
            .at(.dot, .hold, times: 1), .at(.rcpt, .reply("250 2.1.5 first"), times: 1),
            .at(.rcpt, .reply("550 5.1.1 nobody"), times: 1),
        ])
        defer { server.stop() }
        let session = try session(to: server.url, timeouts: shortTimeouts)
        #expect(await session.deliver(message("first"), from: desk, to: anna).category == .unknown)
        server.release()
        #expect(await session.deliver(message("second"), from: desk, to: anna).category == .rejectedPermanently(550))
        #expect(await session.deliver(message("third"), from: desk, to: anna).category == .accepted)
        #expect(await session.deliver(message("fourth"), from: desk, to: anna).category == .accepted)
        #expect(try server.receivedMessages().marks == ["first", "fourth", "third"])
        #expect(try server.connections() == 3)
    }

    @Test("an idle connection closed by the server is replaced, and one copy is sent")
    func idleConnectionClosed() async throws {
        let server = try ScriptedServer(faults: [
            .at(.mail, .reply("250 2.1.0 first"), times: 1), .at(.mail, .drop, times: 1),
        ])
        defer { server.stop() }
        #expect(try await deliverTwo(server) == [.accepted, .accepted])
        #expect(try server.receivedMessages().marks == ["first", "second"])
        #expect(try server.connections() == 2)
    }

    @Test("a 421 on an idle connection causes a retry on a new one")
    func idleConnectionShutDown() async throws {
        let server = try ScriptedServer(faults: [
            .at(.mail, .reply("250 2.1.0 first"), times: 1), .at(.mail, .reply("421 4.4.2 idle"), times: 1),
        ])
        defer { server.stop() }
        #expect(try await deliverTwo(server) == [.accepted, .accepted])
        #expect(try server.receivedMessages().marks == ["first", "second"])
    }

    @Test("a hundred messages share one connection, and each arrives once")
    func reuse() async throws {
        let server = try ScriptedServer()
        defer { server.stop() }
        let session = try session(to: server.url)
        for number in 100..<200 {
            #expect(await session.deliver(message("\(number)"), from: desk, to: anna).category == .accepted)
        }
        await session.close()
        #expect(try server.connections() == 1)
        #expect(try server.receivedMessages().marks == (100..<200).map(String.init))
        try await server.receive("QUIT")
    }

    @Test("closing does not wait for a server that hangs at QUIT")
    func hangAtQuit() async throws {
        let server = try ScriptedServer(faults: [.at(.quit, .hang)])
        defer { server.stop() }
        let session = try session(to: server.url, timeouts: SMTPTimeouts(reply: .seconds(3600)))
        #expect(await session.deliver(message("only"), from: desk, to: anna).category == .accepted)
        let start = ContinuousClock.now
        await session.close()
        // libcurl's own timeout for QUIT is two minutes.
        #expect(.now - start < .seconds(100))
        #expect(try server.receivedMessages().marks == ["only"])
    }

    @Test("a delivery cancelled before the body is stopped")
    func cancellation() async throws {
        let server = try ScriptedServer(faults: [.at(.rcpt, .hang, times: 1)])
        defer { server.stop() }
        let session = try session(to: server.url, timeouts: SMTPTimeouts(reply: .seconds(3600)))
        let delivery = Task { await session.deliver(message("cancelled"), from: desk, to: anna) }
        try await server.receive("RCPT")
        delivery.cancel()
        #expect(await delivery.value.category == .notSent(unreachable: false))
        #expect(await session.deliver(message("second"), from: desk, to: anna).category == .accepted)
        #expect(try server.receivedMessages().marks == ["second"])
    }

    @Test("sends EHLO name, envelope, and a dot-stuffed body with CRLF")
    func conversation() async throws {
        let server = try ScriptedServer()
        defer { server.stop() }
        let session = try session(to: server.url)
        let bare = Array("Subject: bare\n\n.one\r..two\r\n.\r\nend".utf8)
        #expect(await session.deliver(bare, from: desk, to: anna) == .accepted(reply: "250 2.0.0 taken"))
        #expect(
            try server.commands() == [
                "EHLO intro.test", "MAIL FROM:<desk@intro.test>", "RCPT TO:<anna@example.test>", "DATA",
            ])
        #expect(try server.receivedMessages().map(\.content) == ["Subject: bare\r\n\r\n.one\r\n..two\r\n.\r\nend\r\n"])
    }

    @Test("the reply is kept on one line without control characters")
    func words() async throws {
        let long = String(repeating: "x", count: 500)
        let server = try ScriptedServer(faults: [.at(.rcpt, .reply("550-5.1.1 \u{1B}[31mno\r\n550 5.1.1 \(long)"))])
        defer { server.stop() }
        let outcome = try await session(to: server.url).deliver(message("x"), from: desk, to: anna)
        guard case .rejectedPermanently(550, let reply, true) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reply.hasPrefix("550-5.1.1 \u{FFFD}[31mno 5.1.1 xxx"))
        #expect(reply.count == 200)
    }

    @Test("the correct password logs in, and a wrong one is reported without repeating it")
    func login() async throws {
        let server = try ScriptedServer(login: (user: "intro@desk", password: "se cret"))
        defer { server.stop() }
        let url = "smtp://intro%40desk@127.0.0.1:\(server.port)/intro.test?tls=none"
        let right = try await session(to: url, password: "se cret").deliver(message("right"), from: desk, to: anna)
        #expect(right.category == .accepted)
        let wrong = try await session(to: url, password: "guess").deliver(message("wrong"), from: desk, to: anna)
        guard case .senderRefused(let reason) = wrong else {
            Issue.record("\(wrong)")
            return
        }
        #expect(reason.contains("password file"))
        #expect(!reason.contains("guess"))
        #expect(try server.receivedMessages().marks == ["right"])
    }

    @Test("a host that refuses connections or does not exist is unreachable")
    func unreachable() async throws {
        try await withRefusingPort { port in
            let refused = try session(to: "smtp://127.0.0.1:\(port)/?tls=none")
            #expect(await refused.deliver(message("x"), from: desk, to: anna).category == .notSent(unreachable: true))
        }
        let unresolved = try session(to: "smtp://no-such-host.invalid/?tls=none")
        #expect(await unresolved.deliver(message("x"), from: desk, to: anna).category == .notSent(unreachable: true))
    }
}
