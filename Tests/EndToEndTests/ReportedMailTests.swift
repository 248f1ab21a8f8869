import Foundation
import MessagingTesting
import Postgres
import Testing

@Suite("validation of bounces and complaints")
struct ReportedMailTests {
    private static let forgeries: [(what: String, mail: @Sendable (Studio.SentMail) -> String)] = [
        ("a Message-ID that was never ours", { $0.failure("Status: 5.1.1").replacing($0.messageID, with: "x@y.test") }),
        (
            "a reference that does not exist",
            {
                let name = $0.reference.lowercased().replacing("-", with: "")
                return $0.failure("Status: 5.1.1").replacing(name, with: "00000000")
            }
        ),
        (
            "a message that no rule has sent",
            { $0.failure("Status: 5.1.1").replacing(".confirmation.", with: ".three-days.") }
        ),
        (
            "no returned message",
            { sent in
                let text = sent.failure("Status: 5.1.1")
                let part = text.range(of: "--b1\nContent-Type: text/rfc822-headers")
                return String(text[..<(part?.lowerBound ?? text.endIndex)]) + "--b1--\n"
            }
        ),
        (
            "another person's address",
            { $0.failure("Status: 5.1.1", recipient: "ben@example.com") }
        ),
        (
            "the studio's own address",
            { $0.failure("Status: 5.1.1", recipient: "downtown@example.com") }
        ),
        (
            "a complaint without our Message-ID",
            { $0.report(.complaint).replacing($0.messageID, with: "forged@provider.example") }
        ),
        (
            "a complaint about our message by another client",
            {
                $0.report(.complaint).replacing(
                    "Original-Rcpt-To: <anna@example.com>", with: "Original-Rcpt-To: <ben@example.com>")
            }
        ),
        (
            "a text with the recipient of nothing that we sent",
            { $0.report(.eximText).replacing($0.messageID, with: "x@y.test") }
        ),
    ]

    @Test("a report that does not match a sent message and its recipient suppresses nothing and needs review")
    func forged() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Ben", "--email", "ben@example.com")
            let sent = try await studio.sendConfirmation()
            for (number, forgery) in Self.forgeries.enumerated() {
                let processed = try await studio.bounce(forgery.mail(sent))
                #expect(
                    processed["addresses"]?.items.allSatisfy { $0["suppressed"] == false } == true, "\(forgery.what)")
                #expect(processed["open"] == true, "\(forgery.what)")
                #expect(try await studio.openMail().count == number + 1, "\(forgery.what)")
            }
            #expect(try await studio.answer("suppression", "list") == .list([]))
            #expect(try await studio.account(of: sent.reference)["confirmation"]?["status"] == "sent")
        }
    }

    @Test("a forged report with a session's reference does not suppress the studio's address")
    func callBackMail() async throws {
        try await Studio.with { studio in
            let phone = "+12135550142"
            let reference = try await studio.book("Ana", phone: phone, at: "2026-12-07 14:00")
            try await studio.receiveText("R", from: phone)
            try await studio.answer("reminders", "send", now: Studio.atTen)
            let mail = try #require(try await studio.account(of: reference)["call-back"])
            #expect(mail["status"] == "sent")
            let name = reference.lowercased().replacing("-", with: "")
            let to = mail["to"]?.text ?? ""
            let report = BounceSample.report(
                "Final-Recipient: rfc822; \(to)\nAction: failed\nStatus: 5.1.1"
            ).text.replacing("k7q29fxm.confirmation.1", with: "\(name).call-back.1")
            #expect(try await studio.bounce(report)["open"] == true)
            #expect(try await studio.suppressed().isEmpty)
        }
    }

    @Test(
        "a complaint suppresses the recipient even if the provider hides the address",
        arguments: [
            BounceSample.complaint, .hiddenComplaint, .redactedComplaint, .hashedComplaint, .jmrp,
        ])
    func complaint(sample: BounceSample) async throws {
        try await Studio.with { studio in
            let sent = try await studio.sendConfirmation()
            let processed = try await studio.bounce(sent.report(sample))
            #expect(processed["reference"] == .text(sent.reference))
            #expect(try await studio.suppressed() == ["anna@example.com": "complaint"])
            #expect(try await studio.openMail().isEmpty)
            #expect(try await studio.account(of: sent.reference)["confirmation"]?["status"] == "sent")
        }
    }

    @Test("a failure report in another format suppresses the recipient", arguments: BounceSample.otherShapes)
    func otherShape(sample: BounceSample) async throws {
        try await Studio.with { studio in
            let sent = try await studio.sendConfirmation()
            let processed = try await studio.bounce(sent.report(sample))
            #expect(processed["addresses"]?.items.map { $0["suppressed"] } == [true], "\(processed)")
            #expect(try await studio.suppressed() == ["anna@example.com": "hard_bounce"])
            let confirmation = try await studio.account(of: sent.reference)["confirmation"]
            #expect(confirmation?["status"] == "failed" && confirmation?["reason"] == "bounced")
            #expect(try await studio.openMail().isEmpty)
        }
    }

    @Test("unrecognised mail is stored for review, and can be marked as done")
    func kept() async throws {
        try await Studio.with { studio in
            let sent = try await studio.sendConfirmation()
            let cutOff = String(sent.report(.postfix).prefix(900))
            let mails = [
                "garbage\u{0}\u{1B}[2J", "Subject: hello\n\nAction: failed", sent.report(.autoReply), cutOff,
                String(repeating: "x", count: 70_000),
            ]
            for mail in mails {
                let result = try await studio.intro(["mail", "bounce"], stdin: mail)
                #expect(result.exit == 0, "\(result.stderr)")
                #expect(result.stdout.contains("review"), "\(result.stdout)")
            }
            let open = try await studio.openMail()
            #expect(open.count == mails.count)
            #expect(open.contains { $0["subject"] == "Out of office" && $0["from"]?.text.contains("anna@") == true })
            let table = try await studio.intro("mail", "list", "--open").stdout
            #expect(!table.contains("\u{1B}") && table.contains("Out of office"), "\(table)")

            let ids = open.map { "\($0["id"]?.number ?? -1)" }
            let excerpt = try await studio.answer("mail", "show", ids[0])["excerpt"]?.text ?? ""
            #expect((1...20_000).contains(excerpt.count))
            try await studio.answer(["mail", "done"] + ids.dropLast() + ["--as", "desk"])
            let left = try await studio.openMail()
            #expect(left.map { "\($0["id"]?.number ?? -1)" } == [ids[ids.count - 1]])
            let all = try await studio.answer("mail", "list").items
            #expect(all.filter { $0["done_by"] == "desk" }.count == mails.count - 1)
            #expect(try await studio.intro("mail", "done", "4711", "--json").exit == 4)
        }
    }

    @Test("accepts mail of any size, and stores an excerpt of at most 64 KiB")
    func bounds() async throws {
        try await Studio.with { studio in
            let large = "From: a@b.example\nSubject: large\n\n" + String(repeating: "0123456789\n", count: 1_200_000)
            #expect(try await studio.bounce(large)["open"] == true)
            let stored = try await studio.database.query("SELECT max(octet_length(excerpt)) FROM inbound_mail")
            #expect(try stored.decode(Int32.self)[0] <= 65_536)
        }
    }

    @Test("the same mail delivered twice is stored and processed once")
    func repeated() async throws {
        try await Studio.with { studio in
            let sent = try await studio.sendConfirmation()
            let report = sent.report(.postfix)
            let first = try await studio.bounce(report)
            try await studio.answer("suppression", "remove", "anna@example.com")
            let second = try await studio.bounce(report)
            #expect(second["addresses"] == first["addresses"] && second["mail"] == first["mail"])
            #expect(try await studio.suppressed().isEmpty, "the repeated mail does not change the decision of the desk")
            #expect(try await studio.answer("mail", "list").items.count == 1)
        }
    }

    @Test("a truncated list of mail shows the number of omitted entries")
    func limit() async throws {
        try await Studio.with { studio in
            for number in 1...3 { try await studio.bounce("Subject: mail \(number)\n\nHello") }
            let result = try await studio.intro("mail", "list", "--open", "--limit", "2")
            let lines = result.stdout.split(separator: "\n")
            #expect(lines.count == 4 && lines.last?.contains("1 more") == true, "\(result.stdout)")
            let json = try await studio.intro("mail", "list", "--limit", "2", "--json")
            #expect(try json.printed.items.count == 2 && json.stderr.contains("1 more"))
        }
    }
}
