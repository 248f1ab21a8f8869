import Foundation
import LoopbackTesting
import MessagingTesting
import Postgres
import Testing

@Suite("the ledger commands")
struct LedgerCommandTests {
    @Test("`why` lists sent, skipped and queued messages, with a copy of those sent")
    func why() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: "(213) 555-0142", at: "2026-12-01 14:00")
            try await studio.answer("reminders", "send")
            let entries = try await studio.answer("why", reference).items
            let ledger = try await studio.answer("reminders", "list").items
            let fields = try #require(ledger.first).names.union(["subject", "text"])
            #expect(entries.allSatisfy { $0.names == fields })
            let states = entries.map { [$0["rule"], $0["status"], $0["reason"], $0["local_due_at"]] }
            #expect(
                states == [
                    ["three-days", "skipped", "late_booking", "2026-11-28 14:00 PST"],
                    ["confirmation", "sent", .null, "2026-11-30 08:00 PST"],
                    ["one-day", "queued", .null, "2026-11-30 14:00 PST"],
                    ["one-day-sms", "queued", .null, "2026-11-30 14:00 PST"],
                    ["two-hours", "queued", .null, "2026-12-01 12:00 PST"],
                ])
            let sent = try #require(entries.first { $0["status"] == "sent" })
            #expect(sent["subject"]?.text.isEmpty == false && sent["text"]?.text.contains(reference) == true)
            #expect(sent["to"] == "ana@example.com" && sent["sent_at"] == "2026-11-30T16:00:00Z")
            #expect(entries.allSatisfy { $0["status"] == "sent" || $0["text"] == .null })

            let output = try await studio.intro("why", reference).stdout
            #expect(output.contains("confirmation, email, to the client"))
            #expect(output.contains("skipped: booked after due time"))
            #expect(!output.contains("\n\n\n") && !output.contains("Downtown Strength\n             \n"), "\(output)")
            let unknown = try await studio.intro("why", "0000-0000", "--json")
            #expect(unknown.exit == 4 && unknown.error?.code == "not_found")
        }
    }

    @Test("a confirmed session is not asked again, and a cancelled one cannot be confirmed")
    func confirm() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: "(213) 555-0142", at: "2026-12-01 14:00")
            let plain = try await studio.intro("confirm", reference)
            #expect(plain.exit == 0)
            #expect(plain.stdout == "Confirmed  \(reference)  Tue Dec 1, 2:00 PM PST with Maria Lopez for Ana.\n")
            let confirmed = try await studio.answer("confirm", reference)
            #expect(confirmed["reference"] == .text(reference))
            #expect(try await studio.account(of: reference)["two-hours"]?["reason"] == "confirmed")
            let why = try await studio.intro("why", reference).stdout
            #expect(why.contains("queued: already confirmed"), "\(why)")
            #expect(why.contains("will be skipped: already confirmed\n"), "\(why)")
            #expect(try await studio.intro("confirm", "0000-0000", "--json").exit == 4)
            try await studio.answer("cancel", reference)
            #expect(try await studio.refusal("confirm", reference).code == "not_changeable")
        }
    }

    @Test("`reminders plan` counts by rule, channel, studio and reason, and changes nothing")
    func plan() async throws {
        try await Studio.with { studio in
            _ = try await studio.bookTexts(3)
            try await studio.answer("client", "opt-out", "guest2@example.com", "--channel", "sms")
            let before = try await studio.fingerprint()
            let result = try await studio.intro("reminders", "plan", "--json", now: "2026-11-30T11:00:00-08:00")
            #expect(try await studio.fingerprint() == before)
            let groups = try result.stdout.split(separator: "\n").map {
                try JSONDecoder().decode(JSON.self, from: Data($0.utf8))
            }
            #expect(groups.allSatisfy { $0.names == ["rule", "channel", "studio", "skip_reason", "waits", "count"] })
            let counts = groups.map { [$0["rule"], $0["skip_reason"], $0["count"]] }
            #expect(
                counts == [
                    ["confirmation", .null, 3], ["one-day", .null, 3], ["one-day-sms", .null, 2],
                    ["one-day-sms", "opted_out", 1],
                ])
            let output = try await studio.intro("reminders", "plan", now: "2026-11-30T11:00:00-08:00").stdout
            #expect(output.hasSuffix("\n\n9 due, 1 of them would be skipped. Nothing was sent.\n"), "\(output)")
            let sent = try await studio.answer("reminders", "send", now: "2026-11-30T11:00:00-08:00")
            #expect(sent == .object(["due": 9, "sent": 8, "failed": 0, "unknown": 0, "skipped": 1]))
            let nothing = try await studio.intro("reminders", "plan", now: "2026-11-30T11:00:00-08:00")
            #expect(nothing.stdout == "Nothing is due.\n")
        }
    }

    @Test("a preview shows mail with its calendar entry, or a text with its segments, and sends nothing")
    func preview() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: "(213) 555-0142", at: "2026-12-07 09:00")
            let before = try await studio.fingerprint()
            let fields: Set = [
                "rule", "channel", "to", "subject", "text", "html", "calendar", "method", "segments", "encoding",
            ]
            let mail = try await studio.answer("reminders", "preview", "one-day", "--ref", reference)
            #expect(mail.names == fields && mail["to"] == "ana@example.com" && mail["method"] == "REQUEST")
            #expect(mail["calendar"]?.text.contains("BEGIN:VEVENT") == true && mail["segments"] == .null)
            let text = try await studio.answer("reminders", "preview", "one-day-sms", "--ref", reference)
            #expect(text.names == fields && text["to"] == "+12135550142" && text["html"] == .null)
            #expect(text["segments"] == 2 || text["segments"] == 1)
            let spanish = try await studio.answer("reminders", "preview", "one-day-sms", "--language", "es")
            #expect(spanish["text"] != text["text"])
            for rule in try await studio.answer("rules", "list").items.compactMap({ $0["key"]?.text }) {
                let shown = try await studio.intro("reminders", "preview", rule)
                #expect(shown.exit == 0, "\(rule): \(shown.stderr)")
                #expect(!shown.stdout.contains("{{"))
            }
            #expect(try await studio.intro("reminders", "preview", "nothing", "--json").exit == 4)
            #expect(try await studio.intro("reminders", "preview", "one-day", "--ref", "0000-0000", "--json").exit == 4)
            #expect(try await studio.fingerprint() == before)
        }
    }

    @Test("a test message goes to the given address and is not stored in the ledger")
    func test() async throws {
        try await Studio.with { studio in
            let before = try await studio.fingerprint()
            let mail = try await studio.answer("reminders", "test", "one-day", "--to", "me@example.com")
            #expect(mail.names == ["rule", "channel", "to", "outcome", "reply"])
            #expect(mail["outcome"] == "sent" && mail["to"] == "me@example.com")
            let text = try await studio.answer("reminders", "test", "two-hours", "--to", "213 555 0177")
            #expect(text["to"] == "+12135550177")
            #expect(try studio.writtenTexts().map { $0["to"] } == ["+12135550177"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: studio.home + "/mail/new").count == 1)
            #expect(try await studio.fingerprint() == before)
        }
    }

    @Test(
        "a failed test message exits with 69, or with 75 if it may succeed later",
        .enabled(if: InstalledPrograms.python != nil, "needs Python"))
    func failedTest() async throws {
        try await Studio.with { studio in
            let words = ["reminders", "test", "one-day", "--to", "me@example.com", "--json"]
            let unreachable = try await withRefusingPort { port in
                try await studio.intro(
                    words, environment: studio.mailing(to: "smtp://127.0.0.1:\(port)?tls=none"))
            }
            #expect(unreachable.exit == 69 && unreachable.error?.code == "not_sent", "\(unreachable.stderr)")
            let busy = try ScriptedServer(faults: [.at(.rcpt, .reply("450 4.2.1 busy"))])
            let later = try await studio.intro(words, environment: studio.mailing(to: busy.url))
            #expect(later.exit == 75 && later.error?.code == "rejected_for_now", "\(later.stderr)")
            #expect(try later.printed["outcome"] == "rejected_for_now")
            let service = try ScriptedHTTPServer(answers: [.reply(400, #"{"code": 21211}"#)])
            let text = try await studio.intro(
                ["reminders", "test", "two-hours", "--to", "+12135550177", "--json"],
                environment: try studio.texting(to: service))
            #expect(text.exit == 69 && text.error?.code == "rejected_for_good")
            #expect(text.error?.hint.contains("INTRO_SMS") == true)
        }
    }

    @Test("a text that is no number is refused with the list of the numbers, and no client is suggested")
    func numbers() async throws {
        try await Studio.with { studio in
            try await studio.book("Xena", at: "2026-12-01 09:00")
            let settled = try await studio.intro("reminders", "settle", "x", "--json")
            #expect(settled.exit == 4)
            #expect(settled.error?.hint == "take the message's number from `intro reminders unknown`")
            for (command, list) in [
                (["mail", "done", "x"], "intro mail list"), (["mail", "show", "x"], "intro mail list"),
                (["sms", "done", "x"], "intro sms list"),
            ] {
                let result = try await studio.intro(command + ["--json"])
                #expect(result.exit == 65, "\(result.stderr)")
                #expect(result.error?.message.hasSuffix(#"needs a number, not "x""#) == true, "\(result.stderr)")
                #expect(result.error?.hint == "take the number from `\(list)`", "\(result.stderr)")
            }
        }
    }

    @Test(
        "unknown messages are listed; a resent one is sent once more, and a settled one never",
        .enabled(if: InstalledPrograms.python != nil, "needs Python"))
    func unknown() async throws {
        try await Studio.with { studio in
            #expect(try await studio.answer("reminders", "unknown") == .list([]))
            #expect(try await studio.intro("reminders", "unknown").stdout == "No message is unknown.\n")
            try await studio.bookMany(3)
            let faulty = try ScriptedServer(faults: (1...3).map { _ in .at(.dot, .drop) })
            let mailing = studio.mailing(to: faulty.url, connections: 1)
            let sent = try await studio.intro("reminders", "send", "--json", environment: mailing)
            #expect(sent.stdout.contains("\"unknown\":3"), "\(sent.stdout)")
            #expect(sent.stderr.contains("3 messages may or may not have arrived"), "\(sent.stderr)")
            let unknown = try await studio.answer("reminders", "unknown").items
            #expect(unknown.count == 3 && unknown.allSatisfy { $0["reason"] == "no_answer" })
            let references = unknown.compactMap { $0["reference"]?.text }
            let number = unknown[0]["id"]?.number ?? -1

            let resent = try await studio.answer("reminders", "resend", "\(number)").items
            #expect(resent.map { $0["status"] } == ["queued"] && resent.map { $0["reason"] } == ["resent"])
            let settled = try await studio.answer("reminders", "settle", references[1]).items
            #expect(settled.map { $0["status"] } == ["sent"] && settled.map { $0["reason"] } == ["settled"])
            let failed = try await studio.answer("reminders", "settle", references[2], "--outcome", "failed").items
            #expect(failed.map { $0["status"] } == ["failed"])
            #expect(try await studio.answer("reminders", "unknown") == .list([]))

            let healthy = try ScriptedServer()
            let next = try await studio.answer("reminders", "send", environment: studio.mailing(to: healthy.url))
            #expect(next == .object(["due": 1, "sent": 1, "failed": 0, "unknown": 0, "skipped": 0]))
            #expect(try await studio.refusal("reminders", "settle", references[0]).code == "not_changeable")
            #expect(try await studio.refusal("reminders", "resend", "#\(number)").code == "not_changeable")
            #expect(try await studio.intro("reminders", "resend", "424242", "--json").exit == 4)
            #expect(try await studio.intro("reminders", "settle", "0000-0000", "--json").exit == 4)
        }
    }

    @Test("resends all messages that failed since a time; --rule filters, --dry-run only lists")
    func resendFailed() async throws {
        try await Studio.with { studio in
            try await studio.bookMany(4)
            let ana = try await studio.reference("Ana", at: "2026-12-07 14:00")
            try await studio.database.query(
                """
                UPDATE message
                SET status = 'failed', reason = 'rejected_for_good', attempts = 1,
                    attempted_at = timestamptz '2026-11-30 15:30Z' - (session_id % 2) * interval '1 day'
                WHERE rule = 'confirmation'
                """)
            let recent = try await studio.count(
                "message", where: "status = 'failed' AND attempted_at > '2026-11-30 15:00Z'")
            let resend = ["reminders", "resend", "--status", "failed"]
            let before = try await studio.fingerprint()
            let listed = try await studio.answer(resend + ["--since", "2h", "--dry-run"]).items
            #expect(listed.count == Int(recent) && listed.allSatisfy { $0["status"] == "failed" })
            #expect(try await studio.answer(resend + ["--since", "2h", "--rule", "one-day"]) == .list([]))
            let unknown = try await studio.intro(resend + ["--since", "2h", "--rule", "nope", "--json"])
            #expect(unknown.exit == 4 && unknown.error?.code == "not_found", "\(unknown.stderr)")
            #expect(try await studio.fingerprint() == before)
            let resent = try await studio.answer(resend + ["--since", "2h"]).items
            #expect(
                resent.count == Int(recent)
                    && resent.allSatisfy { $0["status"] == "queued" && $0["reason"] == "resent" })
            let rest = try await studio.answer(
                resend + ["--since", "2026-11-29T00:00:00-08:00", "--rule", "confirmation"]
            ).items
            #expect(resent.count + rest.count == 5)
            let none = try await studio.intro(resend + ["--since", "sun"])
            #expect(none.exit == 0 && none.stdout == "No message failed since then.\n", "\(none.stderr)")
            #expect(try await studio.answer("reminders", "send")["sent"] == 5)
            for wrong in [
                ["--status", "failed"], ["--since", "2h"], [ana, "--status", "failed", "--since", "2h"], [],
                ["--status", "unknown", "--since", "2h"], [ana, "--dry-run"],
            ] { #expect(try await studio.intro(["reminders", "resend"] + wrong).exit == 64, "\(wrong)") }
            #expect(try await studio.intro(resend + ["--since", "whenever"]).exit == 65)
        }
    }

    @Test("a resent message is evaluated again: a cancelled session is not confirmed")
    func resentTooLate() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-07 09:00")
            try await studio.database.query(
                "UPDATE message SET status = 'unknown', attempts = 1 WHERE rule = 'confirmation'")
            try await studio.answer("cancel", reference)
            try await studio.answer("reminders", "resend", reference)
            try await studio.answer("reminders", "send")
            let account = try await studio.account(of: reference)
            #expect(account["confirmation"]?["status"] == "skipped")
            #expect(account["cancelled"]?["status"] == "sent")
        }
    }

    @Test("templates check accepts the built-in templates, and reports a fault with file, line and hint")
    func templates() async throws {
        try await Studio.with { studio in
            #expect(try await studio.answer("templates", "check") == .object(["ok": true, "findings": .list([])]))
            #expect(try await studio.intro("templates", "check").stdout == "All templates are valid.\n")
            let folder = studio.home + "/templates"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try "Hi {{cleint}}\u{1B}[2J".write(toFile: folder + "/one-day.sms", atomically: false, encoding: .utf8)
            for (words, environment) in [
                (["templates", "check", folder], [:]), (["templates", "check"], ["INTRO_TEMPLATES_FOLDER": folder]),
            ] {
                let result = try await studio.intro(words + ["--json"], environment: environment)
                #expect(result.exit == 65)
                #expect(result.error?.code == "templates_invalid")
                let findings = try result.printed["findings"]?.items ?? []
                #expect(findings.contains { $0["file"] == "one-day.sms" && $0["error"] == true })
                #expect(findings.allSatisfy { $0.names == ["file", "line", "error", "code", "message", "hint"] })
                let output = try await studio.intro(words, environment: environment)
                #expect(!output.stdout.contains("\u{1B}") && output.stdout.contains("cleint"))
            }
        }
    }
}
