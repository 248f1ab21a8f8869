import MessagingTesting
import Testing

@Suite("address suppression by the reason of a refusal")
struct BounceReasonTests {
    /// The fields of a report, and whether they show that the address is invalid.
    private static let failures: [(fields: String, isDead: Bool)] = [
        // A specific enhanced status code decides.
        ("Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user", true),
        ("Status: 5.1.10\nDiagnostic-Code: smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound", true),
        ("Status: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 user unknown to our policy", false),
        ("Status: 5.7.26\nDiagnostic-Code: smtp; 550 5.7.26 unauthenticated mail", false),
        ("Status: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 mailbox full", false),
        ("Status: 5.3.4\nDiagnostic-Code: smtp; 552 5.3.4 too big", false),
        // The code of the refusing server takes precedence over that of the reporting server.
        ("Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.7.1 blocked", false),
        ("Status: 5.0.0\nDiagnostic-Code: smtp; 550 5.7.23 SPF validation failed", false),
        ("Status: 5.0.0\nDiagnostic-Code: smtp; 550 #5.1.1 bad recipient", true),
        // If the code is unspecific, the text decides.
        ("Status: 5.0.0\nDiagnostic-Code: smtp; 554 Service unavailable; client host blocked using bl.example", false),
        ("Status: 5.0.0\nDiagnostic-Code: smtp; 550 SPF check failed", false),
        ("Status: 5.0.0\nDiagnostic-Code: smtp; 554 this looks like spam", false),
        ("Status: 5.0.0\nDiagnostic-Code: smtp; 552 message exceeds the size limit", false),
        ("Status: 5.0.0\nDiagnostic-Code: smtp; 550 DKIM signature did not verify", false),
        ("Status: 5.0.0\nDiagnostic-Code: smtp; 550 rejected by DMARC policy of intro.example", false),
        ("Status: 5.0.0\nDiagnostic-Code: smtp; 554 IP on a DNSBL, see http://rbl.example/", false),
        ("Status: 5.0.0\nDiagnostic-Code: smtp; 550 mailbox is over quota", false),
        ("Status: 5.0.0\nDiagnostic-Code: smtp; 550 Sender address rejected: Domain not found", false),
        ("Status: 5.0.0\nDiagnostic-Code: smtp; 554 Transaction failed", false),
        ("Status: 5.x\nDiagnostic-Code: smtp; 550 your reputation is too low", false),
        ("Status: 5.0.0\nX-Supplementary-Info: < #5.0.0 smtp; 550 Recipient address rejected: SPF failure>", false),
        ("Status: 5.0.0\nX-Supplementary-Info: < #5.0.0 smtp; 550 unknown user>", true),
        ("Status: 5.0.0\nDiagnostic-Code: smtp; 550 User unknown", true),
        ("Status: 5.0.0\nDiagnostic-Code: smtp; 550 No such recipient here", true),
        ("Status: 5.0.0\nDiagnostic-Code: smtp; 550 mailbox not found", true),
        ("Status: 5.0.0\nDiagnostic-Code: smtp; 554 delivery error: This account has been disabled", true),
        ("Status: 5.x\nDiagnostic-Code: smtp; 550 Unrouteable address", true),
        // Temporary failures never suppress an address.
        ("Status: 4.4.7\nDiagnostic-Code: smtp; 450 greylisted", false),
        ("Status: 5.4.7\nDiagnostic-Code: smtp; 451 4.7.1 try again later", false),
    ]

    @Test("a bounce always marks the message as failed, and suppresses only an invalid address")
    func failures() async throws {
        try await Studio.with { studio in
            for (number, failure) in Self.failures.enumerated() {
                let address = "guest\(number)@example.com"
                let hour = 10 + number % 14 / 2
                let time = "2026-12-\(10 + number / 14) \(hour):\(number % 2 == 0 ? "00" : "30")"
                let reference =
                    try await studio.answer(
                        "book", "--client", address, "--name", "Guest \(number)", "--at", time, "--override", "test")[
                        "reference"]?.text ?? ""
                try await studio.answer("reminders", "send")
                let name = reference.lowercased().replacing("-", with: "")
                let report = BounceSample.report(
                    "Final-Recipient: rfc822; \(address)\nAction: failed\n\(failure.fields)"
                ).text.replacing("k7q29fxm", with: name)
                let processed = try await studio.bounce(report)
                #expect(
                    processed["addresses"]?.items.map { $0["suppressed"] } == [.truth(failure.isDead)],
                    "\(failure.fields)")
                let message = try await studio.account(of: reference)["confirmation"]
                #expect(message?["status"] == "failed" && message?["reason"] == "bounced", "\(failure.fields)")
                let reply = message?["reply"]?.text ?? ""
                #expect(!reply.isEmpty && !reply.hasPrefix("250"), "\(failure.fields)")
                #expect(try await studio.suppressed()[address] == (failure.isDead ? "hard_bounce" : nil))
            }
        }
    }

    /// A reply to an SMTP command, and whether it suppresses the address.
    private static let dialogues: [(step: ScriptedServer.Step, reply: String, isDead: Bool)] = [
        (.rcpt, "550 5.1.1 <anna@example.com>: Recipient address rejected: User unknown", true),
        (.rcpt, "550 5.1.10 Recipient not found", true), (.rcpt, "550 No such user here", true),
        (.rcpt, "550 5.7.1 Relaying denied", false), (.rcpt, "552 5.2.2 Mailbox full", false),
        (.rcpt, "554 blocked using bl.example", false), (.rcpt, "550 SPF check failed", false),
        (.dot, "550 5.1.1 no such mailbox", true), (.dot, "554 5.7.1 this is spam", false),
        (.mail, "550 5.1.1 unknown user", false), (.mail, "550 5.7.1 Authentication is required for relay", false),
    ]

    @Test(
        "suppresses an address that the server rejects permanently in the SMTP dialogue, as for a bounce",
        .enabled(if: InstalledPrograms.python != nil, "needs Python"))
    func dialogue() async throws {
        for dialogue in Self.dialogues {
            try await Studio.with { studio in
                let reference = try await studio.reference("Anna", at: "2026-12-07 09:00")
                let server = try ScriptedServer(faults: [.at(dialogue.step, .reply(dialogue.reply))])
                _ = try await studio.intro("reminders", "send", environment: studio.mailing(to: server.url))
                let expected = dialogue.isDead ? ["anna@example.com": "hard_bounce"] : [:]
                #expect(try await studio.suppressed() == expected, "\(dialogue)")
                guard dialogue.isDead else { return }
                let account = try await studio.account(of: reference)
                #expect(account["confirmation"]?["status"] == "failed")
                #expect(account["three-days"]?["reason"] == "hard_bounce")
            }
        }
    }
}
