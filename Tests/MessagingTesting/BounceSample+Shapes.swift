/// Reports in shapes other than RFC 3464 and RFC 5965, as older or unusual systems send them.
extension BounceSample {
    /// A plain-text bounce of qmail (QSBMF).
    public static let qmail = BounceSample(
        description: "qmail, unknown mailbox",
        text: """
            Return-Path: <>
            Date: 1 Dec 2026 17:00:02 -0000
            From: MAILER-DAEMON@relay.intro.test
            To: desk@intro.test
            Subject: failure notice

            Hi. This is the qmail-send program at relay.intro.test.
            I'm afraid I wasn't able to deliver your message to the following addresses.
            This is a permanent error; I've given up. Sorry it didn't work out.

            <anna@example.com>:
            192.0.2.25 does not like recipient.
            Remote host said: 550 5.1.1 <anna@example.com>: no such mailbox
            Giving up on 192.0.2.25.

            --- Below this line is a copy of the message.

            Return-Path: <desk@intro.test>
            From: Intro <desk@intro.test>
            To: Anna <anna@example.com>
            Subject: You're booked
            Message-ID: <k7q29fxm.confirmation.1@intro.test>

            Hi Anna

            """
    )

    /// A plain-text bounce of Exim.
    public static let eximText = BounceSample(
        description: "Exim in plain text",
        text: """
            Return-path: <>
            X-Failed-Recipients: anna@example.com
            Auto-Submitted: auto-replied
            From: Mail Delivery System <Mailer-Daemon@relay.intro.test>
            To: desk@intro.test
            Subject: Mail delivery failed: returning message to sender
            Date: Tue, 01 Dec 2026 17:00:02 +0000

            This message was created automatically by mail delivery software.

            A message that you sent could not be delivered to one or more of its
            recipients. This is a permanent error. The following address(es) failed:

              anna@example.com
                host mx.example.com [192.0.2.25]
                SMTP error from remote mail server after RCPT TO:<anna@example.com>:
                550 User unknown

            ------ This is a copy of the message, including all the headers. ------

            Return-path: <desk@intro.test>
            From: Intro <desk@intro.test>
            To: Anna <anna@example.com>
            Message-Id: <k7q29fxm.confirmation.1@intro.test>

            Hi Anna

            """
    )

    /// A plain-text bounce of older versions of Gmail.
    public static let oldGmail = BounceSample(
        description: "old Gmail in plain text",
        text: """
            From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
            To: desk@intro.test
            X-Failed-Recipients: anna@example.com
            Subject: Delivery Status Notification (Failure)
            Content-Type: text/plain; charset=ISO-8859-1

            Delivery to the following recipient failed permanently:

                 anna@example.com

            Technical details of permanent failure:
            Google tried to deliver your message, but it was rejected by the server for the recipient domain
            example.com by mx.example.com. [192.0.2.25].

            The error that the other server returned was:
            550 5.1.1 The email account that you tried to reach does not exist.

            ----- Original message -----

            DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=intro.test; s=x;
            From: Intro <desk@intro.test>
            To: Anna <anna@example.com>
            Message-ID: <k7q29fxm.confirmation.1@intro.test>

            Hi Anna

            """
    )

    /// A report of Google Workspace whose delivery status names no recipient.
    public static let workspace = BounceSample(
        description: "Google Workspace with an empty delivery status",
        text: """
            From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
            To: desk@intro.test
            X-Failed-Recipients: anna@example.com
            Subject: Delivery Status Notification (Failure)
            References: <k7q29fxm.confirmation.1@intro.test>
            In-Reply-To: <k7q29fxm.confirmation.1@intro.test>
            MIME-Version: 1.0
            Content-Type: multipart/report; boundary="00000000000039b2"; report-type=delivery-status

            --00000000000039b2
            Content-Type: text/plain; charset="UTF-8"

            ** Address not found **

            Your message wasn't delivered to anna@example.com because the address couldn't be found, or is unable to
            receive mail.

            --00000000000039b2
            Content-Type: message/delivery-status


            --00000000000039b2
            Content-Type: message/rfc822

            From: Intro <desk@intro.test>
            To: Anna <anna@example.com>
            Message-ID: <k7q29fxm.confirmation.1@intro.test>

            Hi Anna
            --00000000000039b2--

            """
    )

    /// A complaint of Microsoft's Junk Mail Reporting Program from before RFC 5965.
    public static let jmrp = BounceSample(
        description: "a complaint in Microsoft's old format",
        text: """
            From: <staff@hotmail.com>
            To: desk@intro.test
            Subject: complaint about message from 192.0.2.1
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary="jmrp_1"

            --jmrp_1
            Content-Type: message/rfc822
            Content-Disposition: inline

            X-HmXmrOriginalRecipient: <anna@example.com>
            X-SID-PRA: desk@intro.test
            From: Intro <desk@intro.test>
            To: Anna <anna@example.com>
            Subject: You're booked
            Message-ID: <k7q29fxm.confirmation.1@intro.test>

            Hi Anna
            --jmrp_1--

            """
    )

    /// A complaint whose recipient is a hash (RFC 6590).
    public static let redactedComplaint = BounceSample(
        description: "a complaint with a redacted recipient",
        text: complaint.text
            .replacing("Original-Rcpt-To: <anna@example.com>", with: "Original-Rcpt-To: <f63fVYmqkR8Zo3@example.com>")
            .replacing("To: Anna <anna.b@example.com>", with: "To: redacted@example.com")
    )

    /// A complaint whose recipient is not an address.
    public static let hashedComplaint = BounceSample(
        description: "a complaint with a hash as the recipient",
        text: complaint.text
            .replacing("Original-Rcpt-To: <anna@example.com>", with: "Original-Rcpt-To: 3c2f9b7e0d5a41c8")
            .replacing("To: Anna <anna.b@example.com>", with: "To: undisclosed-recipients:;")
    )

    /// The failures in formats other than that of ``reports``.
    public static let otherShapes = [qmail, eximText, oldGmail, workspace]
}
