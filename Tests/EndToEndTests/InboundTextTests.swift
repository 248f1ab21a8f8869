import Foundation
import MessagingTesting
import Postgres
import Testing

@Suite("what clients text to us, through the built binary")
struct InboundTextTests {
    private let ana = "+12135550142"

    @Test("STOP ends the texts with one text that says so; the next batch skips them; START takes it back")
    func stopAndStart() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: ana, at: "2026-12-01 10:00")
            let stop = try await studio.hear("Stop.", from: ana, id: "SM1", now: Studio.now)
            #expect(stop.names == ["id", "action", "reference", "answer", "answered", "repeated", "open"])
            #expect(stop["action"] == "opted_out" && stop["repeated"] == false)
            let texts = try studio.writtenTexts()
            #expect(texts.map { $0["to"] } == [.text(ana)])
            #expect(texts.first?["body"] == stop["answer"])
            #expect(stop["answer"]?.text.contains("no more texts") == true)

            // Whoever says it twice has been told; a text that is told of twice is not heard again.
            #expect(try await studio.hear("STOP", from: ana, id: "SM2")["answer"] == .null)
            let again = try await studio.hear("STOP", from: ana, id: "SM1")
            #expect(again["repeated"] == true && again["id"] == stop["id"] && again["answer"] == .null)
            #expect(try studio.writtenTexts().count == 1)

            #expect(try await studio.answer("reminders", "send", now: Studio.atTen)["skipped"] == 1)
            #expect(try await studio.account(of: reference)["one-day-sms"]?["reason"] == "opted_out")
            #expect(try await studio.account(of: reference)["confirmation"]?["status"] == "sent", "mail goes on")
            let listed = try await studio.answer("suppression", "list", ana).items
            #expect(listed.compactMap { $0["reason"]?.text } == ["opt_out"])

            let start = try await studio.hear("START", from: ana, id: "SM3")
            #expect(start["action"] == "opted_in")
            #expect(try await studio.answer("suppression", "list") == .list([]))
            #expect(try studio.writtenTexts().count == 2)
        }
    }

    @Test("STOP is heard also where nothing can be answered: a wrong template, or a wrong setting")
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

    @Test("24 processes that receive one text process it once, and answer it once")
    func receivedAtOnce() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", phone: ana, at: "2026-12-01 10:00")
            let service = try ScriptedHTTPServer()
            let texting = try studio.texting(to: service)
            let answers = try await atOnce(24) { _ in
                try await studio.hear("STOP", from: ana, id: "SM4711", environment: texting)
            }
            #expect(answers.count { $0["repeated"] == false } == 1)
            #expect(answers.count { $0["answer"] != .null } == 1)
            #expect(Set(answers.map { $0["id"] }).count == 1)
            #expect(try service.requests().map { $0.form["To"] } == [ana])
            let heard = try await studio.answer("sms", "list").items
            #expect(heard.count == 1 && heard.first?["answered"] == "sent")
        }
    }

    @Test("24 different texts that say STOP at once are answered once between them")
    func stoppedAtOnce() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", phone: ana, at: "2026-12-01 10:00")
            let answers = try await atOnce(24) { number in
                try await studio.hear("STOP", from: ana, id: "SM\(number)")
            }
            #expect(answers.allSatisfy { $0["action"] == "opted_out" && $0["repeated"] == false })
            #expect(answers.count { $0["answer"] != .null } == 1)
            #expect(try studio.writtenTexts().count == 1)
        }
    }

    @Test("C confirms the session: whoever will come is not asked again")
    func confirm() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: ana, at: "2026-12-01 14:00")
            let heard = try await studio.hear(" c ", from: "(213) 555-0142", id: "SM1")
            #expect(heard["action"] == "confirmed" && heard["reference"] == .text(reference))
            #expect(heard["answer"] == .null)
            try await studio.answer("reminders", "send", now: "2026-12-01T12:00:00-08:00")
            let account = try await studio.account(of: reference)
            #expect(account["two-hours"]?["status"] == "skipped" && account["two-hours"]?["reason"] == "confirmed")
            #expect(try await studio.answer("sms", "list", "--open") == .list([]))
            let said = try await studio.intro(
                ["sms", "receive"], now: Studio.atTen, stdin: #"{"from": "\#(ana)", "body": "C", "id": "SM1"}"#)
            #expect(said.stdout == "That text was heard before: The client will come (\(reference)).\n")
        }
    }

    @Test("C that answers a text about the time before a move confirms nothing, and waits for a person")
    func confirmsTheOldTime() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: ana, at: "2026-12-01 10:00")
            try await studio.answer("reminders", "send", now: Studio.atTen)
            #expect(try await studio.account(of: reference)["one-day-sms"]?["status"] == "sent")
            try await studio.answer("reschedule", reference, "--at", "2026-12-02 10:00", now: Studio.atTen)
            #expect(try await studio.hear("C", from: ana, id: "SM1")["action"] == "none")
            #expect(try await studio.answer("show", reference)["confirmed_at"] == .null)
        }
    }

    @Test("R asks the studio by one mail to call, and stays open until somebody has")
    func callMe() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: ana, at: "2026-12-07 14:00")
            try await studio.answer("reminders", "send")
            for id in ["SM1", "SM1", "SM2"] {
                #expect(try await studio.hear("R", from: ana, id: id)["action"] == "call_asked")
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

    @Test("whoever asked to be called is called also when the session is off by then")
    func callMeAfterAll() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: ana, at: "2026-12-07 14:00")
            try await studio.answer("reminders", "send")
            try await studio.hear("R", from: ana, id: "SM1")
            try await studio.answer("cancel", reference)
            try await studio.answer("reminders", "send", now: Studio.atTen)
            #expect(try await studio.account(of: reference)["call-back"]?["status"] == "sent")
        }
    }

    @Test("what nobody can make sense of waits for a person, from known and unknown numbers alike")
    func other() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", phone: ana, at: "2026-12-07 14:00")
            #expect(try await studio.hear("Can I bring a friend?", from: ana)["action"] == "none")
            #expect(try await studio.hear("C", from: "+12135550199")["action"] == "none", "nothing of theirs is booked")
            #expect(try await studio.hear("", from: "+12135550198")["action"] == "none")
            #expect(try await studio.answer("sms", "list", "--open").items.count == 3)
            #expect(try studio.writtenTexts().isEmpty)
        }
    }

    @Test("HELP is answered in the client's language, with whom to call")
    func help() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Ana", "--phone", ana, "--language", "es")
            let answer = try await studio.hear("ayuda", from: ana)["answer"]?.text ?? ""
            #expect(answer.contains("213") && answer.contains("STOP"), "\(answer)")
            #expect(try studio.writtenTexts().map { $0["body"] } == [.text(answer)])
        }
    }

    @Test("an answer that no provider takes is not lost on the desk, and what was asked for is done all the same")
    func noProvider() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", phone: ana, at: "2026-12-01 10:00")
            let service = try ScriptedHTTPServer(answers: [.reply(400, #"{"code": 21610}"#), .drop])
            let texting = try studio.texting(to: service)
            let stop = try await studio.hear("STOP", from: ana, id: "SM1", environment: texting)
            #expect(stop["action"] == "opted_out")
            #expect(try await studio.hear("START", from: ana, id: "SM2", environment: texting)["action"] == "opted_in")
            let answered = try await studio.answer("sms", "list").items.compactMap { $0["answered"]?.text }
            #expect(answered == ["unknown", "failed"])
        }
    }

    @Test("what texts say comes to the desk so that a terminal stays sane")
    func hostile() async throws {
        try await Studio.with { studio in
            let body = "\u{1B}[2JSTOP\u{202E}\r\nBcc: x\t{{{phone}}}<script>"
            #expect(try await studio.hear(body, from: ana)["action"] == "none")
            let table = try await studio.intro("sms", "list", "--open").stdout
            #expect(!table.contains("\u{1B}") && !table.contains("\u{202E}"))
            #expect(table.contains("<script>"))
            #expect(table.split(separator: "\n").count == 2, "\(table)")
        }
    }
}
