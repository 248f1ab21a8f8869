import Messaging
import MessagingTesting
import Testing

@Suite(
    "SMTP with TLS",
    .enabled(if: InstalledPrograms.python != nil && InstalledPrograms.openSSL != nil, "python3 or openssl is missing"),
    .timeLimit(.minutes(30))
)
struct TLSTests {
    private let good: Certificate

    init() throws {
        good = try Certificate(for: "IP:127.0.0.1")
    }

    private func category(_ url: String) async throws -> OutcomeCategory {
        try await session(to: url).deliver(message("x"), from: desk, to: anna).category
    }

    @Test("without STARTTLS, only EHLO and QUIT are sent unprotected")
    func startTLSMissing() async throws {
        let server = try ScriptedServer()
        defer { server.stop() }
        #expect(try await category("smtp://127.0.0.1:\(server.port)/intro.test") == .notSent(unreachable: true))
        #expect(try server.commands().allSatisfy { $0.hasPrefix("EHLO") || $0 == "QUIT" })
        #expect(try server.receivedMessages().isEmpty)
    }

    @Test("a server that refuses STARTTLS receives no mail", arguments: ["454 4.7.0 not now", "502 5.5.1 no"])
    func startTLSRefused(reply: String) async throws {
        let server = try ScriptedServer(faults: [.at(.starttls, .reply(reply))], tls: (.starttls, good))
        defer { server.stop() }
        let expected = reply.hasPrefix("4") ? OutcomeCategory.rejectedTemporarily(421) : .notSent(unreachable: true)
        #expect(try await category("smtp://127.0.0.1:\(server.port)/?ca=\(good.path)") == expected)
        #expect(try server.receivedMessages().isEmpty)
    }

    @Test("mail is sent after STARTTLS with a trusted certificate")
    func startTLS() async throws {
        let server = try ScriptedServer(tls: (.starttls, good))
        defer { server.stop() }
        #expect(try await category("smtp://127.0.0.1:\(server.port)/intro.test?ca=\(good.path)") == .accepted)
        #expect(try server.commands().prefix(3) == ["EHLO intro.test", "STARTTLS", "EHLO intro.test"])
        #expect(try server.receivedMessages().marks == ["x"])
    }

    @Test("mail is sent over smtps with a trusted certificate")
    func implicitTLS() async throws {
        let server = try ScriptedServer(tls: (.implicit, good))
        defer { server.stop() }
        #expect(try await category("smtps://127.0.0.1:\(server.port)/?ca=\(good.path)") == .accepted)
        #expect(try server.receivedMessages().marks == ["x"])
    }

    @Test("an untrusted certificate ends the session", arguments: [ScriptedServer.Security.starttls, .implicit])
    func untrusted(security: ScriptedServer.Security) async throws {
        let server = try ScriptedServer(tls: (security, good))
        defer { server.stop() }
        let scheme = security == .implicit ? "smtps" : "smtp"
        #expect(try await category("\(scheme)://127.0.0.1:\(server.port)/") == .notSent(unreachable: true))
        #expect(try server.receivedMessages().isEmpty)
    }

    @Test(
        "a certificate for another name ends the session",
        arguments: [ScriptedServer.Security.starttls, .implicit])
    func mismatch(security: ScriptedServer.Security) async throws {
        let other = try Certificate(for: "DNS:mail.example.test")
        let server = try ScriptedServer(tls: (security, other))
        defer { server.stop() }
        let scheme = security == .implicit ? "smtps" : "smtp"
        #expect(
            try await category("\(scheme)://127.0.0.1:\(server.port)/?ca=\(other.path)") == .notSent(unreachable: true))
        #expect(try server.receivedMessages().isEmpty)
    }
}
