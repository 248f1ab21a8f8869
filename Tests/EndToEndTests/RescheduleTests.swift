import Testing

@Suite("intro reschedule: time, trainer and studio")
struct RescheduleTests {
    @Test("without --at, --trainer and --studio, nothing is moved")
    func nothing() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let result = try await studio.intro("reschedule", reference, "--json")
            #expect(result.exit == 64)
            #expect(result.error?.code == "usage")
            #expect(result.error?.message.contains("--at") == true)
        }
    }

    @Test("the nearest free slots include those that overlap only with the session itself")
    func overlapsItself() async throws {
        try await Studio.with { studio in
            try await studio.answer("studio", "edit", "downtown", "--session-minutes", "60")
            let reference =
                try await studio.answer(
                    "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at",
                    "2026-12-01 10:00")["reference"]?.text ?? ""
            let refused = try await studio.intro("reschedule", reference, "--at", "2026-12-01 10:15", "--json")
            let starts = refused.error?.alternatives?.map { $0["local_start"]?.text }
            #expect(starts == ["2026-12-01 09:30 PST", "2026-12-01 10:30 PST", "2026-12-01 11:00 PST"])
        }
    }

    @Test("--trainer without --at keeps the time, and sends one notice of the trainer")
    func trainer() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            try await studio.answer("reminders", "send")
            let moved = try await studio.answer("reschedule", reference, "--trainer", "james")
            #expect(moved["moved"] == true && moved["trainer"]?["handle"] == "james")
            #expect(moved["local_start"] == "2026-12-01 09:00 PST")
            #expect(try await studio.count("message", where: "rule = 'trainer-changed'") == 1)
            #expect(try await studio.count("message", where: "rule = 'rescheduled'") == 0)
            #expect(try await studio.answer("reschedule", reference, "--trainer", "james")["moved"] == false)
        }
    }

    @Test("--studio moves a session to the other studio's local time, and sends one notice with its address")
    func otherStudio() async throws {
        try await Studio.with { studio in
            try await studio.openChain()
            try await studio.answer("studio", "edit", "brooklyn", "--address", "5 Water Street")
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            try await studio.answer("reminders", "send")
            let late = try await studio.refusal("reschedule", reference, "--studio", "brooklyn", "--at", "tue 19:00")
            #expect(late.code == "outside_hours")
            let unclear = try await studio.intro("reschedule", reference, "--studio", "brooklyn", "--json")
            #expect(unclear.exit == 64 && unclear.error?.message.contains("another time zone") == true)
            let moved = try await studio.answer("reschedule", reference, "--studio", "brooklyn", "--at", "tue 11:00")
            #expect(moved["local_start"] == "2026-12-01 11:00 EST" && moved["starts_at"] == "2026-12-01T16:00:00Z")
            #expect(moved["studio"]?["id"] == "brooklyn" && moved["moved"] == true)
            #expect(try await studio.count("message", where: "rule = 'rescheduled' AND studio_id = 2") == 1)
            let now = "2026-11-30T08:05:00-08:00"
            let sent = try await studio.answer("reminders", "send", now: now)
            #expect(sent["sent"]?.number == 1)
            #expect(try await studio.count("message", where: "rule = 'rescheduled' AND status = 'sent'") == 1)
            #expect(
                try await studio.count(
                    "message", where: "rule = 'rescheduled' AND body LIKE '%5 Water Street%'") == 1)
            #expect(try await studio.intro("show", reference).stdout.contains("Brooklyn"))
        }
    }
}
