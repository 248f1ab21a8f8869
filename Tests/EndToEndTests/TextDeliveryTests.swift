import Foundation
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite(
    "text messages from the booking to a Twilio-compatible service", .timeLimit(.minutes(30)),
    .enabled(if: InstalledPrograms.python != nil, "needs Python"))
struct TextDeliveryTests {
    @Test("a text is sent as a form with a validity period that ends before the session, and its reply is stored")
    func accepted() async throws {
        try await Studio.with { studio in
            let references = try await studio.bookTexts(1)
            let service = try ScriptedHTTPServer(
                login: (user: ScriptedHTTPServer.account, password: ScriptedHTTPServer.token))
            let texting = try studio.texting(to: service)
            try await studio.answer("reminders", "send", now: "2026-12-01T07:00:00-08:00", environment: texting)
            #expect(try service.requests().isEmpty, "no text is sent in quiet hours")
            let counts = try await studio.answer(
                "reminders", "send", now: "2026-12-01T09:00:00-08:00", environment: texting)
            #expect(counts["sent"] == 1, "\(counts)")
            let request = try #require(try service.requests().first)
            #expect(request.method == "POST")
            #expect(request.path == "/2010-04-01/Accounts/\(ScriptedHTTPServer.account)/Messages.json")
            #expect(request.form["To"] == Studio.phone(0) && request.form["From"] == "+12135550100")
            #expect(request.form["ValidityPeriod"] == "3600")
            let account = try await studio.account(of: references[0])
            #expect(account["one-day-sms"]?["reason"] == "overtaken", "the later reminder supersedes the earlier one")
            let entry = try #require(account["two-hours"])
            #expect(entry["status"] == "sent" && entry["reply"]?.text.hasPrefix("SM") == true)
            #expect(entry["text"]?.text == request.form["Body"])
        }
    }

    @Test("a client who has opted out at the provider is suppressed, and START removes the suppression")
    func optedOutAtProvider() async throws {
        try await Studio.with { studio in
            let references = try await studio.bookTexts(1)
            let service = try ScriptedHTTPServer(
                answers: [.reply(400, #"{"code": 21610, "message": "Attempt to send to unsubscribed recipient"}"#)])
            let texting = try studio.texting(to: service)
            let counts = try await studio.answer("reminders", "send", now: Studio.atTen, environment: texting)
            #expect(counts["failed"] == 1)
            let entry = try #require(try await studio.account(of: references[0])["one-day-sms"])
            #expect(entry["status"] == "failed" && entry["reason"] == "opted_out")
            let listed = try await studio.answer("suppression", "list").items
            #expect(listed.map { [$0["address"], $0["reason"]] } == [[.text(Studio.phone(0)), "opt_out"]])
            #expect(listed.first?["detail"]?.text.contains("21610") == true)
            #expect(try await studio.account(of: references[0])["two-hours"]?["reason"] == "opted_out")
            try await studio.answer(
                "reminders", "send", now: "2026-12-01T09:30:00-08:00", environment: texting)
            #expect(try service.requests().count == 1)
            #expect(try await studio.receiveText("START", from: Studio.phone(0))["action"] == "opted_in")
            #expect(try await studio.answer("suppression", "list") == .list([]))
        }
    }

    @Test("a landline is suppressed, and a number that is only unreachable is not")
    func landline() async throws {
        try await Studio.with { studio in
            let references = try await studio.bookTexts(2)
            let service = try ScriptedHTTPServer(
                answers: [.reply(400, #"{"code": 21614}"#), .reply(400, #"{"code": 21612}"#)])
            let sent = try await studio.intro(
                "reminders", "send", "--json", now: "2026-11-30T11:00:00-08:00",
                environment: try studio.texting(to: service))
            // One number is suppressed, so that only one message needs attention.
            #expect(sent.exit == 65 && sent.error?.message.contains("1 message could not") == true, "\(sent.stderr)")
            let listed = try await studio.answer("suppression", "list").items
            #expect(listed.compactMap { $0["reason"]?.text } == ["hard_bounce"])
            for reference in references {
                let entry = try #require(try await studio.account(of: reference)["one-day-sms"])
                #expect(entry["status"] == "failed" && entry["reason"] == "rejected_for_good")
            }
        }
    }

    @Test("a missing answer leaves the text unknown, and it is not sent again without resend")
    func unknown() async throws {
        try await Studio.with { studio in
            let references = try await studio.bookTexts(1)
            let service = try ScriptedHTTPServer(answers: [.drop])
            let texting = try studio.texting(to: service)
            func send() async throws -> JSON {
                try await studio.answer("reminders", "send", now: Studio.atTen, environment: texting)
            }
            #expect(try await send()["unknown"] == 1)
            #expect(try await send()["due"] == 0)
            #expect(try service.requests().count == 1)
            let unknown = try await studio.answer("reminders", "unknown").items
            #expect(unknown.map { [$0["reference"], $0["reason"]] } == [[.text(references[0]), "no_answer"]])
            try await studio.answer("reminders", "resend", references[0], now: Studio.atTen)
            #expect(try await send()["sent"] == 1)
            #expect(try service.requests().count == 2)
        }
    }

    @Test("a text of a sender that is killed while the service hangs becomes unknown")
    func hang() async throws {
        try await Studio.with { studio in
            let references = try await studio.bookTexts(1)
            let service = try ScriptedHTTPServer(answers: [.hang])
            let texting = try studio.texting(to: service)
            let dead = try await studio.intro(
                ["reminders", "send"], now: Studio.atTen, environment: texting
            ) { sender in
                try await wait(until: "the text is at the service") { try service.requests().count == 1 }
                kill(sender, SIGKILL)
            }
            #expect(dead.exit == 128 + SIGKILL)
            try await wait(until: "the killed sender's connections are closed") {
                try await studio.count(
                    "pg_stat_activity", where: "datname = current_database() AND application_name = 'intro'") == 0
            }
            let next = try await studio.answer("reminders", "send", now: Studio.atTen, environment: texting)
            #expect(next["failed"] == 0)
            let text = try #require(try await studio.account(of: references[0])["one-day-sms"])
            #expect(text["status"] == "unknown" && text["reason"] == "sender_died")
            #expect(try service.requests().count == 1)
        }
    }

    @Test("a busy service postpones texts, and mail is sent meanwhile")
    func busy() async throws {
        try await Studio.with { studio in
            let references = try await studio.bookTexts(2)
            let service = try ScriptedHTTPServer(
                answers: [.reply(429, #"{"code": 20429}"#, headers: ["Retry-After": "30"])])
            let texting = try studio.texting(to: service)
            let now = "2026-11-30T11:00:00-08:00"
            let result = try await studio.intro(["reminders", "send"], now: now, environment: texting)
            #expect(result.exit == 75, "\(result.stderr)")
            #expect(result.stdout.contains("The server for texts accepts no messages for now"), "\(result.stdout)")
            #expect(try service.requests().count == 1, "the second text is not attempted")
            let entries = try await studio.answer("reminders", "list", "--status", "queued").items
            let texts = entries.filter { $0["rule"] == "one-day-sms" }
            #expect(texts.count == 2 && texts.contains { $0["reason"] == "rejected_for_now" })
            #expect(try await studio.messages("sent") == 4, "two confirmations and two reminders are sent by mail")
            #expect(try await studio.answer("reminders", "send", now: now, environment: texting)["sent"] == 2)
            #expect(try await studio.account(of: references[1])["one-day-sms"]?["status"] == "sent")
        }
    }

    @Test("texts keep the configured rate, and one that waits is released when the sender stops")
    func pace() async throws {
        try await Studio.with { studio in
            _ = try await studio.bookTexts(2)
            let service = try ScriptedHTTPServer()
            let texting = try studio.texting(to: service, rate: "1/h")
            let now = "2026-11-30T11:00:00-08:00"
            let result = try await studio.intro(
                ["reminders", "send", "--json"], now: now, environment: texting
            ) { sender in
                try await wait(until: "one text is sent, and the second waits for its turn") {
                    let states = try await studio.database.query(
                        "SELECT status FROM message WHERE channel = 'sms' AND attempts > 0 ORDER BY id"
                    ).decode(String.self)
                    return states == ["sent", "attempting"]
                }
                kill(sender, SIGINT)
            }
            #expect(result.exit == 0, "\(result.stderr)")
            #expect(try service.requests().count == 1)
            #expect(try await studio.count("message", where: "channel = 'sms' AND status = 'queued'") >= 1)
            for rate in ["fast", "0/s", "1", "-1/s", "1/fortnight"] {
                let wrong = try await studio.intro(
                    "reminders", "send", "--json", environment: texting.merging(["INTRO_SMS_RATE": rate]) { $1 })
                #expect(wrong.exit == 78 && wrong.error?.hint.contains("INTRO_SMS_RATE") == true, "\(rate)")
            }
        }
    }

    @Test("the token does not appear in process lists, logs or messages")
    func secret() async throws {
        try await Studio.with { studio in
            _ = try await studio.bookTexts(1)
            let service = try ScriptedHTTPServer(answers: [.hold])
            let result = try await studio.intro(
                ["reminders", "send", "--verbose"], now: Studio.atTen, environment: try studio.texting(to: service)
            ) { sender in
                try await wait(until: "the text is at the service") { try service.requests().count == 1 }
                for file in ["cmdline", "environ"] {
                    let seen = try Data(contentsOf: URL(filePath: "/proc/\(sender)/\(file)"))
                    #expect(!seen.isEmpty && seen.range(of: Data(ScriptedHTTPServer.token.utf8)) == nil)
                }
                service.release()
            }
            #expect(result.exit == 0, "\(result.stderr)")
            #expect(!result.stderr.isEmpty)
            let login = Data("\(ScriptedHTTPServer.account):\(ScriptedHTTPServer.token)".utf8).base64EncodedString()
            for trace in [ScriptedHTTPServer.token, login] {
                #expect(!(result.stdout + result.stderr).contains(trace))
            }
            #expect(!result.stderr.contains(Studio.phone(0)), "the log contains no client's number")
        }
    }

    @Test("invalid SMS settings exit with 78 and name the setting, and nothing is attempted")
    func misconfigured() async throws {
        try await Studio.with { studio in
            _ = try await studio.bookTexts(1)
            let service = try ScriptedHTTPServer()
            let valid = try studio.texting(to: service)
            let wrong: [(String, String)] = [
                ("INTRO_SMS_URL", "ftp://sms.example"), ("INTRO_SMS_URL", "https://sms.example"),
                ("INTRO_SMS_URL", "https://AC1:secret@sms.example"), ("INTRO_SMS_URL", "http://AC1@sms.example"),
                ("INTRO_SMS_URL", "file:relative"), ("INTRO_SMS_URL", "sms.example"), ("INTRO_SMS_FROM", ""),
                ("INTRO_SMS_FROM", "a number with far too many letters"),
                ("INTRO_SMS_TOKEN_FILE", "/nonexistent/token"), ("INTRO_SMS_TOKEN_FILE", ""),
                ("INTRO_SMS_CONNECTIONS", "0"), ("INTRO_TEMPLATES_FOLDER", "/nonexistent"),
                ("INTRO_MAIL_UNSUBSCRIBE_URL", "http://intro.example/u/"), ("INTRO_MAIL_RATE", "fast"),
            ]
            for (name, value) in wrong {
                let environment = valid.merging([name: value]) { $1 }
                let result = try await studio.intro(
                    ["reminders", "send", "--json"], now: Studio.atTen, environment: environment)
                #expect(result.exit == 78, "\(name)=\(value): \(result.stdout)\(result.stderr)")
                #expect(result.stdout.isEmpty && !result.stderr.contains("secret"))
                let error = (result.error?.hint ?? "") + (result.error?.message ?? "")
                #expect(error.contains(name.hasSuffix("TOKEN_FILE") && value.isEmpty ? "INTRO_SMS" : name), "\(error)")
            }
            #expect(try service.requests().isEmpty)
            #expect(try await studio.count("message", where: "attempts > 0") == 0)
        }
    }

    @Test("a service that refuses the account exits with 69, and its messages stay queued")
    func refused() async throws {
        try await Studio.with { studio in
            _ = try await studio.bookTexts(2)
            let service = try ScriptedHTTPServer(login: (user: "other", password: "other"))
            let now = "2026-11-30T11:00:00-08:00"
            let result = try await studio.intro(
                ["reminders", "send", "--json"], now: now, environment: try studio.texting(to: service))
            #expect(result.exit == 69 && result.error?.code == "sms_unreachable", "\(result.stderr)")
            #expect(try result.printed["sent"] == 4, "the refusal of texts does not affect mail")
            #expect(try await studio.count("message", where: "channel = 'sms' AND status = 'queued'") >= 2)
        }
    }
}
