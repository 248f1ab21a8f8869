import Foundation
import PostgresTesting
import Testing

@Suite("undo, corrected marks, and several references")
struct CorrectionCommandTests {
    private static let evening = "2026-12-01T19:00:00-08:00"

    @Test("undo makes a marked and a cancelled session booked again, and needs a reason")
    func undo() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            try await studio.answer("no-show", reference, now: Self.evening)
            #expect(try await studio.intro("undo", reference, "--json", now: Self.evening).exit == 64)
            let dry = try await studio.answer(
                "undo", reference, "--reason", "wrong client", "--dry-run", now: Self.evening)
            #expect(dry["status"] == "booked" && dry["dry_run"] == true)
            #expect(try await studio.answer("show", reference)["status"] == "no_show")
            let undone = try await studio.intro("undo", reference, "--reason", "wrong client", now: Self.evening)
            #expect(undone.stdout.hasPrefix("Booked again  \(reference)") && undone.stdout.contains("not marked yet"))
            try await studio.answer("cancel", reference, "--by", "studio", now: Self.evening)
            let cancelled = try await studio.answer("show", reference)
            #expect(cancelled["status"] == "cancelled" && cancelled["cancelled_by"] == "studio")
            let again = try await studio.answer("undo", reference, "--reason", "typo", now: Self.evening)
            #expect(again["status"] == "booked" && again["cancelled_by"] == .null && again["revision"] == 3)
            let refused = try await studio.refusal("undo", reference, "--reason", "typo", now: Self.evening)
            #expect(refused.code == "not_changeable")
        }
    }

    @Test("a client's cancellation after the start is refused; the hint has the command of the studio, which works")
    func cancelAfterStart() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let refused = try await studio.refusal("cancel", reference, now: Self.evening)
            #expect(refused.code == "not_changeable")
            #expect(refused.hint.contains("`intro cancel \(reference) --by studio`"), "\(refused.hint)")
            #expect(refused.hint.contains("`intro no-show \(reference)`"), "\(refused.hint)")
            let moved = try await studio.refusal("reschedule", reference, "--at", "2026-12-03 09:00", now: Self.evening)
            #expect(!moved.hint.contains("cancel"), "\(moved.hint)")
            let cancelled = try await studio.answer("cancel", reference, "--by", "studio", now: Self.evening)
            #expect(cancelled["status"] == "cancelled")
        }
    }

    @Test("undo by name names the sessions that can be undone, if the session to come is booked")
    func undoByName() async throws {
        try await Studio.with { studio in
            let first = try await studio.reference("Ana", at: "2026-12-01 09:00")
            try await studio.answer("cancel", first)
            let second = try await studio.reference("Ana", at: "2026-12-03 09:00")
            let before = try await studio.fingerprint()
            let refused = try await studio.refusal("undo", "ana", "--reason", "typo")
            #expect(refused.code == "not_changeable" && refused.message.contains(second))
            #expect(
                refused.hint
                    == "for the cancelled session of 2026-12-01 09:00 PST: `intro undo \(first) --reason TEXT`")
            let named = try await studio.refusal("undo", second, "--reason", "typo")
            #expect(!named.hint.contains(first), "undo by reference does not suggest another session")
            #expect(try await studio.fingerprint() == before)
            try await studio.answer("cancel", second)
            try await studio.answer("undo", first, "--reason", "typo")
            let other = try await studio.refusal("undo", "ana", "--reason", "typo")
            #expect(other.hint.contains("`intro undo \(second) --reason TEXT`"), "\(other.hint)")
        }
    }

    @Test("a slot that was booked meanwhile refuses undo with its code and free slots")
    func taken() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            try await studio.answer("cancel", reference)
            try await studio.book("Ben", at: "2026-12-01 09:00")
            let refusal = try await studio.refusal("undo", reference, "--reason", "typo")
            #expect(refusal.code == "slot_taken" && refusal.alternatives?.count == 3)
            #expect(
                refusal.hint == "book another time: `intro book --client 1 --studio downtown --at TIME`")
            let start = refusal.alternatives?.first?["starts_at"]?.text ?? ""
            let again = try await studio.answer("book", "--client", "1", "--studio", "downtown", "--at", start)
            #expect(again["client"]?["id"] == 1)
        }
    }

    @Test("a mark before the start needs an override, and a correction a reason")
    func marks() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            for command in ["attend", "no-show"] {
                #expect(try await studio.refusal(command, reference).code == "not_started")
            }
            let early = try await studio.answer("attend", reference, "--override", "came a day early")
            #expect(early["status"] == "attended")
            let missing = try await studio.intro("no-show", reference, "--json", now: Self.evening)
            #expect(missing.exit == 64 && missing.error?.code == "usage")
            let corrected = try await studio.answer("no-show", reference, "--reason", "wrong", now: Self.evening)
            #expect(corrected["status"] == "no_show")
            #expect(try await studio.count("free_session_claim") == 0)
            #expect(
                try await studio.answer("attend", reference, "--reason", "was right", now: Self.evening)["status"]
                    == "attended")
            #expect(try await studio.count("free_session_claim") == 1)
        }
    }

    @Test("several references are processed independently; the first failure sets the exit code")
    func several() async throws {
        try await Studio.with { studio in
            let ana = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let ben = try await studio.reference("Ben", at: "2026-12-01 10:00")
            let marked = try await studio.answer("attend", ana, ben, now: Self.evening)
            #expect(marked.items.compactMap { $0["status"]?.text } == ["attended", "attended"])
            #expect(try await studio.answer("show", ana).names == marked.items.first?.names)
            let mixed = try await studio.intro(
                "cancel", ana, "K7Q2-9FXM", ben, "--by", "studio", "--json", now: Self.evening)
            #expect(mixed.exit == 3 && mixed.stdout == "[]\n")
            #expect(mixed.stderr.split(separator: "\n").count == 3)
            let shown = try await studio.intro("show", "K7Q2-9FXM", ana, "--json")
            #expect(shown.exit == 4)
            #expect(try shown.printed.items.compactMap { $0["reference"]?.text } == [ana])
        }
    }

    @Test("undo accepts several references; the JSON is an array, and the first failure sets the exit code")
    func undoSeveral() async throws {
        try await Studio.with { studio in
            let ana = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let ben = try await studio.reference("Ben", at: "2026-12-01 10:00")
            try await studio.answer("attend", ana, ben, now: Self.evening)
            let undone = try await studio.answer("undo", ana, ben, "--reason", "wrong day", now: Self.evening)
            #expect(undone.items.compactMap { $0["reference"]?.text } == [ana, ben])
            #expect(undone.items.compactMap { $0["status"]?.text } == ["booked", "booked"])
            try await studio.answer("no-show", ben, now: Self.evening)
            let mixed = try await studio.intro(
                "undo", ana, "K7Q2-9FXM", ben, "--reason", "typo", "--json", now: Self.evening)
            #expect(mixed.exit == 3 && mixed.stderr.split(separator: "\n").count == 2, "\(mixed.stderr)")
            #expect(try mixed.printed.items.compactMap { $0["reference"]?.text } == [ben])
        }
    }

    @Test("several failures are one JSON object in each line, beside one array; the first one sets the exit code")
    func severalFailures() async throws {
        try await Studio.with { studio in
            let ana = try await studio.reference("Ana", at: "2026-12-01 09:00")
            for (references, exit, codes) in [
                (["K7Q2-9FXM", ana], Int32(4), ["not_found", "not_started"]),
                ([ana, "K7Q2-9FXM"], 3, ["not_started", "not_found"]),
            ] {
                let result = try await studio.intro(["attend"] + references + ["--json"])
                #expect(result.exit == exit && result.stdout == "[]\n", "\(result.stdout)")
                let errors = try result.stderr.split(separator: "\n").map { line in
                    try JSONDecoder().decode(JSON.self, from: Data(line.utf8))["error"]?["code"]?.text
                }
                #expect(errors == codes, "\(result.stderr)")
            }
        }
    }

    @Test("a repeated request key returns the first result and changes nothing")
    func keys() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let moved = try await studio.answer(
                "reschedule", reference, "--at", "2026-12-01 10:00", "--request-id", "call-1")
            let before = try await studio.fingerprint()
            let again = try await studio.answer(
                "reschedule", reference, "--at", "2026-12-01 11:00", "--request-id", "call-1")
            #expect(again.without("repeated") == moved && again["repeated"] == true)
            let other = try await studio.intro("cancel", reference, "--request-id", "call-1", "--json")
            #expect(other.exit == 65)
            #expect(try await studio.fingerprint() == before)
        }
    }
}

@Suite("studio reopen, trainer return, and confirmations")
struct ReversalCommandTests {
    @Test("reopen splits a closure, and lists the sessions that can take place again")
    func reopen() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-02 09:00")
            try await studio.answer("studio", "close", "downtown", "2026-12-01", "2026-12-04", "--reason", "Flood")
            let opened = try await studio.answer("studio", "reopen", "downtown", "2026-12-02")
            #expect(opened["affected"]?.items.compactMap { $0["reference"]?.text } == [reference])
            #expect(opened["affected"]?.items.first?["affected"] == .null)
            #expect(
                opened["closures"]?.items.compactMap { $0["local_until"]?.text } == [
                    "2026-12-02 00:00 PST", "2026-12-05 00:00 PST",
                ])
            try await studio.book("Ben", at: "2026-12-02 10:00")
            let rest = try await studio.answer("studio", "reopen", "downtown", "2026-12-01", "2026-12-31")
            #expect(rest["closures"] == .list([]) && rest["removed"]?.items.count == 2)
            #expect(try await studio.intro("studio", "reopen", "downtown", "2026-12-01", "--json").exit == 4)
        }
    }

    @Test("retire asks if there are sessions to come, and return reverses it")
    func retire() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-02 09:00")
            let before = try await studio.fingerprint()
            let refused = try await studio.intro("trainer", "retire", "maria", "--json")
            #expect(refused.exit == 64 && refused.error?.code == "confirmation_needed")
            #expect(try await studio.fingerprint() == before)
            try await studio.answer("trainer", "retire", "maria", "--yes")
            let back = try await studio.answer("trainer", "return", "maria")
            #expect(back["retired_at"] == .null)
            #expect(back["affected"]?.items.compactMap { $0["reference"]?.text } == [reference])
            #expect(try await studio.answer("show", reference)["affected"] == .null)
        }
    }

    @Test("another time zone and no hours need confirmation; a season is removed by its first date")
    func confirmations() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-02 09:00")
            for command in [
                ["studio", "edit", "downtown", "--time-zone", "America/Denver"],
                ["trainer", "hours", "maria", "--set", "none"],
            ] {
                let result = try await studio.intro(command + ["--json"])
                #expect(result.exit == 64 && result.error?.code == "confirmation_needed", "\(command)")
            }
            let later = ["trainer", "hours", "maria", "--set", "none", "--from", "2026-12-24"]
            #expect(
                try await studio.answer(later).items.count == 2,
                "a change that affects no session needs no confirmation")
            let removed = try await studio.answer("trainer", "hours", "maria", "--remove", "2026-12-24")
            #expect(removed["from"] == "2026-12-24" && removed["affected"] == .list([]))
            #expect(try await studio.answer("trainer", "hours", "maria").items.count == 1)
            #expect(
                try await studio.intro("trainer", "hours", "maria", "--remove", "2026-12-24", "--json").exit == 4)
        }
    }
}
