import Testing

@Suite("offered slots")
struct OfferTests {
    @Test("a new studio can be set up and booked with the documented commands and their defaults")
    func fromNothing() async throws {
        try await Studio.with { studio in
            let added = try await studio.answer(
                "studio", "add", "Harbour Strength", "--id", "harbour", "--time-zone", "America/New_York")
            let defaults: [String: JSON] = [
                "id": "harbour", "name": "Harbour Strength", "time_zone": "America/New_York", "stations": 1,
                "session_minutes": 20, "region": "US",
            ]
            for (name, value) in defaults { #expect(added[name] == value, "\(name)") }
            try await studio.answer("trainer", "add", "Zoe Quinn", "--id", "zoe", "--studio", "harbour")
            try await studio.answer("trainer", "hours", "zoe", "--set", "mon-fri 09:00-12:00 12:00-17:00")
            let slots = try await studio.answer(
                "slots", "--studio", "harbour", "--from", "2026-12-01", "--days", "1", "--limit", "100"
            ).items.compactMap { $0["local_start"]?.text }
            #expect(slots.count == 16, "adjoining hours are one span with a slot every half hour: \(slots)")
            #expect(slots.first == "2026-12-01 09:00 EST" && slots.last == "2026-12-01 16:30 EST")
            let booking = try await studio.answer(
                "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "zoe", "--at", "tue 11:50",
                "--override", "adjoining hours")
            #expect(booking["studio"]?["id"] == "harbour", "the session is at the trainer's home studio")
            #expect(booking["starts_at"] == "2026-12-01T16:50:00Z")
            let after = try await studio.answer(
                "slots", "--trainer", "zoe", "--from", "2026-12-01 11:00", "--days", "1", "--limit", "3"
            ).items.compactMap { $0["local_start"]?.text }
            let free = ["2026-12-01 11:00 EST", "2026-12-01 12:30 EST", "2026-12-01 13:00 EST"]
            #expect(after == free, "no slot overlaps the session and its turnaround, 11:50 to 12:20")
        }
    }

    @Test("an edited studio rule applies from then on")
    func edited() async throws {
        try await Studio.with { studio in
            try await studio.answer(
                "studio", "edit", "downtown", "--session-minutes", "45", "--turnaround", "15", "--slot-every", "60",
                "--notice", "1d", "--horizon", "2w", "--stations", "1")
            let slots = try await studio.answer("slots", "--limit", "10000", "--days", "60").items
            #expect(
                slots.first?["local_start"] == "2026-12-01 08:00 PST", "the first slot is after the notice of one day")
            #expect(slots.last?["local_start"] == "2026-12-14 08:00 PST", "the last slot is exactly two weeks ahead")
            let booking = try await studio.book("Ana", at: "2026-12-01 09:00")
            #expect(booking["ends_at"] == "2026-12-01T17:45:00Z")
            let full = try await studio.refusal(
                "book", "--client", "ben@example.com", "--name", "Ben", "--trainer", "james", "--at", "2026-12-01 09:00"
            )
            #expect(full.code == "studio_full")
        }
    }

    @Test("a season of hours replaces the previous hours from its first to its last day")
    func seasons() async throws {
        try await Studio.with { studio in
            try await studio.answer(
                "trainer", "hours", "maria", "--set", "daily 22:00-24:00", "--from", "2026-12-07", "--until",
                "2026-12-13")
            func first(_ date: String) async throws -> String {
                try await studio.answer(
                    "slots", "--trainer", "maria", "--from", date, "--days", "1", "--limit", "1"
                ).items.first?["local_start"]?.text ?? "-"
            }
            #expect(try await first("2026-12-04") == "2026-12-04 07:00 PST")
            #expect(try await first("2026-12-07") == "2026-12-07 22:00 PST")
            #expect(try await first("2026-12-13") == "2026-12-13 22:00 PST")
            #expect(try await first("2026-12-14") == "2026-12-14 07:00 PST")
            let late = try await studio.answer(
                "slots", "--trainer", "maria", "--from", "2026-12-07", "--days", "1", "--limit", "100"
            ).items.last?["local_start"]
            #expect(late == "2026-12-07 23:30 PST", "hours can end at 24:00")
            #expect(try await studio.answer("trainer", "hours", "maria").items.count == 2)
        }
    }

    @Test("a trainer can work at a second studio, and is never booked at two places at once")
    func twoStudios() async throws {
        try await Studio.with { studio in
            try await studio.answer("studio", "add", "Uptown", "--id", "uptown", "--time-zone", "America/Los_Angeles")
            try await studio.answer("trainer", "hours", "maria", "--studio", "uptown", "--set", "daily 06:00-22:00")
            try await studio.book("Ana", at: "2026-12-01 09:00")
            let taken = try await studio.refusal(
                "book", "--client", "ben@example.com", "--name", "Ben", "--trainer", "maria", "--studio", "uptown",
                "--at", "2026-12-01 09:00")
            #expect(taken.code == "slot_taken")
            let elsewhere = try await studio.answer(
                "book", "--client", "ben@example.com", "--name", "Ben", "--trainer", "maria", "--studio", "uptown",
                "--at", "2026-12-01 09:30")
            #expect(elsewhere["studio"]?["id"] == "uptown")
            #expect(try await studio.answer("schedule", "maria").items.count == 2)
            #expect(try await studio.answer("agenda", "uptown", "--on", "2026-12-01").items.count == 1)
        }
    }

    @Test("time off and closures include the first and the last day, and keep and report booked sessions")
    func wholeDays() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-03 09:00")
            let away = try await studio.answer(
                "trainer", "away", "maria", "--from", "2026-12-02", "--until", "2026-12-03", "--reason", "course")
            #expect(away["booked"] == .list([.text(reference)]))
            func days() async throws -> Set<String> {
                let slots = try await studio.answer(
                    "slots", "--trainer", "maria", "--from", "2026-12-01", "--days", "4", "--limit", "1000")
                return Set(slots.items.compactMap { $0["local_start"].map { String($0.text.prefix(10)) } })
            }
            #expect(try await days() == ["2026-12-01", "2026-12-04"])
            try await studio.answer("studio", "close", "downtown", "2026-12-04", "2026-12-04", "--reason", "painting")
            #expect(try await days() == ["2026-12-01"])
            let list = try await studio.answer("trainer", "away", "maria", "--list").items
            guard case .number(let number)? = list.first?["number"] else { return #expect(Bool(false), "\(list)") }
            try await studio.answer("trainer", "away", "maria", "--remove", "\(Int(number))")
            #expect(try await days() == ["2026-12-01", "2026-12-02", "2026-12-03"])
            #expect(try await studio.answer("show", reference)["status"] == "booked")
        }
    }

    @Test("a retired trainer is neither offered nor chosen, and keeps booked sessions")
    func retired() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00", with: "aiko")
            let retired = try await studio.answer("trainer", "retire", "aiko", "--yes")
            #expect(retired["booked"] == .list([.text(reference)]))
            #expect(try await studio.answer("slots", "--trainer", "aiko") == .list([]))
            let next = try await studio.answer(
                "book", "--client", "ben@example.com", "--name", "Ben", "--at", "2026-12-01 10:00")
            #expect(next["trainer"]?["handle"] == "james")
        }
    }
}
