import Postgres
import Testing

@Suite("JSON format of bookings, slots and schedules")
struct BookingContractTests {
    private let kinds = [
        "reference": "text", "status": "text", "revision": "number", "client": "object", "trainer": "object",
        "studio": "object", "starts_at": "text", "ends_at": "text", "local_start": "text", "override_reason": "null",
        "cancel_reason": "null", "cancelled_by": "null", "confirmed_at": "null", "waived_rules": "list",
        "notes": "list", "affected": "null",
        "affected_reason": "null",
    ]

    /// The additional fields after a change.
    private let messageKinds = ["messages": "list", "staff_messages": "list", "runner_active": "truth"]

    private func kinds(of record: JSON) -> [String: String] {
        record.names.reduce(into: [:]) { $0[$1] = record[$1]?.kind }
    }

    @Test("a booking has the documented fields with their types")
    func booking() async throws {
        try await Studio.with { studio in
            let booking = try await studio.answer(
                "book", "--client", "ana@example.com", "--name", "Ana Ruiz", "--phone", "(415) 555-0123", "--trainer",
                "maria", "--at", "2026-12-01 09:00")
            #expect(kinds(of: booking) == kinds.merging(messageKinds.merging(["created": "truth"]) { $1 }) { $1 })
            #expect(booking["status"] == "booked")
            #expect(booking["revision"] == 1)
            #expect(booking["starts_at"] == "2026-12-01T17:00:00Z")
            #expect(booking["ends_at"] == "2026-12-01T17:20:00Z")
            #expect(booking["local_start"] == "2026-12-01 09:00 PST")
            #expect(booking["created"] == true)
            #expect(booking["client"]?.names == ["id", "name", "email", "phone"])
            #expect(booking["client"]?["id"]?.kind == "number")
            #expect(booking["client"]?["phone"] == "+14155550123")
            #expect(booking["trainer"] == .object(["handle": "maria", "name": "Maria Lopez"]))
            let place = JSON.object([
                "id": "downtown", "name": "Downtown Strength", "time_zone": "America/Los_Angeles",
            ])
            #expect(booking["studio"] == place)
            let reference = booking["reference"]?.text ?? ""
            #expect(reference.wholeMatch(of: /[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}/) != nil, "\(reference)")
        }
    }

    @Test("show, reschedule, cancel, attend and no-show print the same object as book")
    func changes() async throws {
        try await Studio.with { studio in
            let booked = try await studio.book("Ana", at: "2026-12-01 09:00")
            let reference = booked["reference"]?.text ?? ""
            #expect(try await studio.answer("show", reference) == booked.withoutResult)
            let moved = try await studio.answer(
                "reschedule", reference, "--at", "tomorrow 10:30am", "--trainer", "james")
            #expect(kinds(of: moved) == kinds.merging(messageKinds.merging(["moved": "truth"]) { $1 }) { $1 })
            #expect(moved["revision"] == 2)
            #expect(moved["reference"] == booked["reference"])
            #expect(moved["trainer"]?["handle"] == "james")
            #expect(moved["local_start"] == "2026-12-01 10:30 PST")
            let cancelled = try await studio.answer("cancel", reference, "--reason", "ill")
            #expect(cancelled["status"] == "cancelled")
            #expect(cancelled["revision"] == 3)
            #expect(cancelled["cancel_reason"] == "ill" && cancelled["cancelled_by"] == "client")
            let attended = try await studio.reference("Ben", at: "2026-12-01 09:00")
            #expect(try await studio.answer("attend", attended, now: "2026-12-02T08:00:00Z")["status"] == "attended")
            let missed = try await studio.reference("Cleo", at: "2026-12-01 11:00")
            #expect(try await studio.answer("no-show", missed, now: "2026-12-02T08:00:00Z")["status"] == "no_show")
        }
    }

    @Test("accepts references in any case, without the dash, with O for 0 and I or L for 1")
    func forgiving() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            try await studio.database.query("UPDATE session SET reference = 'K0Q11FX0'")
            for typed in ["K0Q1-1FX0", "k0q11fx0", "KOQIlfxo", "koql-ifxO", "K0Q1 1FX0", " k0q1-1fx0 "] {
                #expect(try await studio.answer("show", typed)["reference"] == "K0Q1-1FX0", "\(typed)")
            }
            #expect(try await studio.intro("show", reference, "--json").exit == 4)
        }
    }

    @Test("slots have the fields {starts_at, local_start, trainer, studio} and are ordered by start, then handle")
    func slots() async throws {
        try await Studio.with { studio in
            let slots = try await studio.answer(
                "slots", "--studio", "downtown", "--from", "2026-12-01 09:00", "--days", "1", "--limit", "4"
            ).items
            #expect(slots.allSatisfy { $0.names == ["starts_at", "local_start", "trainer", "studio"] })
            #expect(slots.compactMap { $0["trainer"]?.text } == ["aiko", "james", "maria", "aiko"])
            #expect(slots.first?["starts_at"] == "2026-12-01T17:00:00Z")
            #expect(slots.first?["local_start"] == "2026-12-01 09:00 PST")
            #expect(slots.first?["studio"] == "downtown")
            #expect(slots.last?["starts_at"] == "2026-12-01T17:30:00Z")
        }
    }

    @Test("--limit defaults to 20 and --days to 7; the first day ends at midnight")
    func slotDefaults() async throws {
        try await Studio.with { studio in
            #expect(try await studio.answer("slots").items.count == 20)
            let week = try await studio.answer("slots", "--trainer", "maria", "--limit", "10000").items
            let days = Set(week.compactMap { $0["local_start"]?.text.prefix(10) })
            #expect(days.sorted() == (30...30).map { "2026-11-\($0)" } + (1...5).map { "2026-12-0\($0)" })
            #expect(
                week.first?["local_start"] == "2026-11-30 10:00 PST", "the first slot is after the notice of two hours")
            let rest = try await studio.answer("slots", "--trainer", "maria", "--days", "1", "--limit", "10000").items
            #expect(rest.last?["local_start"] == "2026-11-30 18:30 PST")
        }
    }

    @Test("a listed slot can be booked, and is not listed afterwards")
    func listedIsBookable() async throws {
        try await Studio.with { studio in
            let slot = try #require(try await studio.answer("slots", "--limit", "1").items.first)
            try await studio.book("Ana", at: slot["starts_at"]?.text ?? "", with: slot["trainer"]?.text ?? "")
            #expect(try await studio.answer("slots", "--limit", "100").items.contains(slot) == false)
        }
    }

    @Test("schedule and agenda print lists of booking objects, ordered by start")
    func lists() async throws {
        try await Studio.with { studio in
            let later = try await studio.book("Ana", at: "2026-12-02 09:00")
            let sooner = try await studio.book("Ben", at: "2026-12-01 09:00")
            let other = try await studio.book("Cleo", at: "2026-12-01 10:00", with: "james")
            let expected = JSON.list([sooner.withoutResult, later.withoutResult])
            #expect(try await studio.answer("schedule", "maria") == expected)
            #expect(try await studio.answer("schedule", "maria", "--format", "json") == expected)
            #expect(
                try await studio.answer("schedule", "maria", "--from", "2026-12-02", "--days", "1").items.count == 1)
            let agenda = try await studio.answer("agenda", "downtown", "--on", "2026-12-01")
            #expect(agenda == .list([sooner.withoutResult, other.withoutResult]))
            #expect(try await studio.answer("agenda", "downtown") == .list([]))
        }
    }

    @Test("without --trainer, chooses the trainer with the fewest sessions that day, then by handle")
    func choice() async throws {
        try await Studio.with { studio in
            var chosen: [String] = []
            for (name, time) in [("a", "09:00"), ("b", "10:00"), ("c", "11:00"), ("d", "11:30")] {
                let booking = try await studio.answer(
                    "book", "--client", "\(name)@example.com", "--name", name, "--at", "2026-12-01 \(time)")
                chosen.append(booking["trainer"]?["handle"]?.text ?? "")
            }
            #expect(chosen == ["aiko", "james", "maria", "aiko"])
        }
    }

    @Test("a dry run prints the booking that would be made, and changes nothing")
    func dryRun() async throws {
        try await Studio.with { studio in
            let before = try await studio.fingerprint()
            let would = try await studio.answer(
                "book", "--client", "ana@example.com", "--name", "Ana", "--at", "2026-12-01 09:00", "--dry-run",
                "--request-id", "r1")
            #expect(would["dry_run"] == true)
            #expect(would["created"] == false)
            #expect(would["reference"] == .null)
            #expect(would["trainer"]?["handle"] == "aiko")
            let refused = try await studio.intro(
                "book", "--client", "ana@example.com", "--name", "Ana", "--at", "2026-12-01 05:00", "--dry-run",
                "--json")
            #expect(refused.exit == 3)
            let plain = try await studio.intro(
                "book", "--client", "ana@example.com", "--name", "Ana", "--at", "2026-12-01 09:00", "--dry-run")
            #expect(plain.exit == 0)
            #expect(try await studio.fingerprint() == before)
        }
    }

    @Test("a repeated request returns the first result, also when the slot is too soon by then")
    func repetition() async throws {
        try await Studio.with { studio in
            let first = try await studio.answer(
                "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at",
                "2026-12-01 09:00", "--request-id", "r1")
            let again = try await studio.answer(
                "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at",
                "2026-12-01 09:00", "--request-id", "r1", now: "2026-12-01T08:30:00-08:00")
            #expect(again["created"] == false)
            #expect(again.withoutResult == first.withoutResult)
            #expect(try await studio.count("session") == 1)
            // A mistyped or former address with the same name is the same request.
            let same = try await studio.answer(
                "book", "--client", "anna@example.com", "--name", "Ana", "--at", "2026-12-01 09:00", "--request-id",
                "r1")
            #expect(same["reference"] == first["reference"])
            try await studio.book("Ben", at: "2026-12-01 11:00")
            for other in [["ben@example.com"], ["cleo@example.com", "--name", "Cleo Ode"]] {
                let refused = try await studio.intro(
                    ["book", "--client"] + other + ["--at", "2026-12-02 09:00", "--request-id", "r1", "--json"])
                #expect(refused.exit == 65 && refused.error?.message.contains("another person") == true)
            }
            #expect(try await studio.count("session") == 2)
        }
    }
}
