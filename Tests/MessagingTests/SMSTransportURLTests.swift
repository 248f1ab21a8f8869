import Testing

@testable import Messaging

@Suite("SMS transport URLs")
struct SMSTransportURLTests {
    private func server(_ url: String) throws -> SMSServer {
        guard case .twilio(let server) = try SMSTransportURL(parsing: url) else { throw CancellationError() }
        return server
    }

    private static let addresses: [(String, String)] = [
        ("https://AC1@api.twilio.com", "https://api.twilio.com:443/2010-04-01/Accounts/AC1/Messages.json"),
        (
            "HTTPS://AC1@sms.example:8443/base/v1/",
            "https://sms.example:8443/base/v1/2010-04-01/Accounts/AC1/Messages.json"
        ),
        ("http://AC1@127.0.0.1:8080", "http://127.0.0.1:8080/2010-04-01/Accounts/AC1/Messages.json"),
        ("http://AC1@127.9.8.7/x", "http://127.9.8.7:80/x/2010-04-01/Accounts/AC1/Messages.json"),
        ("http://AC1@LocalHost", "http://LocalHost:80/2010-04-01/Accounts/AC1/Messages.json"),
        ("http://AC1@[::1]:81", "http://[::1]:81/2010-04-01/Accounts/AC1/Messages.json"),
    ]

    @Test("parses a service with its defaults", arguments: addresses)
    func services(url: String, address: String) throws {
        #expect(try server(url).messagesURL == address)
        #expect(try server(url).account == "AC1")
    }

    @Test("parses a certificate file and a folder")
    func others() throws {
        #expect(try server("https://AC1@sms.example?ca=/tmp/ca.pem").certificates == "/tmp/ca.pem")
        #expect(try SMSTransportURL(parsing: "file:///var/sms%20out") == .folder(path: "/var/sms out"))
    }

    private static let refusals: [(String, TransportConfigurationError.Problem?)] = [
        ("https://AC1:secret@sms.example", .passwordInURL), ("https://:secret@sms.example", .passwordInURL),
        ("http://AC1@sms.example", .unprotected), ("http://AC1@10.0.0.1", .unprotected),
        ("http://AC1@127.0.0.1.example", .unprotected), ("http://AC1@128.0.0.1", .unprotected),
        ("http://AC1@localhost.example", .unprotected), ("http://AC1@127.1", .unprotected),
        ("smtp://AC1@sms.example", .unknownScheme("smtp")), ("ftp://AC1@sms.example", .unknownScheme("ftp")),
        ("https://AC1@sms.example?tls=none", .unknownSetting("tls=none")),
        ("https://AC1@sms.example?ca=", .unknownSetting("ca=")),
        ("http://AC1@localhost?ca=/tmp/x", .unknownSetting("ca=/tmp/x")), ("file:///out?x=y", .unknownSetting("x")),
        ("https://sms.example", nil), ("https://@sms.example", nil), ("https://AC1@", nil), ("", nil), ("sms", nil),
        ("https://AC%2F1@sms.example", nil), ("https://AC1%0A@sms.example", nil), ("https://A%3AC@sms.example", nil),
        ("https://AC1@sms.example:0", nil), ("https://AC1@sms.example/a%0Ab", nil),
        ("https://AC1@sms.example/a/../b", nil),
        ("https://AC1@sms.example/a%3Fb", nil), ("https://AC1@sms.example#x", nil), ("file:relative", nil),
        ("file://host/out", nil),
    ]

    @Test("rejects any other URL without repeating its password", arguments: refusals)
    func refused(url: String, expected: TransportConfigurationError.Problem?) {
        let error = #expect(throws: TransportConfigurationError.self) { try SMSTransportURL(parsing: url) }
        if let expected { #expect(error == TransportConfigurationError(.texts, expected)) }
        #expect(error?.messageKind == .texts)
        #expect(error?.description.contains("secret") == false)
        #expect(error?.description.contains("mail") == false)
    }

    @Test("requires a token and readable certificates")
    func token() throws {
        let service = try SMSTransportURL(parsing: "https://AC1@sms.example")
        let certified = try SMSTransportURL(parsing: "https://AC1@sms.example?ca=/no/such/file")
        #expect(throws: TransportConfigurationError(.texts, .missingPassword)) { try service.makeTransport() }
        #expect(throws: TransportConfigurationError(.texts, .missingPassword)) { try service.makeTransport(token: "") }
        #expect(throws: TransportConfigurationError(.texts, .unreadableCertificates(path: "/no/such/file"))) {
            try certified.makeTransport(token: "x")
        }
        #expect(throws: Never.self) { try service.makeTransport(token: "x") }
    }
}
