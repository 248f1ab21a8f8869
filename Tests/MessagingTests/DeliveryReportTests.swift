import Messaging
import MessagingTesting
import Testing

@Suite("Delivery reports")
struct DeliveryReportTests {
    private static let id = "k7q29fxm.confirmation.1@intro.test"

    private func delivery(_ octets: [UInt8]) throws -> DeliveryReport {
        guard case .delivery(let report) = try MailReport(reading: octets) else { throw NoDelivery() }
        return report
    }

    private struct NoDelivery: Error {}

    struct Expected: Sendable {
        let action: DeliveryReport.Action
        let status: String
        let isPermanent: Bool
        let diagnostic: String?
    }

    private static let table: [(BounceSample, Expected)] = [
        (
            .postfix,
            Expected(
                action: .failed, status: "5.1.1", isPermanent: true,
                diagnostic:
                    "550 5.1.1 <anna@example.com>: Recipient address rejected: User unknown in virtual mailbox table")
        ),
        (
            .exchange,
            Expected(
                action: .failed, status: "5.1.10", isPermanent: true,
                diagnostic: "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup")
        ),
        (
            .gmail,
            Expected(
                action: .failed, status: "5.1.1", isPermanent: true,
                diagnostic: "550-5.1.1 The account that you tried to reach does not exist. 550-5.1.1 Please check for "
                    + "typos. 550 5.1.1 d2e1a72fcca58 - gsmtp")
        ),
        (
            .amazon,
            Expected(
                action: .failed, status: "5.1.1", isPermanent: true,
                diagnostic: "The service has suppressed sending to this address, which has bounced of late.")
        ),
        (
            .exim,
            Expected(
                action: .failed, status: "4.2.2", isPermanent: false,
                diagnostic: "452-4.2.2 The recipient's inbox is out of storage space.")
        ),
        (
            .delayed,
            Expected(
                action: .delayed, status: "4.4.1", isPermanent: false,
                diagnostic: "connect to mx.example.com[192.0.2.25]:25: timed out")
        ),
        (.delivered, Expected(action: .delivered, status: "2.0.0", isPermanent: false, diagnostic: nil)),
        (
            .wrapped,
            Expected(
                action: .failed, status: "5.2.1", isPermanent: true,
                diagnostic: "550 5.2.1 the account of Änna is disabled")
        ),
    ]

    @Test("parses recipient, action and reason, with LF and CRLF line endings", arguments: table)
    func sample(_ sample: BounceSample, expected: Expected) throws {
        for octets in [sample.octets, sample.withCRLF] {
            let report = try delivery(octets)
            let recipient = try #require(report.recipients.first)
            #expect(report.recipients.count == 1)
            #expect(recipient.address.address == "anna@example.com")
            #expect(recipient.action == expected.action)
            #expect(recipient.status?.description == expected.status)
            #expect(recipient.isPermanent == expected.isPermanent)
            #expect(recipient.diagnostic == expected.diagnostic)
            #expect(report.messageIDs.first == Self.id)
        }
    }

    private static let writer = """
        import email.message, email.mime.base, email.mime.message, email.mime.multipart, email.mime.text, json
        import email.policy
        def fields(*pairs):
            block = email.message.Message(policy=email.policy.SMTP)
            for name, body in pairs:
                block[name] = body
            return block
        status = email.mime.base.MIMEBase("message", "delivery-status", policy=email.policy.SMTP)
        status.set_payload([
            fields(("Reporting-MTA", "dns; mx.example.net")),
            fields(("Final-Recipient", "rfc822; anna@example.com"), ("Action", "failed"), ("Status", "5.1.1"),
                   ("Diagnostic-Code", "smtp; 550 5.1.1 " + "long words " * 20)),
        ])
        ours = fields(("To", "Annä <anna@example.com>"), ("Message-ID", "<k7q29fxm.confirmation.1@intro.test>"))
        ours.set_payload("Hi")
        report = email.mime.multipart.MIMEMultipart("report", report_type="delivery-status", policy=email.policy.SMTP)
        report.attach(email.mime.text.MIMEText("Unzustellbar ü", "plain", "utf-8", policy=email.policy.SMTP))
        report.attach(status)
        report.attach(email.mime.message.MIMEMessage(ours, policy=email.policy.SMTP))
        print(json.dumps(report.as_bytes().decode()))
        """

    @Test(
        "parses a report written by Python's email package",
        .enabled(if: InstalledPrograms.python != nil, "python3 is missing"))
    func writtenByPython() throws {
        let text: String = try Python.run(Self.writer, on: [])
        let report = try delivery(Array(text.utf8))
        #expect(report.recipients.map(\.address.address) == ["anna@example.com"])
        #expect(report.recipients.map(\.isPermanent) == [true])
        #expect(report.messageIDs.first == Self.id)
    }

    @Test("parses the reporting and the remote server")
    func servers() throws {
        let report = try delivery(BounceSample.postfix.octets)
        #expect(report.reportingServer == "relay.intro.test")
        #expect(report.recipients.first?.remoteServer == "mx.example.com")
    }

    @Test("parses the final address of a forwarded message")
    func forwarded() throws {
        let recipient = try #require(try delivery(BounceSample.delivered.octets).recipients.first)
        #expect(recipient.finalAddress?.address == "anna.b@mail.example.org")
    }

    @Test("parses several recipients, and skips those without a valid address or action")
    func several() throws {
        let report = try delivery(
            BounceSample.report(
                """
                Final-Recipient: rfc822; anna@example.com
                Action: failed
                Status: 5.1.1

                Final-Recipient: x400; /G=Ben/O=Example/
                Action: failed
                Status: 5.1.1


                Final-Recipient: rfc822; <cleo@example.com>
                Action: expanded
                Status: 2.1.5

                Final-Recipient: rfc822; dora@example.com
                Action: pondered
                """
            ).octets)
        #expect(report.recipients.map(\.address.address) == ["anna@example.com", "cleo@example.com"])
        #expect(report.recipients.map(\.isPermanent) == [true, false])
    }

    private static let statuses: [(String, String?, Bool)] = [
        // Caused by the address.
        ("5.1.1", nil, true), ("5.1.2", nil, true), ("5.1.3", nil, true), ("5.1.6", nil, true), ("5.1.10", nil, true),
        ("5.2.1", nil, true), ("5.4.1", "smtp; 550 5.4.1 Recipient address rejected", true),
        ("5.4.4", nil, true), ("5.5.0", "smtp; 550 5.5.0 mailbox unavailable", true),
        ("5.1.1 (no such user)", nil, true),
        // Caused by the sender, the message, the mailbox's size, a policy, a server or a timeout.
        ("5.1.7", nil, false), ("5.1.8", nil, false), ("5.2.2", nil, false), ("5.2.3", nil, false),
        ("5.3.0", nil, false), ("5.3.4", nil, false), ("5.4.6", nil, false), ("5.4.7", "smtp;550 4.4.7 Expired", false),
        ("5.4.300", nil, false), ("5.5.3", nil, false), ("5.6.1", nil, false), ("5.7.1", nil, false),
        ("5.7.26", nil, false), ("5.7.13", nil, false), ("5.7.17", nil, false),
        // Unknown cause.
        ("5.0.0", nil, false), ("5.0.0", "smtp; 550", false), ("5.0.0", "X-Unix; 75", false),
        ("5.0.0", "smtp; 554 Transaction failed", false), ("5.5.0", nil, false),
        // Failed after retries.
        ("4.4.1", nil, false), ("4.4.7", "smtp; 550 5.1.1 no", false), ("4.2.2", nil, false),
        // The reporting server's status is unspecific, so the refusing server's reply decides.
        ("5.0.0", "smtp; 552 5.2.2 mailbox full", false), ("5.0.0", "smtp; 550 nobody here", true),
        ("5.0.0", "smtp; 452 full", false), ("5.0.0", "smtp; 550-5.7.1 spam", false),
        ("5.0.0", "smtp; 5.7.1 - spam", false), ("nonsense", "smtp; 550 5.1.1 no", true),
        ("nonsense", "smtp; 4501 years", false), ("nonsense", nil, false), ("", nil, false), ("5.1", nil, false),
        ("5.1.1.1", nil, false), ("9.1.1", nil, false), ("55.1.1", nil, false), ("5.1.1111", nil, false),
        ("٥.1.1", nil, false),
    ]

    @Test("marks an address as invalid only when the address caused the failure", arguments: statuses)
    func permanence(status: String, diagnostic: String?, isPermanent: Bool) throws {
        let words = diagnostic.map { "\nDiagnostic-Code: \($0)" } ?? ""
        let block = "Final-Recipient: rfc822; anna@example.com\nAction: failed\nStatus: \(status)\(words)"
        #expect(try delivery(BounceSample.report(block).octets).recipients.first?.isPermanent == isPermanent)
    }

    @Test("marks an address as invalid only for a failed delivery", arguments: DeliveryReport.Action.allCases)
    func action(_ action: DeliveryReport.Action) throws {
        let block = "Final-Recipient: rfc822; anna@example.com\nAction: \(action.rawValue)\nStatus: 5.1.1"
        let recipient = try #require(try delivery(BounceSample.report(block).octets).recipients.first)
        #expect(recipient.action == action)
        #expect(recipient.isPermanent == (action == .failed))
    }

    @Test("the diagnostic is one line of at most 500 characters without control characters")
    func words() throws {
        let long = String(repeating: "x", count: 9000)
        let block = """
            Final-Recipient: rfc822; anna@example.com
            Action: failed
            Status: 5.1.1
            Diagnostic-Code: smtp; 550 \u{1B}[31m\u{202E}\(long)
            """
        let words = try delivery(BounceSample.report(block).octets).recipients.first?.diagnostic
        #expect(words?.hasPrefix("550 \u{FFFD}[31m\u{FFFD}xxx") == true)
        #expect(words?.count == 500)
    }
}
