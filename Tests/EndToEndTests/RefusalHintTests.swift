import Testing

@Suite("reasons of refusals and their hints")
struct RefusalHintTests {
    @Test("without a trainer, names the reason: no trainer works, none is free, no station, or a past time")
    func withoutTrainer() async throws {
        try await Studio.with { studio in
            let night = try await studio.refusal(book("eve", at: "2026-12-01 22:00"))
            #expect(night.code == "outside_hours")
            #expect(night.message == "no trainer works at Downtown Strength at 2026-12-01 22:00 PST")
            try await studio.book("ana", at: "2026-12-01 09:00")
            try await studio.book("ben", at: "2026-12-01 09:00", with: "james")
            // Aiko is free, but both stations are taken.
            let full = try await studio.refusal(book("eve", at: "2026-12-01 09:00"))
            #expect(full.code == "studio_full")
            #expect(full.message == "Downtown Strength has no station left at 2026-12-01 09:00 PST")
            try await studio.answer("studio", "edit", "downtown", "--stations", "3")
            try await studio.book("cal", at: "2026-12-04 17:00")
            try await studio.book("dan", at: "2026-12-04 17:00", with: "james")
            let busy = try await studio.refusal(book("eve", at: "2026-12-04 17:00"))
            #expect(busy.code == "slot_taken" && busy.message.hasPrefix("no trainer is free at Downtown Strength"))
            for past in ["yesterday 9am", "2026-11-30 07:30"] {
                let refusal = try await studio.refusal(book("eve", at: past))
                #expect(refusal.code == "too_soon" && refusal.message.contains("in the past"))
            }
        }
    }

    @Test("an override without a trainer selects a working trainer, and reports the waived rules")
    func override() async throws {
        try await Studio.with { studio in
            // Monday 10:05: James is off by his new hours, and Aiko does not work on Mondays.
            let now = "2026-11-30T10:05:00-08:00"
            try await studio.answer("trainer", "hours", "james", "--set", "tue-fri 09:00-20:00")
            let walkIn = book("eve", at: "now") + ["--override", "walk-in"]
            let dry = try await studio.intro(walkIn + ["--dry-run"], now: now)
            #expect(
                dry.stdout.contains(
                    "with Maria Lopez for eve, at Downtown Strength. Waived: the notice, the slot times.\n"))
            let booked = try await studio.answer(walkIn, now: now)
            #expect(booked["trainer"]?["handle"] == "maria")
            #expect(booked["waived_rules"]?.items.map(\.text) == ["too_soon", "not_on_grid"])
            let evening = try await studio.refusal(
                book("max", at: "2026-12-01 21:00") + ["--override", "late shift"], now: now)
            #expect(evening.code == "outside_hours")
            let named = try await studio.answer(
                book("max", at: "2026-12-01 21:00") + ["--override", "late shift", "--trainer", "aiko"], now: now)
            #expect(named["waived_rules"]?.items.map(\.text) == ["outside_hours"])
            #expect(named["affected"]?.kind == "null")
        }
    }

    @Test("a shared phone names the client who has the session, and does not suggest to reschedule it")
    func sharedPhone() async throws {
        try await Studio.with { studio in
            let greg = try await studio.answer(
                book("Greg", at: "2026-12-01 09:00") + ["--phone", "(213) 555-0601"])
            let reference = try #require(greg["reference"]).text
            try await studio.answer(
                "client", "add", "Ines Park", "--email", "ines@example.com", "--phone", "213 555 0601")
            let refusal = try await studio.refusal(["book", "--client", "ines@example.com", "--at", "2026-12-02 09:00"])
            #expect(refusal.code == "intro_already_booked")
            #expect(
                refusal.message.hasPrefix("Greg (client 1), who has the same phone, has the free session \(reference)"))
            #expect(!refusal.hint.contains("reschedule"))
            let shown = try await studio.answer("client", "show", "ines@example.com")
            #expect(shown["may_book"] == false)
            let text = try await studio.intro("client", "show", "ines@example.com")
            #expect(text.stdout.contains("Greg (client 1), who has the same phone, has the free session \(reference)"))
        }
    }

    @Test("a move to the present time is reported as such and changes nothing")
    func unchanged() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let messages = try await studio.answer("reminders", "list", reference)
            let moved = try await studio.answer("reschedule", reference, "--at", "2026-12-01 09:00")
            #expect(moved["moved"] == false && moved["revision"] == 1)
            let text = try await studio.intro("reschedule", reference, "--at", "2026-12-01 09:00")
            #expect(text.stdout == "\(reference) is already at Tue Dec 1, 9:00 AM PST with Maria Lopez.\n")
            #expect(try await studio.answer("reminders", "list", reference) == messages)
        }
    }

    @Test("a past session that is not marked refuses a booking, with the hint to mark it")
    func unmarked() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let refusal = try await studio.refusal(
                ["book", "--client", "ana@example.com", "--at", "2026-12-03 09:00"], now: "2026-12-02T09:00:00-08:00")
            #expect(refusal.code == "intro_already_booked")
            #expect(refusal.message.contains("was booked for 2026-12-01 09:00 PST"))
            #expect(refusal.hint == "mark it first: `intro attend \(reference)` or `intro no-show \(reference)`")
        }
    }

    private func book(_ name: String, at time: String) -> [String] {
        ["book", "--client", "\(name.lowercased())@example.com", "--name", name, "--at", time]
    }
}
