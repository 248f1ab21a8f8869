import MessagingTesting
import Testing

@testable import Messaging

@Suite("transport URLs")
struct TransportURLTests {
    private func server(_ url: String) throws -> SMTPServer {
        guard case .smtp(let server) = try MailTransportURL(parsing: url) else { throw CancellationError() }
        return server
    }

    @Test("parses a mail server with its defaults")
    func defaults() throws {
        let plain = try server("smtp://mail.example.com")
        #expect(plain.security == .startTLS)
        #expect(plain.curlURL == "smtp://mail.example.com:25/")
        let secure = try server("smtps://mail.example.com")
        #expect(secure.security == .implicitTLS)
        #expect(secure.curlURL == "smtps://mail.example.com:465/")
    }

    @Test("parses every part of a mail server's URL")
    func parts() throws {
        let server = try server("SMTP://anna%40example.com@[::1]:587/desk.example.com?tls=none&ca=/tmp/ca.pem")
        #expect(server.user == "anna@example.com")
        #expect(server.curlURL == "smtp://[::1]:587/desk.example.com")
        #expect(server.security == .none)
        #expect(server.certificates == "/tmp/ca.pem")
    }

    @Test("parses a folder with its escapes")
    func folder() throws {
        #expect(try MailTransportURL(parsing: "file:///var/mail%20box/out") == .maildir(path: "/var/mail box/out"))
        #expect(try MailTransportURL(parsing: "file://localhost/out") == .maildir(path: "/out"))
    }

    private static let refusals: [(String, TransportConfigurationError.Problem?)] = [
        ("smtp://anna:secret@mail.example.com", .passwordInURL), ("smtps://:secret@mail.example.com", .passwordInURL),
        ("http://mail.example.com", .unknownScheme("http")), ("mailto:a@x.test", .unknownScheme("mailto")),
        ("smtp://mail.example.com?tsl=none", .unknownSetting("tsl=none")),
        ("smtp://mail.example.com?tls=off", .unknownSetting("tls=off")),
        ("smtps://mail.example.com?tls=none", .unknownSetting("tls=none")),
        ("smtp://mail.example.com?ca=", .unknownSetting("ca=")), ("file:///out?tls=none", .unknownSetting("tls")),
        ("", nil), ("mail.example.com", nil), ("smtp://", nil), ("smtp:///x", nil), ("smtp://mail.example.com:0", nil),
        ("smtp://mail.example.com:99999", nil), ("smtp://mail.example.com/a%0D%0AMAIL", nil),
        ("smtp://mail.example.com/a/b", nil), ("smtp://mail%0A.example.com", nil), ("smtp://mail.example.com#x", nil),
        ("smtp://a%0Ab@mail.example.com", nil), ("file://", nil), ("file:///", nil), ("file:relative", nil),
        ("file://host/out", nil), ("file:///out%00x", nil),
    ]

    @Test("rejects any other URL without repeating its password", arguments: refusals)
    func refused(url: String, expected: TransportConfigurationError.Problem?) {
        let error = #expect(throws: TransportConfigurationError.self) { try MailTransportURL(parsing: url) }
        if let expected { #expect(error == TransportConfigurationError(.mail, expected)) }
        #expect(error?.description.contains("secret") == false)
    }

    @Test("requires user and password together, and readable certificates")
    func password() throws {
        let anonymous = try MailTransportURL(parsing: "smtp://127.0.0.1")
        let named = try MailTransportURL(parsing: "smtp://anna@127.0.0.1")
        let certified = try MailTransportURL(parsing: "smtp://127.0.0.1?ca=/no/such/file")
        #expect(throws: TransportConfigurationError(.mail, .passwordWithoutUser)) {
            try anonymous.makeTransport(password: "x")
        }
        #expect(throws: TransportConfigurationError(.mail, .missingPassword)) { try named.makeTransport() }
        #expect(throws: TransportConfigurationError(.mail, .unreadableCertificates(path: "/no/such/file"))) {
            try certified.makeTransport()
        }
        #expect(throws: Never.self) { try named.makeTransport(password: "x") }
    }
}
