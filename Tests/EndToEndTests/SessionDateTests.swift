import Testing

/// Sessions across midnight and in other time zones, in schedules and agendas.
@Suite("local dates of sessions in schedules and agendas")
struct SessionDateTests {
    @Test("a session across midnight is shown on both days, and once in each list")
    func midnight() async throws {
        try await Studio.with { studio in
            try await studio.answer(
                "trainer", "hours", "maria", "--set", "fri 22:00-24:00; sat 00:00-02:00", "--from", "2026-12-04")
            try await studio.answer("studio", "edit", "downtown", "--session-minutes", "60")
            let reference = try await studio.reference("Ana", at: "2026-12-04 23:30")
            let days = try await studio.days("schedule", "maria", "--from", "2026-12-04", "--days", "2")
            #expect(days["2026-12-04"]?.first == "works 22:00-24:00")
            #expect(days["2026-12-04"]?.contains { $0.hasPrefix("23:30-00:30  Ana") } == true)
            #expect(days["2026-12-05"]?.first == "works 00:00-02:00")
            #expect(days["2026-12-05"]?.contains { $0.contains(reference) && $0.contains("began Fri") } == true)
            #expect(
                try await studio.answer("schedule", "maria", "--from", "2026-12-04", "--days", "2").items.count == 1)
            for day in ["2026-12-04", "2026-12-05"] {
                let agenda = try await studio.days("agenda", "downtown", "--on", day)
                #expect(agenda[day]?.contains { $0.contains(reference) } == true)
                #expect(try await studio.answer("agenda", "downtown", "--on", day).items.count == 1)
                #expect(try await studio.answer("schedule", "maria", "--from", day, "--days", "1").items.count == 1)
                for format in ["csv", "ics"] {
                    let text = try await studio.intro(
                        "schedule", "maria", "--from", day, "--days", "1", "--format", format)
                    #expect(text.stdout.contains("Ana"), "\(format) of \(day)")
                }
            }
            #expect(try await studio.answer("schedule", "maria", "--from", "2026-12-06", "--days", "1") == .list([]))
        }
    }

    @Test("a session that ends at midnight belongs only to the day before")
    func untilMidnight() async throws {
        try await Studio.with { studio in
            try await studio.answer("trainer", "hours", "maria", "--set", "fri 22:00-24:00", "--from", "2026-12-04")
            try await studio.answer("studio", "edit", "downtown", "--session-minutes", "30")
            try await studio.book("Ana", at: "2026-12-04 23:30")
            #expect(try await studio.answer("agenda", "downtown", "--on", "2026-12-05") == .list([]))
            #expect(try await studio.answer("schedule", "maria", "--from", "2026-12-05", "--days", "1") == .list([]))
            let days = try await studio.days("schedule", "maria", "--from", "2026-12-05", "--days", "1")
            #expect(days["2026-12-05"] == ["off"])
        }
    }

    @Test("a session in another time zone is listed under its studio's local date")
    func zones() async throws {
        try await Studio.with { studio in
            try await studio.openChain()
            try await studio.answer(
                "trainer", "hours", "maria", "--studio", "brooklyn", "--set", "thu 00:00-02:00; wed 22:00-24:00")
            let late = try await studio.answer(
                "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--studio", "brooklyn",
                "--at", "2026-12-03 01:00")
            #expect(late["local_start"] == "2026-12-03 01:00 EST")
            #expect(late["starts_at"] == "2026-12-03T06:00:00Z", "the session is on Wednesday in Los Angeles")
            let days = try await studio.days("schedule", "maria")
            #expect(days["2026-12-02"]?.contains { $0.contains("Ana") } == false)
            #expect(
                days["2026-12-03"] == [
                    "works 00:00-02:00 EST at Iron Brooklyn", "works 07:00-12:00, 13:00-19:00",
                    "01:00-01:20  Ana  booked     \(late["reference"]?.text ?? "")  EST at Iron Brooklyn",
                ])
            #expect(
                days["2026-12-02"] == [
                    "no sessions (07:00-12:00, 13:00-19:00)", "no sessions (22:00-24:00 EST at Iron Brooklyn)",
                ])
            let thursday = try await studio.answer("schedule", "maria", "--from", "2026-12-03", "--days", "1").items
            #expect(thursday.count == 1)
            #expect(try await studio.answer("schedule", "maria", "--from", "2026-12-02", "--days", "1") == .list([]))
        }
    }
}
