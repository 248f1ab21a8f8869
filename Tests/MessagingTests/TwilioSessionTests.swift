import Foundation
import LoopbackTesting
import Messaging
import MessagingTesting
import Testing

@Suite(
    "SMS sessions with a faulty service", .enabled(if: InstalledPrograms.python != nil, "python3 is missing"),
    .timeLimit(.minutes(30)))
struct TwilioSessionTests {
    typealias Answer = ScriptedHTTPServer.Answer

    private func session(
        to url: String, token: String = ScriptedHTTPServer.token, timeouts: SMSTimeouts = patientSMSTimeouts,
        clock: @escaping @Sendable () -> Date = { Date() }
    ) throws -> any TransportSession<TextMessage> {
        try SMSTransportURL(parsing: url).makeTransport(token: token, timeouts: timeouts, clock: clock).makeSession()
    }

    /// Delivers a text message during a fault and one after it, and returns both outcomes.
    private func deliverTwo(
        _ server: ScriptedHTTPServer, timeouts: SMSTimeouts = patientSMSTimeouts
    ) async throws -> [OutcomeCategory] {
        let session = try session(to: server.url, timeouts: timeouts)
        let outcomes = [await session.deliver(text("first")).category, await session.deliver(text("second")).category]
        await session.close()
        return outcomes
    }

    private static let answers: [(Answer, OutcomeCategory)] = [
        (.queued, .accepted),
        (.lastReply(201, #"{"sid": "SM1", "status": "accepted"}"#), .accepted),
        (.reply(400, #"{"code": 21211, "message": "no", "status": 400}"#), .rejectedPermanently(21211)),
        (.reply(400, #"{"code": 21610}"#), .rejectedPermanently(21610)),
        (.reply(429, #"{"code": 20429}"#, headers: ["Retry-After": "30"]), .rejectedTemporarily(20429)),
        (.reply(503, "busy"), .rejectedTemporarily(20503)),
        (.reply(401, #"{"code": 20003}"#), .senderRefused),
        (.reply(404, "{}"), .senderRefused),
        (.reply(500, #"{"code": 20500}"#), .unknown),
        (.reply(502, "<html>"), .unknown),
        (.reply(201, "<html>"), .unknown),
        (.reply(201, #"{"sid": "\#(String(repeating: "x", count: 100_000))"}"#), .unknown),
        (.cutReply(201, #"{"sid": "SM1"}"#), .unknown),
        (.cutReply(429, #"{"code": 20429}"#), .unknown),
        (.raw("\u{1}\u{2}garbage\r\n\r\n"), .unknown),
        (.raw("HTTP/1.1 201"), .unknown),
        (.raw("HTTP/1.1 abc Created\r\n\r\n"), .unknown),
        (.raw(""), .unknown),
        (.drop, .unknown),
    ]

    @Test(
        "the response determines the outcome, nothing is sent twice, and the next message has its own",
        arguments: answers)
    func outcome(answer: Answer, category: OutcomeCategory) async throws {
        let server = try ScriptedHTTPServer(answers: [answer])
        defer { server.stop() }
        #expect(try await deliverTwo(server) == [category, .accepted])
        #expect(try server.requests().map { $0.form["Body"] } == [markedBody("first"), markedBody("second")])
    }

    @Test("the response determines the outcome also on a reused connection", arguments: answers)
    func keptConnection(answer: Answer, category: OutcomeCategory) async throws {
        let server = try ScriptedHTTPServer(answers: [.queued, answer])
        defer { server.stop() }
        let session = try session(to: server.url)
        #expect(await session.deliver(text("warm")).category == .accepted)
        #expect(await session.deliver(text("first")).category == category)
        #expect(await session.deliver(text("second")).category == .accepted)
        #expect(try server.requests().map { $0.form["Body"] } == ["warm", "first", "second"].map(markedBody))
    }

    @Test("a silent service causes a timeout with an unknown outcome")
    func silence() async throws {
        let server = try ScriptedHTTPServer(answers: [.hang])
        defer { server.stop() }
        #expect(try await deliverTwo(server, timeouts: shortSMSTimeouts) == [.unknown, .accepted])
        #expect(try server.requests().count == 2)
    }

    @Test("a response after the timeout is not read as the next message's response")
    func lateAnswer() async throws {
        let server = try ScriptedHTTPServer(answers: [.hold, .reply(400, #"{"code": 21211}"#)])
        defer { server.stop() }
        let session = try session(to: server.url, timeouts: shortSMSTimeouts)
        #expect(await session.deliver(text("first")).category == .unknown)
        server.release()
        #expect(await session.deliver(text("second")).category == .rejectedPermanently(21211))
        #expect(await session.deliver(text("third")).category == .accepted)
    }

    @Test("an idle connection closed by the service is replaced, and one text message is sent")
    func idleConnectionClosed() async throws {
        let server = try ScriptedHTTPServer(answers: [.lastReply(201, #"{"sid": "SM1"}"#)])
        defer { server.stop() }
        #expect(try await deliverTwo(server) == [.accepted, .accepted])
        #expect(try server.connections() == 2)
    }

    @Test("a hundred text messages share one connection, and each arrives once")
    func reuse() async throws {
        let server = try ScriptedHTTPServer()
        defer { server.stop() }
        let session = try session(to: server.url)
        for number in 100..<200 { #expect(await session.deliver(text("\(number)")).category == .accepted) }
        await session.close()
        #expect(try server.connections() == 1)
        #expect(try server.requests().map { $0.form["Body"] } == (100..<200).map { markedBody("\($0)") })
    }

    @Test("does not follow redirects", arguments: [301, 302, 303, 307, 308])
    func redirection(status: Int) async throws {
        let other = try ScriptedHTTPServer()
        defer { other.stop() }
        let server = try ScriptedHTTPServer(answers: [.reply(status, "", headers: ["Location": other.url + "/x"])])
        defer { server.stop() }
        let category = await (try session(to: server.url)).deliver(text("x")).category
        #expect(category == ([302, 303].contains(status) ? .unknown : .notSent(unreachable: true)))
        #expect(try server.requests().count == 1)
        #expect(try other.connections() == 0)
    }

    @Test("the request has the configured path, account, form and validity")
    func request() async throws {
        let server = try ScriptedHTTPServer()
        defer { server.stop() }
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        let body = "Anna & Zoë + 100% = \"C\"\n👋 {{{ }}} <script>"
        let text = try TextMessage(
            to: "+14155550100", from: TextSender("+14155550199"), body: body, validUntil: now.addingTimeInterval(90.5))
        let session = try session(to: "\(server.url)/base", clock: { now })
        let id = "SM\(String(repeating: "0", count: 31))1"
        #expect(await session.deliver(text) == .accepted(reply: "\(id) queued", id: id))
        let request = try #require(try server.requests().first)
        #expect(request.method == "POST")
        #expect(request.path == "/base/2010-04-01/Accounts/\(ScriptedHTTPServer.account)/Messages.json")
        #expect(request.headers["content-type"] == "application/x-www-form-urlencoded")
        #expect(request.headers["expect"] == nil)
        #expect(
            request.form == [
                "To": "+14155550100", "From": "+14155550199", "Body": body, "ValidityPeriod": "90",
            ])
    }

    @Test("a pool is sent as such, and an expired text message is not sent")
    func poolAndTime() async throws {
        let server = try ScriptedHTTPServer()
        defer { server.stop() }
        let session = try session(to: server.url)
        let pool = try TextSender("MG0123456789abcdef0123456789abcdef")
        let late = try TextMessage(to: "+14155550100", from: pool, body: "late", validUntil: .distantPast)
        #expect(await session.deliver(late).category == .notSent(unreachable: false))
        let pooled = try TextMessage(to: "+14155550100", from: pool, body: "pooled")
        #expect(await session.deliver(pooled).category == .accepted)
        let expected = ["To": "+14155550100", "MessagingServiceSid": pool.text, "Body": "pooled"]
        #expect(try server.requests().map(\.form) == [expected])
    }

    @Test("the correct token logs in, and a wrong one is reported without repeating it")
    func login() async throws {
        let login = (user: ScriptedHTTPServer.account, password: ScriptedHTTPServer.token)
        let server = try ScriptedHTTPServer(login: login)
        defer { server.stop() }
        #expect(await (try session(to: server.url)).deliver(text("right")).category == .accepted)
        let wrong = await (try session(to: server.url, token: "guess")).deliver(text("wrong"))
        guard case .senderRefused(let reason) = wrong else {
            Issue.record("\(wrong)")
            return
        }
        #expect(reason.contains("token file") && reason.contains("20003"))
        #expect(!reason.contains("guess"))
    }

    @Test("the requested delay comes first, so that truncation does not remove it")
    func retryAfter() async throws {
        let long = #"{"code": 20429, "message": "\#(String(repeating: "x", count: 500))"}"#
        let server = try ScriptedHTTPServer(answers: [.reply(429, long, headers: ["Retry-After": "75"])])
        defer { server.stop() }
        let outcome = await (try session(to: server.url)).deliver(text("x"))
        guard case .rejectedTemporarily(20429, let reply) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reply.hasPrefix("HTTP 429, Retry-After: 75, error 20429: xxx"))
        #expect(reply.count == 200)
    }

    @Test("a delivery cancelled after the request was sent waits for the response")
    func cancellation() async throws {
        let server = try ScriptedHTTPServer(answers: [.hold])
        defer { server.stop() }
        let session = try session(to: server.url)
        let delivery = Task { await session.deliver(text("cancelled")) }
        try await server.receive(1)
        delivery.cancel()
        server.release()
        #expect(await delivery.value.category == .accepted)
    }

    @Test("a service that refuses connections or does not exist is unreachable")
    func unreachable() async throws {
        try await withRefusingPort { port in
            let refused = try session(to: "http://AC1@127.0.0.1:\(port)")
            #expect(await refused.deliver(text("x")).category == .notSent(unreachable: true))
        }
        let unresolved = try session(to: "https://AC1@no-such-host.invalid")
        #expect(await unresolved.deliver(text("x")).category == .notSent(unreachable: true))
    }
}

@Suite(
    "SMS sessions over TLS",
    .enabled(if: InstalledPrograms.python != nil && InstalledPrograms.openSSL != nil, "python3 or openssl is missing"),
    .timeLimit(.minutes(30)))
struct TwilioTLSTests {
    private func category(_ server: ScriptedHTTPServer, trusting certificate: Certificate?) async throws
        -> OutcomeCategory
    {
        let query = certificate.map { "?ca=\($0.path)" } ?? ""
        let url = try SMSTransportURL(parsing: "https://AC1@127.0.0.1:\(server.port)\(query)")
        return try await url.makeTransport(token: "t", timeouts: patientSMSTimeouts).makeSession()
            .deliver(text("x")).category
    }

    @Test("a text message is sent with a trusted certificate")
    func trusted() async throws {
        let certificate = try Certificate(for: "IP:127.0.0.1")
        let server = try ScriptedHTTPServer(certificate: certificate)
        defer { server.stop() }
        #expect(try await category(server, trusting: certificate) == .accepted)
        #expect(try server.requests().count == 1)
    }

    @Test("nothing is sent with an untrusted certificate, one for another name, or none")
    func untrusted() async throws {
        let certificate = try Certificate(for: "IP:127.0.0.1")
        let other = try Certificate(for: "DNS:sms.example.test")
        for (own, trusted) in [(certificate, nil), (other, other), (nil, certificate)] as [(Certificate?, Certificate?)]
        {
            let server = try ScriptedHTTPServer(certificate: own)
            defer { server.stop() }
            #expect(try await category(server, trusting: trusted) == .notSent(unreachable: true))
            #expect(try server.requests().isEmpty)
        }
    }
}
