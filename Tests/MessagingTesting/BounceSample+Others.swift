extension BounceSample {
    /// A bounce of Exim for a mailbox that remains full.
    public static let exim = BounceSample(
        description: "Exim, mailbox that remains full",
        text: """
            From Mailer-Daemon Tue Dec 01 09:00:00 2026
            Return-path: <>
            X-Failed-Recipients: anna@example.com
            Auto-Submitted: auto-replied
            From: Mail Delivery System <Mailer-Daemon@relay.intro.test>
            To: desk@intro.test
            References: <k7q29fxm.confirmation.1@intro.test>
            Content-Type: multipart/report; report-type=delivery-status; boundary=1796144402-eximdsn-99
            MIME-Version: 1.0
            Subject: Mail delivery failed: returning message to sender

            --1796144402-eximdsn-99
            Content-type: text/plain; charset=us-ascii

            A message that you sent could not be delivered: retry timeout exceeded

            --1796144402-eximdsn-99
            Content-type: message/delivery-status

            Reporting-MTA: dns; relay.intro.test

            Action: failed
            Final-Recipient: rfc822;anna@example.com
            Status: 5.0.0
            Remote-MTA: dns; mx.example.com
            Diagnostic-Code: smtp; 452-4.2.2 The recipient's inbox is out of storage space.

            --1796144402-eximdsn-99
            Content-type: message/rfc822

            Message-Id: <k7q29fxm.confirmation.1@intro.test>
            To: Anna <anna@example.com>

            --1796144402-eximdsn-99--

            """
    )

    /// A report of a delayed message.
    public static let delayed = BounceSample.report(
        """
        Final-Recipient: rfc822; anna@example.com
        Action: delayed
        Status: 4.4.1 (connection timed out)
        Diagnostic-Code: X-Relay; connect to mx.example.com[192.0.2.25]:25: timed out
        Will-Retry-Until: Sun, 06 Dec 2026 09:00:00 -0800 (PST)
        """, description: "a delay")

    /// A report of a successful delivery.
    public static let delivered = BounceSample.report(
        """
        Original-Recipient: rfc822;anna@example.com
        Final-Recipient: rfc822;anna.b@mail.example.org
        Action: delivered (to mailbox)
        Status: 2.0.0
        """, description: "a delivery of forwarded mail")

    /// A report wrapped by a filter: encoded, in upper case, with comments and folds, with the types of RFC 6533.
    public static let wrapped = BounceSample(
        description: "a report within other parts",
        text: """
            FROM: MAILER-DAEMON@mx.example.net
            MIME-VERSION: 1.0
            CONTENT-TYPE: MULTIPART/MIXED (checked by a filter);
             BOUNDARY="outer \\"1\\""

            preamble
            --outer "1"
            Content-Type: Multipart/Report; (two; three)
             Report-Type="delivery-status"; Boundary = inner

            --inner
            Content-Type: message/global-delivery-status
            Content-Transfer-Encoding: Quoted-Printable

            Reporting-MTA: dns; mx.example.net

            FINAL-RECIPIENT : UTF-8 ;
             anna=40example.com (Anna)
            ACTION: FAILED
            Status: 5.2.1 (dis=
            abled)
            Diagnostic-Code: smtp; 550 5.2.1 the account of =C3=84nna is disabled
            --inner  \t
            Content-Type: message/global-headers
            Content-Transfer-Encoding: base64

            TWVzc2FnZS1JRDogPGs3cTI5ZnhtLmNvbmZpcm1hdGlvbi4xQGludHJvLnRlc3Q+DQpU
            bzogQW5uYSA8YW5uYUBleGFtcGxlLmNvbT4NCg0K

            --outer "1"
            Content-Type: text/plain

            Scanned.
            --outer "1"--
            """
    )

    /// A spam complaint forwarded by a provider.
    public static let complaint = BounceSample(
        description: "a complaint of a feedback loop",
        text: """
            From: <abusedesk@provider.example>
            Subject: FW: You're booked
            To: desk@intro.test
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=feedback-report; boundary="part1_13d.2e68ed54"

            --part1_13d.2e68ed54
            Content-Type: text/plain; charset="US-ASCII"

            This is an email abuse report.

            --part1_13d.2e68ed54
            Content-Type: message/feedback-report

            Feedback-Type: abuse
            User-Agent: SomeGenerator/1.0
            Version: 1
            Original-Mail-From: <desk@intro.test>
            Original-Rcpt-To: <anna@example.com>
            Source-IP: 192.0.2.1

            --part1_13d.2e68ed54
            Content-Type: message/rfc822
            Content-Disposition: inline

            From: Intro <desk@intro.test>
            To: Anna <anna.b@example.com>
            Subject: You're booked
            Message-ID: <k7q29fxm.confirmation.1@intro.test>

            Hi Anna
            --part1_13d.2e68ed54--

            """
    )

    /// The same complaint without the complaining recipient.
    public static let hiddenComplaint = BounceSample(
        description: "a complaint without the complaining recipient",
        text: complaint.text.replacing("Original-Rcpt-To: <anna@example.com>\n", with: "")
            .replacing("To: Anna <anna.b@example.com>", with: "To: anna.b@example.com")
    )

    /// An automatic out-of-office reply.
    public static let autoReply = BounceSample(
        description: "an automatic reply",
        text: """
            From: Anna <anna@example.com>
            To: desk@intro.test
            Subject: Out of office
            Auto-Submitted: auto-replied
            In-Reply-To: <k7q29fxm.confirmation.1@intro.test>
            MIME-Version: 1.0
            Content-Type: multipart/alternative; boundary=b

            --b
            Content-Type: text/plain

            Final-Recipient: rfc822; anna@example.com
            Action: failed
            Status: 5.1.1
            --b--

            """
    )

    /// All reports about anna@example.com.
    public static let reports = [
        postfix, exchange, gmail, amazon, exim, delayed, delivered, wrapped, complaint, hiddenComplaint,
    ]
}
