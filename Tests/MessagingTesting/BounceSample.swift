/// Reports as mail servers write them, about a message to anna@example.com.
public struct BounceSample: Sendable, CustomStringConvertible {
    /// The sender or the subject of the report.
    public let description: String
    /// The report with LF line endings.
    public let text: String

    /// Creates a sample.
    public init(description: String, text: String) {
        self.description = description
        self.text = text
    }

    /// The octets with LF line endings.
    public var octets: [UInt8] { Array(text.utf8) }
    /// The octets with CRLF line endings, as in transit.
    public var withCRLF: [UInt8] { Array(text.replacing("\n", with: "\r\n").utf8) }

    /// Returns a report with the usual three parts.
    public static func report(_ status: String, description: String = "made up") -> BounceSample {
        BounceSample(
            description: description,
            text: """
                From: MAILER-DAEMON@mx.example.net
                To: desk@intro.test
                Subject: Undeliverable
                MIME-Version: 1.0
                Content-Type: multipart/report; report-type=delivery-status; boundary=b1

                --b1
                Content-Type: text/plain

                Sorry.
                --b1
                Content-Type: message/delivery-status

                Reporting-MTA: dns; mx.example.net

                \(status)
                --b1
                Content-Type: text/rfc822-headers

                Message-ID: <k7q29fxm.confirmation.1@intro.test>
                To: Anna <anna@example.com>

                --b1--

                """
        )
    }

    /// A bounce of Postfix for an unknown user.
    public static let postfix = BounceSample(
        description: "Postfix, unknown user",
        text: """
            Return-Path: <>
            Received: by relay.intro.test (Postfix) id 4Y2; Tue,  1 Dec 2026 09:00:02 -0800 (PST)
            Date: Tue,  1 Dec 2026 09:00:02 -0800 (PST)
            From: MAILER-DAEMON@relay.intro.test (Mail Delivery System)
            Subject: Undelivered Mail Returned to Sender
            To: desk@intro.test
            Auto-Submitted: auto-replied
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status;
            \tboundary="4Y2mX.1796144402/relay.intro.test"
            Content-Transfer-Encoding: 8bit

            This is a MIME-encapsulated message.

            --4Y2mX.1796144402/relay.intro.test
            Content-Description: Notification
            Content-Type: text/plain; charset=utf-8

            Your mail could not be delivered to one recipient.

            <anna@example.com>: host mx.example.com[192.0.2.25] said: 550 5.1.1 nobody

            --4Y2mX.1796144402/relay.intro.test
            Content-Description: Delivery report
            Content-Type: message/delivery-status

            Reporting-MTA: dns; relay.intro.test
            X-Postfix-Queue-ID: 4Y2mX
            X-Postfix-Sender: rfc822; desk@intro.test
            Arrival-Date: Tue,  1 Dec 2026 09:00:01 -0800 (PST)

            Final-Recipient: rfc822; anna@example.com
            Original-Recipient: rfc822;anna@example.com
            Action: failed
            Status: 5.1.1
            Remote-MTA: dns; mx.example.com
            Diagnostic-Code: smtp; 550 5.1.1 <anna@example.com>: Recipient address rejected:
                User unknown in virtual mailbox table

            --4Y2mX.1796144402/relay.intro.test
            Content-Description: Undelivered Message
            Content-Type: message/rfc822
            Content-Transfer-Encoding: 8bit

            Date: Tue, 01 Dec 2026 17:00:00 +0000
            From: Intro <desk@intro.test>
            To: Anna <anna@example.com>
            Subject: You're booked
            Message-ID: <k7q29fxm.confirmation.1@intro.test>
            Content-Type: multipart/alternative; boundary="=_alternative_1"

            --=_alternative_1
            Content-Type: text/plain

            Hi Anna
            --=_alternative_1--

            --4Y2mX.1796144402/relay.intro.test--

            """
    )

    /// A bounce of Exchange.
    public static let exchange = BounceSample(
        description: "Exchange Online, not in the directory",
        text: """
            From: "Microsoft Outlook" <postmaster@example.onmicrosoft.test>
            To: <desk@intro.test>
            Date: Tue, 1 Dec 2026 17:00:05 +0000
            Content-Type: multipart/report; report-type=delivery-status;
            \tboundary="_1c9e4b1f-0a52_"
            X-MS-Exchange-Message-Is-Ndr:
            Content-Language: en-US
            Message-ID: <1f0a52@EX01.example.onmicrosoft.test>
            In-Reply-To: <k7q29fxm.confirmation.1@intro.test>
            References: <k7q29fxm.confirmation.1@intro.test>
            Subject: Undeliverable: You're booked
            Auto-Submitted: auto-replied
            MIME-Version: 1.0

            --_1c9e4b1f-0a52_
            Content-Type: multipart/alternative; differences=Content-Type;
            \tboundary="_f0e1c9e4-8d11_"

            --_f0e1c9e4-8d11_
            Content-Type: text/plain; charset="us-ascii"
            Content-Transfer-Encoding: quoted-printable

            anna wasn't found at example.com.=

            --_f0e1c9e4-8d11_
            Content-Type: text/html; charset="us-ascii"

            <p>anna wasn't found at example.com.</p>
            --_f0e1c9e4-8d11_--

            --_1c9e4b1f-0a52_
            Content-Type: message/delivery-status

            Reporting-MTA: dns;EX01.example.onmicrosoft.test
            Received-From-MTA: dns;relay.intro.test
            Arrival-Date: Tue, 1 Dec 2026 17:00:03 +0000

            Final-Recipient: rfc822;anna@example.com
            Action: failed
            Status: 5.1.10
            Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup


            --_1c9e4b1f-0a52_
            Content-Type: message/rfc822

            Received: from relay.intro.test by EX01; Tue, 1 Dec 2026 17:00:03 +0000
            From: Intro <desk@intro.test>
            To: =?UTF-8?B?QW5uYSAoWm/DqyksIGZyaWVuZA==?= <anna@example.com>
            Subject: You're booked

            Hi

            --_1c9e4b1f-0a52_--

            """
    )

    /// A bounce of Gmail.
    public static let gmail = BounceSample(
        description: "Gmail, no such account",
        text: """
            From: Mail Delivery Subsystem <mailer-daemon@mail.example.com>
            To: desk@intro.test
            Auto-Submitted: auto-replied
            Subject: Delivery Status Notification (Failure)
            Content-Type: multipart/report; boundary="000000000000a1b2c30605"; report-type=delivery-status

            --000000000000a1b2c30605
            Content-Type: multipart/related; boundary="000000000000a1b2c80606"

            --000000000000a1b2c80606
            Content-Type: text/html; charset="UTF-8"

            <p>Address not found</p>
            --000000000000a1b2c80606
            Content-Type: image/png; name="icon.png"
            Content-Transfer-Encoding: base64
            Content-ID: <icon.png>

            iVBORw0KGgo=
            --000000000000a1b2c80606--
            --000000000000a1b2c30605
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mail.example.com
            Received-From-MTA: dns; desk@intro.test
            Arrival-Date: Tue, 01 Dec 2026 09:00:01 -0800 (PST)
            X-Original-Message-ID: <k7q29fxm.confirmation.1@intro.test>

            Final-Recipient: rfc822; anna@example.com
            Action: failed
            Status: 5.1.1
            Remote-MTA: dns; mx.example.com. (192.0.2.26, the server for the domain example.com.)
            Diagnostic-Code: smtp; 550-5.1.1 The account that you tried to reach does not exist.
             550-5.1.1 Please check for typos. 550 5.1.1 d2e1a72fcca58 - gsmtp
            Last-Attempt-Date: Tue, 01 Dec 2026 09:00:02 -0800 (PST)

            --000000000000a1b2c30605
            Content-Type: text/rfc822-headers

            To: "Anna, of Example" <anna@example.com>
            Subject: You're booked

            --000000000000a1b2c30605--

            """
    )

    /// A bounce of Amazon SES.
    public static let amazon = BounceSample(
        description: "Amazon SES, suppressed address",
        text: """
            From: MAILER-DAEMON@amazonses.example
            To: desk@intro.test
            Subject: Delivery Status Notification (Failure)
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status; boundary="----=_Part_7_99.17"

            ------=_Part_7_99.17
            Content-Type: text/plain; charset=us-ascii
            Content-Transfer-Encoding: 7bit

            An error occurred while trying to deliver the mail.
            ------=_Part_7_99.17
            Content-Type: message/delivery-status

            Reporting-MTA: dns; a1.smtp-out.amazonses.example

            Action: failed
            Final-Recipient: rfc822; anna@example.com
            Diagnostic-Code: The service has suppressed sending to this address, which has bounced of late.
            Status: 5.1.1

            ------=_Part_7_99.17
            Content-Type: message/rfc822

            Message-ID: <k7q29fxm.confirmation.1@intro.test>
            To: anna@example.com

            ------=_Part_7_99.17--

            """
    )
}
