import Foundation
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite(
    "servers that refuse the sender", .timeLimit(.minutes(30)),
    .enabled(if: InstalledPrograms.python != nil, "needs Python"))
struct ChannelPauseTests {
    /// A refusal that concerns the sender, not the recipient.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let step: ScriptedServer.Step
        let reply: String
        var testDescription: String { "\(reply) at \(step)" }
    }

    @Test(
        "pauses the channel with the server's reply, keeps messages queued, and resumes when one is accepted",
        arguments: [
            Refusal(step: .greeting, reply: "554 5.3.2 no service for 192.0.2.1"),
            Refusal(step: .mail, reply: "550 5.7.1 Authentication is required for relay"),
            Refusal(step: .mail, reply: "554 5.7.1 blocked using zen.spamhaus.org"),
            Refusal(step: .rcpt, reply: "550 5.7.1 Relaying denied"),
            Refusal(step: .rcpt, reply: "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using bl"),
            Refusal(step: .dot, reply: "554 5.7.1 sender not verified"),
        ])
    func refused(_ refusal: Refusal) async throws {
        try await Studio.with { studio in
            let ana = try await studio.reference("Ana", at: "2026-12-07 14:00")
            try await studio.bookMany(3)
            let server = try ScriptedServer(faults: [.at(refusal.step, .reply(refusal.reply))])
            let result = try await studio.intro(
                "reminders", "send", "--json", environment: studio.mailing(to: server.url, connections: 1))
            #expect(result.exit == 69 && result.error?.code == "mail_unreachable")
            #expect(result.error?.message.contains(refusal.reply) == true, "\(result.stderr)")
            let counts = try result.printed
            #expect(counts["failed"] == 0 && counts["postponed"] == 4 && counts["sent"] == 0)
            #expect(
                try await studio.count("message", where: "status = 'queued' AND reason = 'channel_paused'") == 1)
            #expect(try await studio.messages("failed") == 0)
            #expect(try await studio.count("message", where: "attempts > 0") == 1)
            try await expectReport(studio, of: ana, reply: refusal.reply)

            let healthy = try ScriptedServer()
            let next = try await studio.answer("reminders", "send", environment: studio.mailing(to: healthy.url))
            #expect(next["sent"] == 4)
            #expect(try healthy.receivedMessages().count == 4)
            let channels = try await studio.answer("jobs", "stats")["channels"]?.items ?? []
            #expect(channels.map { $0["paused"] } == [.truth(false), .truth(false)], "\(channels)")
        }
    }

    /// Checks that `jobs stats`, `why` and `reminders list` show the server's reply.
    private func expectReport(_ studio: Studio, of reference: String, reply: String) async throws {
        let channels = try await studio.answer("jobs", "stats")["channels"]?.items ?? []
        let email = try #require(channels.first { $0["channel"] == "email" })
        #expect(email["paused"] == .truth(true) && email["code"] == "refused" && email["sender"] != .null)
        #expect(email["reason"]?.text.contains(reply) == true, "\(email)")
        #expect(email["since"] == "2026-11-30T16:00:00Z" && email["until"] == "2026-11-30T16:01:00Z")
        #expect(channels.first { $0["channel"] == "sms" }?["paused"] == .truth(false))
        let stats = try await studio.intro("jobs", "stats").stdout
        #expect(stats.contains("email is paused on ") && stats.contains(reply), "\(stats)")
        #expect(stats.contains("No active runner"))
        let explanation = "mail server paused until 8:01 AM (\(reply))"
        #expect(try await studio.intro("why", reference).stdout.contains(explanation))
        let listed = try await studio.answer("reminders", "list", "--status", "queued").items
        #expect(listed.allSatisfy { $0["rule"] != "confirmation" || $0["reason"] == "channel_paused" }, "\(listed)")
        #expect(try await studio.intro("reminders", "list", "--status", "queued").stdout.contains(explanation))
    }

    @Test("a wrong password pauses the channel")
    func login() async throws {
        try await Studio.with { studio in
            try await studio.bookMany(2)
            let server = try ScriptedServer(login: (user: "intro", password: "right"))
            try "wrong\n".write(toFile: studio.home + "/password", atomically: true, encoding: .utf8)
            let environment = [
                "INTRO_MAIL_URL": server.url.replacing("//", with: "//intro@"),
                "INTRO_MAIL_PASSWORD_FILE": studio.home + "/password",
            ]
            let result = try await studio.intro("reminders", "send", "--json", environment: environment)
            #expect(result.exit == 69 && result.stderr.contains("535 5.7.8"), "\(result.stderr)")
            let email = try await studio.answer("jobs", "stats")["channels"]?.items.first
            #expect(email?["code"] == "refused" && email?["reason"]?.text.contains("535 5.7.8") == true)
        }
    }

    @Test("an unclear refusal fails the message, until a refusal for another recipient pauses the channel")
    func unclear() async throws {
        try await Studio.with { studio in
            let server = try ScriptedServer(faults: [.at(.dot, .reply("554 5.7.1 no"))])
            let mailing = studio.mailing(to: server.url)
            try await studio.book("Ana", at: "2026-12-07 14:00")
            #expect(try await studio.intro("reminders", "send", environment: mailing).exit == 65)
            #expect(try await studio.messages("failed") == 1)
            try await studio.book("Ben", at: "2026-12-07 15:00")
            let second = try await studio.intro("reminders", "send", "--json", environment: mailing)
            #expect(second.exit == 69 && second.error?.message.contains("554 5.7.1 no") == true, "\(second.stderr)")
            #expect(try await studio.count("message", where: "status = 'queued' AND reason = 'channel_paused'") == 2)
            let healthy = try ScriptedServer()
            #expect(
                try await studio.answer("reminders", "send", environment: studio.mailing(to: healthy.url))["sent"] == 2)
            #expect(try await studio.count("channel_refusal") == 0)
        }
    }

    @Test("messages that failed before the pause in the same batch are queued again, and not reported as failed")
    func unclearInOneBatch() async throws {
        try await Studio.with { studio in
            try await studio.bookMany(5)
            let server = try ScriptedServer(faults: [.at(.rcpt, .reply("550 5.7.1 denied by policy"))])
            let result = try await studio.intro(
                "reminders", "send", "--json", environment: studio.mailing(to: server.url, connections: 1))
            #expect(result.exit == 69 && result.error?.message.contains("denied by policy") == true)
            #expect(try await studio.messages("queued") == 5)
            #expect(try await studio.count("message", where: "attempts > 0") == 2)
        }
    }

    @Test("two temporary refusals postpone the channel, and the server's reply is shown")
    func putOff() async throws {
        try await Studio.with { studio in
            try await studio.bookMany(5)
            let server = try ScriptedServer(faults: [.at(.rcpt, .reply("451 4.3.2 system not accepting messages"))])
            let result = try await studio.intro(
                "reminders", "send", "--json", environment: studio.mailing(to: server.url, connections: 1))
            #expect(result.exit == 75 && result.error?.message.contains("451 4.3.2") == true, "\(result.stderr)")
            #expect(try await studio.messages("queued") == 5)
            #expect(try await studio.count("message", where: "attempts > 0") == 2)
            let email = try await studio.answer("jobs", "stats")["channels"]?.items.first
            #expect(email?["code"] == "deferred" && email?["reason"]?.text.hasPrefix("451 4.3.2") == true)
        }
    }

    @Test("other processes keep the pause, try one message when it ends, and double the interval each time")
    func intervals() async throws {
        try await Studio.with { studio in
            try await studio.bookMany(3)
            let server = try ScriptedServer(faults: [.at(.mail, .reply("550 5.7.1 not permitted to relay"))])
            let mailing = studio.mailing(to: server.url, connections: 1)
            let file = studio.home + "/intro.prom"
            var tried: Int64 = 0
            for (minute, isTried) in [(0, true), (0, false), (1, true), (2, false), (3, true), (6, false), (7, true)] {
                let run = try await studio.intro(
                    ["run", "--drain", "--metrics-file", file], now: "2026-11-30T08:0\(minute):00-08:00",
                    environment: mailing)
                #expect(run.exit == 0, "\(run.stderr)")
                let isReported = run.stderr.contains("the server for mail refuses this sender")
                #expect(isReported == (isTried || minute == 0), "at minute \(minute): \(run.stderr)")
                if isTried { tried += 1 }
                let attempts = try await studio.database.query("SELECT sum(attempts) FROM message").decode(Int64.self)
                #expect(attempts == [tried], "at minute \(minute)")
            }
            // Each trial sends another message.
            #expect(try await studio.count("message", where: "attempts > 0") == 3)
            let figures = try String(contentsOfFile: file, encoding: .utf8)
            #expect(figures.contains("intro_channel_paused{channel=\"email\"} 1\n"), "\(figures)")
            #expect(figures.contains("intro_channel_paused{channel=\"sms\"} 0\n"))
            #expect(figures.contains("intro_channel_retries{channel=\"email\"} 3\n"))
            let healthy = try ScriptedServer()
            let late = "2026-11-30T08:30:00-08:00"
            let run = try await studio.intro(
                ["run", "--drain"], now: late, environment: studio.mailing(to: healthy.url))
            #expect(run.stderr.contains("the server for mail accepts messages again lasted=30 min"), "\(run.stderr)")
            #expect(try healthy.receivedMessages().count == 3)
            #expect(try await studio.count("channel_pause") == 0)
        }
    }

    @Test("a runner logs the begin and the end of a pause with journald priorities and without addresses")
    func log() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-07 14:00")
            let refusal = ScriptedServer.Fault.at(
                .rcpt, .reply("550 5.7.1 <ana@example.com>: Relay access denied for 415.555.0134 at 192.0.2.1"),
                times: 1)
            let server = try ScriptedServer(faults: [refusal])
            var environment = studio.mailing(to: server.url)
            environment["JOURNAL_STREAM"] = "8:1"
            let result = try await studio.intro(["run"], environment: environment) { runner in
                try await wait(until: "the channel is paused") { try await studio.count("channel_pause") == 1 }
                try await studio.book("Ben", at: "2026-12-07 15:00")
                // `reminders send` tries a paused channel at once.
                #expect(
                    try await studio.answer("reminders", "send", environment: studio.mailing(to: server.url))["sent"]
                        == 2)
                try await studio.book("Eve", at: "2026-12-07 16:00")
                try await wait(until: "the runner sends again") { try await studio.messages("sent") == 3 }
                kill(runner, SIGTERM)
            }
            let lines = result.stderr.split(separator: "\n").filter { $0.contains("the server for mail") }
            #expect(
                lines.first == """
                    <4>intro: warning: the server for mail refuses this sender; messages stay queued \
                    reason=The mail server refuses this sender: 550 5.7.1 <...> Relay access denied \
                    for +... at 192.0.2.1
                    """, "\(result.stderr)")
            #expect(lines.last?.hasPrefix("<5>intro: notice: the server for mail accepts messages again") == true)
            #expect(lines.count == 2 && !result.stderr.contains("ana@example.com"), "\(result.stderr)")
        }
    }

    @Test(
        "SMS: a refused account or sender pauses the channel; a refused number does not",
        arguments: [20003, 21606, 21659, 21660, 30034, 63038])
    func texts(code: Int) async throws {
        try await Studio.with { studio in
            _ = try await studio.bookTexts(3)
            // The confirmations by mail are due earlier; this test is about texts only.
            let now = "2026-11-30T11:30:00-08:00"
            let service = try ScriptedHTTPServer(answers: [
                .reply(400, #"{"code": 21211, "message": "not a number"}"#),
                .reply(400, "{\"code\": \(code), \"message\": \"the sender is no good\"}"),
            ])
            let result = try await studio.intro(
                ["reminders", "send", "--json"], now: now, environment: try studio.texting(to: service))
            #expect(result.exit == (code == 63038 ? 75 : 69), "\(result.stderr)")
            #expect(result.error?.message.contains("the sender is no good") == true, "\(result.stderr)")
            #expect(try service.requests().count == 2)
            #expect(try await studio.count("message", where: "channel = 'sms' AND status = 'failed'") == 1)
            let channels = try await studio.answer("jobs", "stats", now: now)["channels"]?.items ?? []
            let sms = channels.first { $0["channel"] == "sms" }
            #expect(sms?["paused"] == .truth(true) && sms?["reason"]?.text.contains("\(code)") == true, "\(channels)")
            let next = try await studio.intro(
                ["reminders", "send", "--json"], now: now, environment: try studio.texting(to: service))
            #expect(next.exit == 0, "\(next.stderr)")
            #expect(try next.printed["failed"] == 0)
        }
    }
}
