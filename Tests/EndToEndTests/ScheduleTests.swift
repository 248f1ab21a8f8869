import Testing

/// Monday is 2026-11-30; Maria works mon-fri 07:00-12:00 13:00-19:00 and sat 08:00-12:00.
@Suite("schedules and agendas")
struct ScheduleTests {
    @Test("a session shows the client's phone and confirmation; JSON stays an array of bookings")
    func session() async throws {
        try await Studio.with { studio in
            let reference = try await studio.answer(
                "book", "--client", "ana@example.com", "--name", "Ana", "--phone", "(213) 555-0142", "--trainer",
                "maria", "--at", "2026-12-01 09:00")["reference"]?.text
            let booked = try #require(reference)
            try await studio.answer("confirm", booked)
            let line = "9:00-9:20 AM  Ana  booked     \(booked)  confirmed  +1 213-555-0142"
            let schedule = try await studio.intro("schedule", "maria", "--from", "2026-12-01", "--days", "1").stdout
            #expect(schedule.contains(line), "\(schedule)")
            let agenda = try await studio.intro("agenda", "downtown", "--on", "2026-12-01").stdout
            #expect(agenda.contains("9:00-9:20 AM  Maria Lopez: Ana  booked     \(booked)  confirmed"), "\(agenda)")
            #expect(agenda.contains("+1 213-555-0142"))
            #expect(agenda.contains("  1 of 2 stations in use 9:00-9:20 AM\n"), "\(agenda)")
            try await studio.answer("studio", "edit", "downtown", "--stations", "1")
            let single = try await studio.intro("agenda", "downtown", "--on", "2026-12-01").stdout
            #expect(single.contains("  1 of 1 station in use 9:00-9:20 AM\n"), "\(single)")
            let items = try await studio.answer("schedule", "maria", "--from", "2026-12-01").items
            #expect(items.map { $0["reference"] } == [.text(booked)])
        }
    }

    @Test("a working day shows the number of open slots, and with --open their starts")
    func open() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-05 09:00")
            let day = ["schedule", "maria", "--from", "2026-12-05", "--days", "1"]
            #expect(try await studio.intro(day).stdout.contains("works 8:00 AM-12:00 PM; 7 open\n"))
            let listed = try await studio.intro(day + ["--open"]).stdout
            #expect(listed.contains("  open  8:00  8:30  9:30  10:00  10:30  11:00  11:30 AM\n"), "\(listed)")
            let other = try await studio.intro(day + ["--open", "--clock", "24"]).stdout
            #expect(other.contains("  open  08:00  08:30  09:30  10:00  10:30  11:00  11:30\n"), "\(other)")
            let past = try await studio.intro("schedule", "maria", "--from", "2026-11-02", "--days", "1").stdout
            #expect(!past.contains("open"), "\(past)")
            for format in [["--json"], ["--format", "json"], ["--format", "csv"], ["--format", "ics"]] {
                let refused = try await studio.intro(["schedule", "maria", "--open"] + format)
                #expect(refused.exit == 64 && refused.stderr.contains("add --calendar"), "\(refused.stderr)")
            }
        }
    }

    @Test("the calendar has one object per day: its state, reason, hours, sessions and open slots")
    func calendar() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            try await studio.answer(
                "trainer", "away", "maria", "--from", "2026-12-02", "--until", "2026-12-02", "--reason", "Course")
            try await studio.answer("studio", "close", "downtown", "2026-12-03", "2026-12-03", "--reason", "Flood")
            let days = try await studio.answer(
                "schedule", "maria", "--calendar", "--from", "2026-12-01", "--days", "6"
            ).items
            #expect(days.map { $0["date"] } == (1...6).map { .text("2026-12-0\($0)") })
            #expect(
                days.map { $0["state"]?.text } == ["working", "away", "closed", "working", "working", "off"])
            #expect(days.map { $0["reason"] } == [.null, "Course", "Flood", .null, .null, .null])
            #expect(days.map { $0["open_slots"] } == [21, 0, 0, 22, 8, 0])
            #expect(
                days[0]["studio"] == [
                    "id": "downtown", "name": "Downtown Strength", "time_zone": "America/Los_Angeles",
                ])
            #expect(days[0]["sessions"]?.items.map { $0["reference"] } == [.text(reference)])
            #expect(
                days[4]["hours"]
                    == [
                        [
                            "starts_at": "2026-12-05T16:00:00Z", "ends_at": "2026-12-05T20:00:00Z",
                            "local_start": "2026-12-05 08:00 PST", "local_end": "2026-12-05 12:00 PST",
                        ]
                    ])
            #expect(days[0]["open_starts"] == nil)
            let listed = try await studio.answer(
                "schedule", "maria", "--calendar", "--open", "--from", "2026-12-05", "--days", "1"
            ).items
            #expect(
                listed.first?["open_starts"]?.items.first
                    == ["starts_at": "2026-12-05T16:00:00Z", "local_start": "2026-12-05 08:00 PST"])
            #expect(try await studio.intro("schedule", "maria", "--calendar").exit == 64)
        }
    }

    @Test("the calendar of a trainer of two studios names the studio of each day, in its time zone")
    func studios() async throws {
        try await Studio.with { studio in
            try await studio.openChain()
            let days = try await studio.answer(
                "schedule", "sam", "--calendar", "--from", "2026-12-04", "--days", "3"
            ).items
            #expect(days.map { $0["studio"]?["id"]?.text } == ["brooklyn", "phoenix", "brooklyn"])
            #expect(
                days.map { $0["hours"]?.items.first?["local_start"]?.text } == [
                    "2026-12-04 10:00 EST", "2026-12-05 09:00 MST", nil,
                ])
        }
    }

    @Test("an agenda of several days shows each of them, and the backlog only for today alone")
    func agendaDays() async throws {
        try await Studio.with { studio in
            let first = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let second = try await studio.reference("Ben", at: "2026-12-03 09:00")
            let now = "2026-12-02T08:00:00-08:00"
            let days = try await studio.days("agenda", "downtown", "--from", "2026-12-01", "--days", "3", now: now)
            #expect(Set(days.keys) == ["2026-12-01", "2026-12-02", "2026-12-03"])
            #expect(days["2026-12-01"]?.last?.contains(first) == true && days["2026-12-02"]?.last == "no sessions")
            let items = try await studio.answer("agenda", "downtown", "--days", "2", now: now).items
            #expect(items.compactMap { $0["reference"]?.text } == [second])
            let text = try await studio.intro("agenda", "downtown", "--days", "2", now: now).stdout
            #expect(!text.contains("not marked"))
            let today = try await studio.intro("agenda", "--days", "1", now: now).stdout
            #expect(today.contains("1 session not marked"), "the default is the only studio")
            #expect(try await studio.intro("agenda", "downtown", "--on", "mon", "--days", "2").exit == 64)
        }
    }

    @Test("--on shows one day of a schedule, as of an agenda, and does not go with --from and --days")
    func on() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-01 09:00")
            try await studio.book("Ben", at: "2026-12-02 09:00")
            let day = try await studio.answer("schedule", "maria", "--on", "tomorrow").items
            #expect(day.map { $0["local_start"] } == ["2026-12-01 09:00 PST"])
            let days = try await studio.days("schedule", "maria", "--on", "dec 2")
            #expect(Array(days.keys) == ["2026-12-02"])
            for option in [["--from", "mon"], ["--days", "2"]] {
                let result = try await studio.intro(["schedule", "maria", "--on", "dec 2", "--json"] + option)
                #expect(result.exit == 64 && result.error?.code == "usage", "\(result.stderr)")
            }
            let invalid = try await studio.intro("schedule", "maria", "--on", "noday", "--json")
            #expect(invalid.exit == 65 && invalid.error?.message.contains("--on") == true, "\(invalid.stderr)")
        }
    }
}
