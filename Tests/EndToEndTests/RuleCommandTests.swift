import Foundation
import Testing

@Suite("the rules and quiet-hours commands")
struct RuleCommandTests {
    @Test("the default rules are listed with all fields")
    func list() async throws {
        try await Studio.with { studio in
            let rules = try await studio.answer("rules", "list").items
            #expect(
                Set(rules.compactMap { $0["key"]?.text }) == [
                    "confirmation", "three-days", "one-day", "one-day-sms", "two-hours", "no-show", "attended",
                    "rescheduled", "rebooked", "trainer-changed", "cancelled", "call-back", "trainer-digest",
                    "trainer-booked", "trainer-moved", "trainer-cancelled",
                ])
            let fields: Set = [
                "key", "studio", "anchor", "offset", "at", "channel", "audience", "template", "condition", "enabled",
                "since",
            ]
            #expect(rules.allSatisfy { $0.names == fields })
            let shown = try await studio.answer("rules", "show", "two-hours")
            #expect(
                shown
                    == .object([
                        "key": "two-hours", "studio": .null, "anchor": "start", "offset": "-2h", "at": .null,
                        "channel": "sms", "audience": "client", "template": "two-hours", "condition": "unconfirmed",
                        "enabled": true, "since": .null,
                    ]))
            #expect(rules.contains(shown))
            let table = try await studio.intro("rules", "list").stdout
            #expect(table.contains("two-hours          all     2h before the start"), "\(table)")
        }
    }

    @Test("an added rule applies from then on, and sends its template")
    func add() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-14 09:00")
            let added = try await studio.answer(
                "rules", "add", "week-before", "--anchor", "start", "--offset", "-7d", "--template", "three-days")
            #expect(added["since"] == "2026-11-30T16:00:00Z" && added["channel"] == "email")
            #expect(try await studio.answer("reminders", "send", now: "2026-12-07T09:00:00-08:00")["sent"] == 2)
            let sent = try await studio.answer("reminders", "list", "--status", "sent").items
            #expect(sent.compactMap { $0["rule"]?.text } == ["confirmation", "week-before"])
            let again = try await studio.refusal(
                "rules", "add", "week-before", "--anchor", "end", "--template", "attended")
            #expect(again.code == "already_exists")
        }
    }

    @Test("an edited rule changes future messages, and sends no message again")
    func edit() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-07 09:00")
            #expect(try await studio.answer("reminders", "send", now: "2026-12-04T09:00:00-08:00")["sent"] == 2)
            let now = "2026-12-04T10:00:00-08:00"
            try await studio.answer("rules", "edit", "three-days", "--offset", "-2d", now: now)
            try await studio.answer("rules", "edit", "one-day", "--offset", "-1d", "--at", "12:00", now: now)
            let account = try await studio.account(of: reference, now: now)
            #expect(account["three-days"]?["status"] == "sent")
            #expect(account["one-day"]?["local_due_at"] == "2026-12-06 12:00 PST")
            #expect(try await studio.answer("reminders", "send", now: "2026-12-06T11:59:00-08:00")["due"] == 0)
            #expect(try await studio.answer("reminders", "send", now: "2026-12-06T12:00:00-08:00")["sent"] == 1)
        }
    }

    @Test("a disabled rule sends nothing, its sent messages stay in the ledger, and past ones are not sent later")
    func disable() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-07 09:00")
            #expect(try await studio.answer("reminders", "send", now: "2026-12-04T09:00:00-08:00")["sent"] == 2)
            let off = try await studio.answer("rules", "disable", "one-day", now: "2026-12-04T10:00:00-08:00")
            #expect(off["enabled"] == false)
            let table = try await studio.intro("rules", "list").stdout
            #expect(table.split(separator: "\n").contains { $0.hasPrefix("one-day ") && $0.hasSuffix("disabled") })
            #expect(try await studio.answer("reminders", "send", now: "2026-12-06T09:00:00-08:00")["sent"] == 0)
            let sent = try await studio.answer("reminders", "list", reference, "--status", "sent").items
            #expect(sent.compactMap { $0["rule"]?.text } == ["confirmation", "three-days"])

            try await studio.answer("rules", "enable", "one-day", now: "2026-12-06T10:00:00-08:00")
            let late = try await studio.answer("reminders", "send", now: "2026-12-06T10:00:00-08:00")
            #expect(late["sent"] == 0, "a reminder that was due while the rule was disabled is not sent")
        }
    }

    @Test("a studio's rule applies there instead of the chain's")
    func studioRule() async throws {
        try await Studio.with { studio in
            let own = try await studio.answer("rules", "edit", "one-day", "--studio", "downtown", "--offset", "-2d")
            #expect(own["studio"] == "downtown" && own["offset"] == "-2d")
            #expect(try await studio.answer("rules", "show", "one-day")["offset"] == "-1d")
            #expect(try await studio.answer("rules", "show", "one-day", "--studio", "downtown") == own)
            let there = try await studio.answer("rules", "list", "--studio", "downtown").items
            #expect(there.filter { $0["key"] == "one-day" } == [own])
            let reference = try await studio.reference("Ana", at: "2026-12-07 09:00")
            #expect(try await studio.account(of: reference)["one-day"]?["local_due_at"] == "2026-12-05 09:00 PST")
        }
    }

    @Test("an unknown rule, studio or template exits with 4 or 65 and a hint")
    func unknown() async throws {
        try await Studio.with { studio in
            let before = try await studio.fingerprint()
            for (command, exit) in [
                (["rules", "show", "tow-hours"], Int32(4)), (["rules", "edit", "none", "--offset", "-1d"], 4),
                (["rules", "disable", "none"], 4), (["rules", "enable", "none"], 4),
                (["rules", "list", "--studio", "uptown"], 4), (["rules", "show", "one-day", "--studio", "uptown"], 4),
                (["rules", "disable", "one-day", "--studio", "uptown"], 4),
                (["rules", "add", "hello", "--anchor", "booked"], 65),
                (["rules", "edit", "one-day", "--template", "nobody-wrote-it"], 65),
            ] {
                let result = try await studio.intro(command + ["--json"])
                #expect(result.exit == exit, "\(command): \(result.stdout)\(result.stderr)")
                #expect(result.error?.hint.isEmpty == false)
            }
            #expect(try await studio.fingerprint() == before)
        }
    }

    @Test("the words of a rule's name may be separated by spaces; a similar name is named in the hint")
    func words() async throws {
        try await Studio.with { studio in
            #expect(try await studio.answer("rules", "show", "One day")["key"] == "one-day")
            for command in [["rules", "show", "one dya"], ["rules", "disable", "one-dya"]] {
                let result = try await studio.intro(command + ["--json"])
                #expect(result.exit == 4 && result.error?.message == "rule one-dya not found", "\(result.stderr)")
                #expect(result.error?.hint.hasPrefix("did you mean `one-day`?") == true, "\(result.stderr)")
            }
        }
    }

    @Test("quiet hours are stored by region and channel, and reminders avoid them")
    func quietHours() async throws {
        try await Studio.with { studio in
            let listed = try await studio.answer("quiet-hours", "list").items
            #expect(listed == [.object(["region": "*", "channel": "sms", "hours": "mon-sun 09:00-20:00"])])
            let changed = try await studio.intro(
                "quiet-hours", "set", "us", "mon-fri 10:00-18:00", "--channel", "email")
            #expect(changed.stdout == "People in US may be contacted mon-fri 10:00-18:00, by mail.\n")
            // Three days before Monday, 9:00, is Friday before the contact hours begin; the message is moved to the
            // evening before.
            let reference = try await studio.reference("Ana", at: "2026-12-07 09:00")
            let early = try await studio.account(of: reference)["three-days"]?["local_due_at"]?.text ?? ""
            #expect(early.hasPrefix("2026-12-03 17:") || early.hasPrefix("2026-12-03 18:"), "\(early)")
            let none = try await studio.intro("quiet-hours", "set", "US", "none", "--channel", "email")
            #expect(none.stdout == "People in US have the hours of all other regions, by mail.\n")
            #expect(try await studio.answer("quiet-hours", "list").items == listed)
        }
    }

    @Test("a rule is rejected if its template is for another audience")
    func audiences() async throws {
        try await Studio.with { studio in
            let refused = [
                ["--audience", "trainer", "--template", "confirmation"],
                ["--audience", "studio", "--template", "one-day"],
                ["--audience", "trainer", "--template", "two-hours", "--channel", "sms"],
                ["--template", "staff"], ["--audience", "client", "--template", "call-back"],
                ["--template", "trainer-digest"], ["--audience", "trainer", "--template", "trainer-digest"],
                ["--template", "help", "--channel", "sms"],
            ]
            for options in refused {
                let result = try await studio.intro(["rules", "add", "mine", "--anchor", "booked", "--json"] + options)
                #expect(result.exit == 65, "\(options): \(result.stdout)")
                #expect(result.error?.message.contains("--template") == true, "\(options): \(result.stderr)")
            }
            let digest = try await studio.intro(
                ["rules", "add", "mine", "--anchor", "day", "--offset", "-1d", "--audience", "trainer", "--json"]
                    + ["--template", "staff"])
            #expect(digest.exit == 65, "a template about one session is rejected for a digest")
            for (key, options) in [
                ("a", ["--audience", "trainer", "--template", "staff"]),
                ("b", ["--audience", "studio", "--template", "staff", "--channel", "email"]),
                ("c", ["--audience", "trainer", "--template", "call-back"]), ("d", ["--template", "attended"]),
            ] {
                try await studio.answer(["rules", "add", key, "--anchor", "booked"] + options)
            }
            let edited = try await studio.intro("rules", "edit", "d", "--audience", "trainer", "--json")
            #expect(edited.exit == 65)
            #expect(try await studio.intro("rules", "edit", "confirmation", "--template", "staff").exit == 65)
        }
    }
}
