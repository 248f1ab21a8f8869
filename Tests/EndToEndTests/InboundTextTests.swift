import Foundation
import MessagingTesting
import Postgres
import Testing

@Suite("incoming text messages")
struct InboundTextTests {
    private let ana = "+12135550142"

    @Test("STOP is answered once and suppresses texts, and START removes the suppression")
    func stopAndStart() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: ana, at: "2026-12-01 10:00")
            let stop = try await studio.receiveText("Stop.", from: ana, id: "SM1", now: Studio.now)
            #expect(stop.names == ["id", "action", "reference", "answer", "answered", "repeated", "open"])
            #expect(stop["action"] == "opted_out" && stop["repeated"] == false)
            let texts = try studio.writtenTexts()
            #expect(texts.map { $0["to"] } == [.text(ana)])
            #expect(texts.first?["body"] == stop["answer"])
            #expect(stop["answer"]?.text.contains("no more texts") == true)

            // A second STOP is not answered again; a text that is delivered twice is processed once.
            #expect(try await studio.receiveText("STOP", from: ana, id: "SM2")["answer"] == .null)
            let again = try await studio.receiveText("STOP", from: ana, id: "SM1")
            #expect(again["repeated"] == true && again["id"] == stop["id"] && again["answer"] == .null)
            #expect(try studio.writtenTexts().count == 1)

            #expect(try await studio.answer("reminders", "send", now: Studio.atTen)["skipped"] == 1)
            #expect(try await studio.account(of: reference)["one-day-sms"]?["reason"] == "opted_out")
            #expect(
                try await studio.account(of: reference)["confirmation"]?["status"] == "sent",
                "an opt-out of texts does not affect mail")
            let listed = try await studio.answer("suppression", "list", ana).items
            #expect(listed.compactMap { $0["reason"]?.text } == ["opt_out"])

            let start = try await studio.receiveText("START", from: ana, id: "SM3")
            #expect(start["action"] == "opted_in")
            #expect(try await studio.answer("suppression", "list") == .list([]))
            #expect(try studio.writtenTexts().count == 2)
        }
    }

    @Test("STOP takes effect even if no answer can be sent because of wrong settings")
    func stopWithoutAnswer() async throws {
        try await Studio.with { studio in
            for (number, wrong) in [["INTRO_TEMPLATES_FOLDER": "/nonexistent"], ["INTRO_SMS_URL": "ftp://x"]]
                .enumerated()
            {
                let phone = "+1213555014\(number)"
                let text = #"{"From": "\#(phone)", "Body": "STOP", "MessageSid": "SM\#(number)"}"#
                let result = try await studio.intro(["sms", "receive"], environment: wrong, stdin: text)
                #expect(result.exit == 78, "\(wrong)")
                let listed = try await studio.answer("suppression", "list", phone).items
                #expect(listed.compactMap { $0["reason"]?.text } == ["opt_out"], "\(wrong)")
            }
        }
    }

    @Test("24 processes that receive the same text process it once and answer it once")
    func receivedAtOnce() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", phone: ana, at: "2026-12-01 10:00")
            let service = try ScriptedHTTPServer()
            let texting = try studio.texting(to: service)
            let answers = try await atOnce(24) { _ in
                try await studio.receiveText("STOP", from: ana, id: "SM4711", environment: texting)
            }
            #expect(answers.count { $0["repeated"] == false } == 1)
            #expect(answers.count { $0["answer"] != .null } == 1)
            #expect(Set(answers.map { $0["id"] }).count == 1)
            #expect(try service.requests().map { $0.form["To"] } == [ana])
            let processed = try await studio.answer("sms", "list").items
            #expect(processed.count == 1 && processed.first?["answered"] == "sent")
        }
    }

    @Test("24 different STOP texts at the same time are answered once in total")
    func stoppedAtOnce() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", phone: ana, at: "2026-12-01 10:00")
            let answers = try await atOnce(24) { number in
                try await studio.receiveText("STOP", from: ana, id: "SM\(number)")
            }
            #expect(answers.allSatisfy { $0["action"] == "opted_out" && $0["repeated"] == false })
            #expect(answers.count { $0["answer"] != .null } == 1)
            #expect(try studio.writtenTexts().count == 1)
        }
    }

    @Test("C confirms the session, and the reminder that asks for confirmation is skipped")
    func confirm() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: ana, at: "2026-12-01 14:00")
            let processed = try await studio.receiveText(" c ", from: "(213) 555-0142", id: "SM1")
            #expect(processed["action"] == "confirmed" && processed["reference"] == .text(reference))
            #expect(processed["answer"] == .null)
            try await studio.answer("reminders", "send", now: "2026-12-01T12:00:00-08:00")
            let account = try await studio.account(of: reference)
            #expect(account["two-hours"]?["status"] == "skipped" && account["two-hours"]?["reason"] == "confirmed")
            #expect(try await studio.answer("sms", "list", "--open") == .list([]))
            let plain = try await studio.intro(
                ["sms", "receive"], now: Studio.atTen, stdin: #"{"from": "\#(ana)", "body": "C", "id": "SM1"}"#)
            #expect(plain.stdout == "This text was already processed: Session confirmed (\(reference)).\n")
        }
    }

    @Test("C in reply to a text about the previous time confirms nothing")
    func confirmsTheOldTime() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: ana, at: "2026-12-01 10:00")
            try await studio.answer("reminders", "send", now: Studio.atTen)
            #expect(try await studio.account(of: reference)["one-day-sms"]?["status"] == "sent")
            try await studio.answer("reschedule", reference, "--at", "2026-12-02 10:00", now: Studio.atTen)
            #expect(try await studio.receiveText("C", from: ana, id: "SM1")["action"] == "none")
            #expect(try await studio.answer("show", reference)["confirmed_at"] == .null)
        }
    }

    @Test("R asks the studio by one mail to call, and stays open until it is marked as done")
    func callMe() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: ana, at: "2026-12-07 14:00")
            try await studio.answer("reminders", "send")
            for id in ["SM1", "SM1", "SM2"] {
                #expect(try await studio.receiveText("R", from: ana, id: id)["action"] == "call_asked")
            }
            #expect(try await studio.answer("reminders", "send", now: Studio.atTen)["sent"] == 1)
            let mail = try #require(try await studio.account(of: reference)["call-back"])
            #expect(mail["status"] == "sent" && mail["to"] == "downtown@example.com" && mail["audience"] == "studio")
            #expect(mail["text"]?.text.contains("Ana") == true)

            let open = try await studio.answer("sms", "list", "--open").items
            let fields: Set = [
                "id", "received_at", "from", "name", "body", "attachments", "action", "reference", "answer", "answered",
                "done_at",
                "done_by",
            ]
            #expect(open.count == 2 && open.allSatisfy { $0.names == fields && $0["name"] == "Ana" })
            for text in open {
                let done = try await studio.answer("sms", "done", "\(text["id"]?.number ?? -1)", "--as", "desk")
                #expect(done == .object(["id": text["id"] ?? .null, "done": true]))
            }
            #expect(try await studio.answer("sms", "list", "--open") == .list([]))
            let listed = try await studio.answer("sms", "list").items
            #expect(listed.allSatisfy { $0["done_by"] == "desk" })
            #expect(try await studio.intro("sms", "done", "99", "--json").exit == 4)
        }
    }

    @Test("R asks the studio to call even if the session is cancelled afterwards")
    func callMeAfterAll() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: ana, at: "2026-12-07 14:00")
            try await studio.answer("reminders", "send")
            try await studio.receiveText("R", from: ana, id: "SM1")
            try await studio.answer("cancel", reference)
            try await studio.answer("reminders", "send", now: Studio.atTen)
            #expect(try await studio.account(of: reference)["call-back"]?["status"] == "sent")
        }
    }

    @Test("a text that is not understood needs review, from known and unknown numbers")
    func other() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", phone: ana, at: "2026-12-07 14:00")
            #expect(try await studio.receiveText("Can I bring a friend?", from: ana)["action"] == "none")
            #expect(
                try await studio.receiveText("C", from: "+12135550199")["action"] == "none",
                "a number without a session confirms nothing")
            #expect(try await studio.receiveText("", from: "+12135550198")["action"] == "none")
            #expect(try await studio.answer("sms", "list", "--open").items.count == 3)
            #expect(try studio.writtenTexts().isEmpty)
        }
    }

    @Test("HELP is answered in the client's language with the studio's phone number")
    func help() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Ana", "--phone", ana, "--language", "es")
            let answer = try await studio.receiveText("ayuda", from: ana)["answer"]?.text ?? ""
            #expect(answer.contains("213") && answer.contains("STOP"), "\(answer)")
            #expect(try studio.writtenTexts().map { $0["body"] } == [.text(answer)])
        }
    }

    @Test("a text takes effect even if the provider rejects or drops the answer")
    func noProvider() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", phone: ana, at: "2026-12-01 10:00")
            let service = try ScriptedHTTPServer(answers: [.reply(400, #"{"code": 21610}"#), .drop])
            let texting = try studio.texting(to: service)
            let stop = try await studio.receiveText("STOP", from: ana, id: "SM1", environment: texting)
            #expect(stop["action"] == "opted_out")
            #expect(
                try await studio.receiveText("START", from: ana, id: "SM2", environment: texting)["action"]
                    == "opted_in")
            let answered = try await studio.answer("sms", "list").items.compactMap { $0["answered"]?.text }
            #expect(answered == ["unknown", "failed"])
        }
    }

    @Test("sms list prints incoming texts without terminal control characters")
    func hostile() async throws {
        try await Studio.with { studio in
            let body = "\u{1B}[2JSTOP\u{202E}\r\nBcc: x\t{{{phone}}}<script>"
            #expect(try await studio.receiveText(body, from: ana)["action"] == "none")
            let table = try await studio.intro("sms", "list", "--open").stdout
            #expect(!table.contains("\u{1B}") && !table.contains("\u{202E}"))
            #expect(table.contains("<script>"))
            #expect(table.split(separator: "\n").count == 2, "\(table)")
        }
    }
}
