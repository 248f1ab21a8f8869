import Foundation
import Postgres
import Testing

@Suite("consent and suppressions")
struct ConsentCommandTests {
    private func isGranted(_ record: JSON?, _ channel: JSON, _ scope: JSON) -> JSON? {
        record?["consents"]?.items.first { $0["channel"] == channel && $0["scope"] == scope }?["granted"]
    }

    @Test("an opt-out is stored by channel and scope with time, source and actor, and can be reversed")
    func consent() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: "(213) 555-0142", at: "2026-12-07 09:00")
            let out = try await studio.answer(
                "client", "opt-out", "ana@example.com", "--channel", "email", "--scope", "session", "--how", "by phone",
                "--as", "desk")
            #expect(out.names == ["client", "consents", "suppressions"])
            #expect(
                out["consents"]?.items.first { $0["granted"] == false }
                    == .object([
                        "channel": "email", "scope": "session", "granted": false, "at": "2026-11-30T16:00:00Z",
                        "how": "by phone", "by": "desk",
                    ]))
            #expect(isGranted(out, "email", "follow_up") == true && isGranted(out, "sms", "session") == true)
            #expect(try await studio.answer("reminders", "send")["sent"] == 0)
            #expect(try await studio.account(of: reference)["confirmation"]?["reason"] == "opted_out")
            let shown = try await studio.intro("client", "show", "ana@example.com")
            #expect(shown.stdout.contains("no, about sessions: since Mon Nov 30, by phone, desk"), "\(shown.stdout)")

            let again = try await studio.answer("client", "opt-in", "1")
            #expect(again["consents"]?.items.allSatisfy { $0["granted"] == true } == true)
            let ledger = try await studio.answer("reminders", "send", now: "2026-12-04T09:00:00-08:00")
            #expect(ledger["sent"] == 1, "the reminder is sent, and the skipped confirmation is not")
            #expect(
                try await studio.count("event", where: "subject = 'consent'") > 0, "the log keeps the earlier consent")
        }
    }

    @Test("an unsubscribe token ends mail but not texts, and an unknown token is not found")
    func token() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", phone: "(213) 555-0142", at: "2026-12-07 09:00")
            let link = ["INTRO_MAIL_UNSUBSCRIBE_URL": "https://intro.example/u/"]
            try await studio.answer("reminders", "send", environment: link)
            let folder = studio.home + "/mail/new/"
            let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
            let mail = try String(contentsOfFile: folder + name, encoding: .utf8)
            #expect(mail.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"))
            let token = try #require(
                mail.firstMatch(of: /List-Unsubscribe:\s*<https:\/\/intro\.example\/u\/([0-9a-f-]{36})>/)?.1)
            let out = try await studio.answer("client", "opt-out", "--token", String(token))
            #expect(isGranted(out, "email", "session") == false && isGranted(out, "email", "follow_up") == false)
            #expect(isGranted(out, "sms", "session") == true)
            #expect(out["consents"]?.items.first { $0["granted"] == false }?["how"] == "link")
            let unknown = try await studio.intro(
                "client", "opt-out", "--token", "00000000-0000-0000-0000-000000000000", "--json")
            #expect(unknown.exit == 4)
            #expect(unknown.error?.code == "not_found")
        }
    }

    @Test("a client's language is stored, edited and removed, and selects the language of mail")
    func language() async throws {
        try await Studio.with { studio in
            let added = try await studio.answer(
                "client", "add", "Ana", "--email", "ana@example.com", "--language", "es")
            #expect(added["language"] == "es")
            let reference = try await studio.answer(
                "book", "--client", "1", "--trainer", "maria", "--at", "2026-12-07 09:00")["reference"]?.text
            try await studio.answer("reminders", "send")
            let confirmation = try await studio.account(of: reference ?? "")["confirmation"]
            #expect(confirmation?["text"]?.text.contains("Hola") == true, "\(String(describing: confirmation))")
            #expect(try await studio.answer("client", "edit", "1", "--language", "none")["language"] == .null)
            #expect(try await studio.answer("client", "edit", "1", "--language", "EN")["language"] == "en")
            let unknown = try await studio.intro("client", "edit", "1", "--language", "tlh", "--json")
            #expect(unknown.exit == 65)
            #expect(try await studio.answer("client", "show", "1")["language"] == "en")
        }
    }

    @Test("suppressions are added, listed, applied and removed")
    func suppression() async throws {
        try await Studio.with { studio in
            let reference = try await studio.book("Ana", phone: "(213) 555-0142", at: "2026-12-07 09:00")
            let added = try await studio.answer(
                "suppression", "add", "ANA@Example.com", "--detail", "asked at the door", "--as", "desk")
            let entry = JSON.object([
                "address": "ana@example.com", "channel": "email", "reason": "manual", "detail": "asked at the door",
                "at": "2026-11-30T16:00:00Z", "by": "desk",
            ])
            #expect(added == .list([entry]))
            try await studio.answer("suppression", "add", "213.555.0142", "--reason", "opt_out")
            let all = try await studio.answer("suppression", "list").items
            #expect(all.compactMap { $0["address"]?.text } == ["+12135550142", "ana@example.com"])
            #expect(try await studio.answer("suppression", "list", "ana@EXAMPLE.com") == .list([entry]))
            #expect(try await studio.answer("reminders", "send")["sent"] == 0)
            #expect(try await studio.account(of: reference)["confirmation"]?["reason"] == "suppressed")
            let shown = try await studio.answer("client", "show", "ana@example.com")
            #expect(shown["suppressions"]?.items.count == 2)

            #expect(try await studio.answer("suppression", "remove", "ana@example.com") == .list([]))
            let repeated = try await studio.intro("suppression", "remove", "ana@example.com", "--json")
            #expect(repeated.exit == 4)
            #expect(try await studio.answer("suppression", "list").items.count == 1)
            let table = try await studio.intro("suppression", "list", "ana@example.com")
            #expect(table.exit == 0 && table.stdout == "Nothing is suppressed.\n")
        }
    }

    @Test("opt-in keeps a suppression that was not an opt-out")
    func stays() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Ana", "--email", "ana@example.com")
            for reason in ["opt_out", "hard_bounce"] {
                try await studio.answer("suppression", "add", "ana@example.com", "--reason", reason)
            }
            let result = try await studio.intro("client", "opt-in", "1", "--json")
            #expect(try result.printed["suppressions"]?.items.compactMap { $0["reason"]?.text } == ["hard_bounce"])
            #expect(result.stderr.contains("suppress"), "a note states that the address remains suppressed")
        }
    }
}
