import Testing

@Suite("intro hold")
struct HoldCommandTests {
    @Test("prints the key, the slot and the expiry; the slot is not listed, and only the key books it")
    func contract() async throws {
        try await Studio.with { studio in
            let held = try await studio.answer(
                "hold", "--trainer", "maria", "--at", "2026-12-01 09:00", "--for", "15m", "--note", "Ana calls back",
                "--as", "desk-2")
            #expect(held["expires_at"] == "2026-11-30T16:15:00Z" && held["local_expires"] == "2026-11-30 08:15 PST")
            #expect(held["trainer"] == .object(["handle": "maria", "name": "Maria Lopez"]))
            #expect(held["studio"]?.names == ["id", "name", "time_zone"] && held["studio"]?["id"] == "downtown")
            #expect(held["starts_at"] == "2026-12-01T17:00:00Z" && held["ends_at"] == "2026-12-01T17:20:00Z")
            #expect(held["local_start"] == "2026-12-01 09:00 PST" && held["note"] == "Ana calls back")
            #expect(held["created"] == true && held["held_by"] == "desk-2")
            let key = try #require(held["hold"]?.text)
            let slots = try await studio.answer("slots", "--trainer", "maria", "--from", "2026-12-01").items
            #expect(!slots.contains { $0["local_start"] == "2026-12-01 09:00 PST" } && !slots.isEmpty)
            let refusal = try await studio.refusal(
                "book", "--client", "eve@example.com", "--name", "Eve", "--trainer", "maria", "--at", "2026-12-01 09:00"
            )
            #expect(refusal.code == "slot_taken")
            #expect(refusal.message.contains("held until 08:15 by desk-2"), "\(refusal.message)")
            #expect(try await studio.answer("hold", "--list").items.map { $0["hold"]?.text } == [key])
            #expect(try await studio.intro("hold", "--list").stdout.contains("  Maria Lopez  downtown  "))
            let booked = try await studio.answer(
                "book", "--client", "ana@example.com", "--name", "Ana", "--hold", key.lowercased())
            #expect(booked["created"] == true && booked["trainer"]?["handle"] == "maria")
            #expect(booked["local_start"] == "2026-12-01 09:00 PST")
            let again = try await studio.refusal("book", "--client", "ben@example.com", "--name", "Ben", "--hold", key)
            #expect(again.code == "hold_expired")
            #expect(try await studio.answer("hold", "--list") == .list([]))
        }
    }

    @Test("an expired hold blocks nothing although nothing has removed it, and its key is refused")
    func expired() async throws {
        try await Studio.with { studio in
            let held = try await studio.answer("hold", "--trainer", "maria", "--at", "2026-12-01 09:00")
            #expect(held["expires_at"] == "2026-11-30T16:10:00Z")
            let key = try #require(held["hold"]?.text)
            let later = "2026-11-30T08:10:00-08:00"
            let refusal = try await studio.refusal(
                "book", "--client", "ana@example.com", "--name", "Ana", "--hold", key, now: later)
            #expect(refusal.code == "hold_expired" && refusal.message.contains("2026-11-30 08:10 PST"))
            try await studio.answer(
                "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at",
                "2026-12-01 09:00", now: later)
            #expect(try await studio.answer("hold", "--list", now: later) == .list([]))
        }
    }

    @Test("--release frees the slot, and an unknown key is not found")
    func release() async throws {
        try await Studio.with { studio in
            let held = try await studio.answer("hold", "--trainer", "maria", "--at", "2026-12-01 09:00")
            let key = try #require(held["hold"]?.text)
            #expect(try await studio.answer("hold", "--release", key)["status"] == "released")
            try await studio.book("Ana", at: "2026-12-01 09:00")
            for arguments in [["hold", "--release", "K7Q2-9FXM"], ["book", "--client", "1", "--hold", "K7Q2-9FXM"]] {
                let unknown = try await studio.intro(arguments + ["--json"])
                #expect(unknown.exit == 4 && unknown.error?.code == "not_found")
            }
        }
    }

    @Test("a dry run writes nothing, and a repeated request returns the first hold and the first booking")
    func requests() async throws {
        try await Studio.with { studio in
            let before = try await studio.fingerprint()
            let dry = try await studio.answer("hold", "--trainer", "maria", "--at", "2026-12-01 09:00", "--dry-run")
            #expect(dry["hold"] == .null && dry["dry_run"] == true && dry["created"] == false)
            #expect(try await studio.fingerprint() == before)
            let words = ["hold", "--trainer", "maria", "--at", "2026-12-01 09:00", "--request-id", "call-1"]
            let first = try await studio.answer(words)
            let second = try await studio.answer(words)
            #expect(second["created"] == false && second.without("created") == first.without("created"))
            let key = try #require(first["hold"]?.text)
            let booking = ["book", "--client", "ana@example.com", "--name", "Ana", "--hold", key]
            #expect(try await studio.answer(booking + ["--dry-run"])["reference"] == .null)
            let booked = try await studio.answer(booking + ["--request-id", "call-2"])
            let repeated = try await studio.answer(booking + ["--request-id", "call-2"])
            #expect(repeated["reference"] == booked["reference"] && repeated["created"] == false)
        }
    }

    @Test("a repeated request after the expiry, the booking or the release does not present the slot as held")
    func repeatedLater() async throws {
        try await Studio.with { studio in
            let words = ["hold", "--trainer", "maria", "--at", "2026-12-01 09:00", "--request-id", "call-1"]
            let key = try #require(try await studio.answer(words)["hold"]?.text)
            let later = "2026-11-30T08:10:00-08:00"
            let expired = try await studio.answer(words, now: later)
            #expect(expired["hold"]?.text == key && expired["status"] == "expired" && expired["created"] == false)
            let text = try await studio.intro(words, now: later).stdout
            #expect(text.hasPrefix("Expired  \(key)  ") && !text.contains("intro book"), "\(text)")
            #expect(text.contains("held until Mon Nov 30, 8:10 AM PST"), "\(text)")
            try await studio.answer("hold", "--release", key)
            #expect(try await studio.answer(words)["status"] == "released")
            #expect(try await studio.intro(words).stdout.hasPrefix("Released before  \(key)  "))
        }
    }

    @Test(
        "a refusal suggests another time, since a hold has no override",
        arguments: [
            ("2026-11-30 09:30", "too_soon"), ("2026-11-29 09:00", "too_soon"), ("2026-12-01 09:10", "not_on_grid"),
            ("2026-12-01 12:30", "outside_hours"), ("2027-02-01 09:00", "beyond_horizon"),
        ])
    func hints(time: String, code: String) async throws {
        try await Studio.with { studio in
            let refusal = try await studio.refusal("hold", "--trainer", "maria", "--at", time)
            #expect(refusal.code == code)
            #expect(refusal.hint == "choose another time: see `intro slots --studio downtown`")
        }
    }

    @Test(
        "options that do not go together are a usage error",
        arguments: [
            ["hold"], ["hold", "--list", "--at", "tue 9:00"], ["hold", "--release", "K7Q2-9FXM", "--trainer", "maria"],
            ["hold", "--list", "--dry-run"], ["book", "--client", "1"],
            ["book", "--client", "1", "--hold", "K7Q2-9FXM", "--trainer", "maria"],
        ])
    func usage(arguments: [String]) async throws {
        let result = try await IntroBinary.run(arguments + ["--json"])
        #expect(result.exit == 64 && result.error?.code == "usage", "\(result.stderr)")
    }

    @Test("of 12 desks that hold one slot at the same time, one holds it")
    func concurrent() async throws {
        try await Studio.with { studio in
            let results = try await atOnce(12) { _ in
                try await studio.intro("hold", "--trainer", "maria", "--at", "2026-12-01 09:00", "--json")
            }
            #expect(results.count { $0.exit == 0 } == 1)
            #expect(results.count { $0.exit == 3 && $0.error?.code == "slot_taken" } == 11)
            #expect(try await studio.count("hold") == 1)
        }
    }
}
