import Foundation
import LoopbackTesting
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

@Suite("reasons why messages are queued", .timeLimit(.minutes(30)))
struct WaitingMessageTests {
    @Test("a client without e-mail: the list and `why` show the reason at once")
    func noEmail() async throws {
        try await Studio.with { studio in
            let booked = try await studio.answer(
                "book", "--client", "(213) 555-0142", "--name", "Ana", "--trainer", "maria", "--at", "2026-12-07 14:00")
            let reference = booked["reference"]?.text ?? ""
            let listed = try await studio.answer("reminders", "list", reference).items
            let mails = listed.filter { $0["channel"] == "email" }
            #expect(mails.count == 3)
            #expect(mails.allSatisfy { $0["status"] == "queued" && $0["reason"] == "no_email" && $0["to"] == .null })
            #expect(listed.filter { $0["channel"] == "sms" }.allSatisfy { $0["reason"] != "no_email" })
            let account = try await studio.answer("why", reference).items
            #expect(account.map { [$0["id"], $0["reason"]] } == listed.map { [$0["id"], $0["reason"]] })
            let output = try await studio.intro("reminders", "list", reference).stdout
            #expect(output.contains("no e-mail address") && !output.contains("no_email"))
            #expect(try await studio.answer("reminders", "send")["skipped"] == 1)
            try await studio.answer("client", "edit", "(213) 555-0142", "--email", "ana@example.com")
            let later = try await studio.answer("reminders", "list", reference, "--status", "queued").items
            #expect(later.allSatisfy { $0["reason"] != "no_email" })
        }
    }

    @Test("suppressed and opted-out messages show the reason before they are due, in the list and in `why`")
    func unwanted() async throws {
        try await Studio.with { studio in
            let ana = try await studio.reference("Ana", at: "2026-12-07 14:00")
            let ben = try await studio.reference("Ben", at: "2026-12-07 15:00")
            try await studio.answer("client", "opt-out", "ana@example.com", "--channel", "email")
            try await studio.answer("suppression", "add", "ben@example.com")
            for (reference, reason) in [(ana, "opted_out"), (ben, "suppressed")] {
                let listed = try await studio.answer("reminders", "list", reference).items
                let account = try await studio.answer("why", reference).items
                #expect(listed.count == 3 && listed.allSatisfy { $0["reason"] == .text(reason) }, "\(listed)")
                let written = account.filter { $0["id"] != .null }
                #expect(written.map { $0["reason"] } == listed.map { $0["reason"] })
            }
        }
    }

    @Test("a notice of a move waits a minute for another, and `why` shows it")
    func burst() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-07 14:00")
            try await studio.answer("reminders", "send")
            try await studio.answer("reschedule", reference, "--at", "2026-12-08 14:00")
            let notice = try #require(try await studio.account(of: reference)["rescheduled"])
            #expect(notice["reason"] == "awaiting_changes" && notice["wait_until"] == "2026-11-30T16:01:00Z")
            let output = try await studio.intro("why", reference).stdout
            #expect(output.contains("waits for possible further changes, until Mon Nov 30, 8:01 AM PST"), "\(output)")
        }
    }

    @Test("a paused channel shows the end and cause of the pause, and resumes in the next run")
    func paused() async throws {
        try await Studio.with { studio in
            try await withRefusingPort { try await expectPause(studio, port: $0) }
            _ = try await studio.intro(["run"], now: "2026-11-30T08:02:00-08:00") { runner in
                try await wait(until: "both are sent") { try await studio.messages("sent") == 2 }
                kill(runner, SIGTERM)
            }
            #expect(try await studio.count("channel_pause") == 0)
        }
    }

    private func expectPause(_ studio: Studio, port: Int) async throws {
        let reference = try await studio.reference("Ana", at: "2026-12-07 14:00")
        let nowhere = studio.mailing(to: "smtp://127.0.0.1:\(port)?tls=none")
        let result = try await studio.intro(["run"], environment: nowhere) { runner in
            try await wait(until: "the channel is paused") { try await studio.count("channel_pause") == 1 }
            try await studio.book("Ben", at: "2026-12-07 15:00")
            let waiting = try await studio.answer("reminders", "list", "--status", "queued").items
                .filter { $0["rule"] == "confirmation" }
            #expect(waiting.map { $0["reason"] } == ["not_sent", "channel_paused"])
            #expect(waiting.allSatisfy { $0["wait_until"] == "2026-11-30T16:01:00Z" })
            #expect(waiting.allSatisfy { $0["reply"]?.text.hasSuffix("connection refused") == true }, "\(waiting)")
            let explanation = "mail server paused until 8:01 AM (connection refused)"
            let output = try await studio.intro("why", reference).stdout
            #expect(output.contains("queued: \(explanation)"), "\(output)")
            let listed = try await studio.intro("reminders", "list", "--status", "queued").stdout
            #expect(listed.components(separatedBy: explanation).count == 3, "\(listed)")
            kill(runner, SIGTERM)
        }
        #expect(result.exit == 0, "\(result.stderr)")
        #expect(result.stderr.components(separatedBy: "the server for mail is unavailable").count == 2)
        #expect(result.stderr.contains("connection refused"))
    }

    @Test(
        "a server that asks the client to wait pauses the channel, and its reply is shown",
        .enabled(if: InstalledPrograms.python != nil, "needs Python"))
    func deferred() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-07 14:00")
            let busy = try ScriptedServer(faults: [.at(.greeting, .dismiss("421 4.7.0 try again in 10 minutes"))])
            _ = try await studio.intro(["run"], environment: studio.mailing(to: busy.url)) { runner in
                try await wait(until: "the channel is paused") { try await studio.count("channel_pause") == 1 }
                try await studio.book("Ben", at: "2026-12-07 15:00")
                let output = try await studio.intro("reminders", "list", "--status", "queued").stdout
                let explanation = "mail server paused until 8:01 AM (421 4.7.0 try again in 10 minutes)"
                #expect(output.contains(explanation), "\(output)")
                #expect(try await studio.account(of: reference)["confirmation"]?["reason"] == "rejected_for_now")
                kill(runner, SIGTERM)
            }
        }
    }
}
