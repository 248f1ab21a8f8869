import Testing

/// Monday is 2026-11-30; Maria works mon-fri 07:00-12:00 13:00-19:00 and sat 08:00-12:00.
@Suite("days in schedules and agendas")
struct DayViewTests {
    @Test("a working day without sessions shows its hours, and a day without hours is off")
    func hours() async throws {
        try await Studio.with { studio in
            let maria = try await studio.days("schedule", "maria")
            #expect(maria.count == 7)
            #expect(maria["2026-12-01"] == ["no sessions (07:00-12:00, 13:00-19:00)"])
            #expect(maria["2026-12-05"] == ["no sessions (08:00-12:00)"])
            #expect(maria["2026-12-06"] == ["off"])
            let aiko = try await studio.days("schedule", "aiko")
            #expect(aiko["2026-11-30"] == ["off"])
            #expect(aiko["2026-12-01"] == ["no sessions (06:00-14:00)"])
        }
    }

    @Test("a day with sessions shows its hours above them")
    func hoursAndSessions() async throws {
        try await Studio.with { studio in
            let reference = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let day = try await studio.days("schedule", "maria")["2026-12-01"]
            #expect(day == ["works 07:00-12:00, 13:00-19:00", "09:00-09:20  Ana  booked     \(reference)"])
        }
    }

    @Test("a past day shows its hours, and is never shown as free")
    func past() async throws {
        try await Studio.with { studio in
            let result = try await studio.intro("schedule", "maria", "--from", "2026-11-01", "--days", "30")
            #expect(result.exit == 0)
            #expect(!result.stdout.contains("free"))
            let days = try await studio.days("schedule", "maria", "--from", "2026-11-01", "--days", "30")
            #expect(days["2026-11-02"] == ["no sessions (07:00-12:00, 13:00-19:00)"])
            #expect(days["2026-11-01"] == ["off"], "a Sunday without hours is off")
        }
    }

    @Test("time off shows its reason: whole days without hours, part of a day with the remaining hours")
    func away() async throws {
        try await Studio.with { studio in
            try await studio.answer(
                "trainer", "away", "maria", "--from", "2026-12-01", "--until", "2026-12-06", "--reason", "Honeymoon")
            try await studio.answer(
                "trainer", "away", "james", "--from", "2026-12-01 15:00", "--until", "2026-12-01 16:30", "--reason",
                "Dentist")
            let maria = try await studio.days("schedule", "maria")
            #expect(maria["2026-11-30"] == ["no sessions (07:00-12:00, 13:00-19:00)"])
            #expect(maria["2026-12-01"] == ["away: Honeymoon"])
            #expect(maria["2026-12-06"] == ["away: Honeymoon"], "time off is shown on a day without hours")
            let james = try await studio.days("schedule", "james")
            #expect(
                james["2026-12-01"] == [
                    "away 15:00-16:30: Dentist", "no sessions (09:00-13:00, 14:00-15:00, 16:30-20:00)",
                ])
        }
    }

    @Test("time off without a reason, or over all working hours of a day, is shown as away")
    func awayWithoutReason() async throws {
        try await Studio.with { studio in
            try await studio.answer("trainer", "away", "maria", "--from", "2026-12-01", "--until", "2026-12-01")
            try await studio.answer(
                "trainer", "away", "maria", "--from", "2026-12-05 06:00", "--until", "2026-12-05 13:00", "--reason",
                "Course")
            let maria = try await studio.days("schedule", "maria")
            #expect(maria["2026-12-01"] == ["away"])
            #expect(maria["2026-12-05"] == ["away: Course"])
        }
    }

    @Test("a closure shows its reason in the schedule of a trainer and in the agenda")
    func closed() async throws {
        try await Studio.with { studio in
            try await studio.openChain()
            try await studio.answer(
                "studio", "close", "phoenix", "2026-12-02", "2026-12-02", "--reason", "Water main repair")
            try await studio.answer(
                "studio", "close", "phoenix", "2026-12-03 12:00", "2026-12-03 14:00", "--reason", "Inspection")
            let luz = try await studio.days("schedule", "luz")
            #expect(luz["2026-12-02"] == ["closed: Water main repair"])
            #expect(luz["2026-12-03"] == ["closed 12:00-14:00: Inspection", "no sessions (09:00-12:00, 14:00-17:00)"])
            let whole = try await studio.days("agenda", "phoenix", "--on", "2026-12-02")
            #expect(whole["2026-12-02"] == ["closed: Water main repair"])
            let part = try await studio.days("agenda", "phoenix", "--on", "2026-12-03")
            #expect(
                part["2026-12-03"] == [
                    "closed 12:00-14:00: Inspection", "Luz Vega  09:00-12:00, 14:00-17:00", "no sessions",
                ])
        }
    }

    @Test("a retired trainer's days show the date of retirement, and earlier days keep their hours")
    func retired() async throws {
        try await Studio.with { studio in
            try await studio.answer("trainer", "retire", "maria", "--yes", now: "2026-12-02T08:00:00-08:00")
            let maria = try await studio.days("schedule", "maria", now: "2026-12-02T09:00:00-08:00")
            #expect(maria["2026-12-02"] == ["retired since Wed Dec 2"])
            #expect(maria["2026-12-08"] == ["retired since Wed Dec 2"])
            let calendar = try await studio.answer(
                "schedule", "maria", "--calendar", "--from", "2026-12-01", "--days", "2"
            ).items
            #expect(calendar.map { $0["state"] } == ["working", "off"])
            #expect(calendar.map { $0["reason"] } == [.null, "retired since 2026-12-02"])
            let before = try await studio.days("schedule", "maria", "--from", "2026-12-01", "--days", "1")
            #expect(before["2026-12-01"] == ["no sessions (07:00-12:00, 13:00-19:00)"])
            let agenda = try await studio.days("agenda", "downtown", "--on", "2026-12-03")
            #expect(agenda["2026-12-03"]?.contains { $0.contains("Maria") } == false)
        }
    }

    @Test("an agenda shows working trainers, absent trainers, and days without trainers")
    func agenda() async throws {
        try await Studio.with { studio in
            try await studio.openChain()
            try await studio.answer(
                "trainer", "away", "priya", "--from", "2026-12-01", "--until", "2026-12-06", "--reason", "Honeymoon")
            try await studio.answer(
                "trainer", "away", "sam", "--from", "2026-12-01 12:00", "--until", "2026-12-01 14:00", "--reason",
                "Dentist")
            let tuesday = try await studio.days("agenda", "brooklyn", "--on", "2026-12-01")
            #expect(
                tuesday["2026-12-01"] == [
                    "Priya Nair  away: Honeymoon",
                    "Sam Ito     10:00-12:00, 14:00-18:00; away 12:00-14:00: Dentist", "no sessions",
                ])
            let sunday = try await studio.days("agenda", "brooklyn", "--on", "2026-12-06")
            #expect(sunday["2026-12-06"] == ["no trainers working", "no sessions"])
            let saturday = try await studio.days("agenda", "brooklyn", "--on", "2026-12-05")
            #expect(saturday["2026-12-05"] == ["Priya Nair  away: Honeymoon", "no trainers working", "no sessions"])
        }
    }

    @Test("a session that cannot take place is marked with the reason, in text and in JSON")
    func marks() async throws {
        try await Studio.with { studio in
            try await studio.openChain()
            let away = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let closed = try await studio.reference("Ben", at: "2026-12-02 09:00", with: "luz")
            let outside = try await studio.reference("Cleo", at: "2026-12-03 12:00", with: "james")
            let retired = try await studio.reference("Dan", at: "2026-12-03 09:00", with: "aiko")
            let fine = try await studio.reference("Eve", at: "2026-12-04 09:00")
            try await studio.answer(
                "trainer", "away", "maria", "--from", "2026-12-01", "--until", "2026-12-01", "--reason", "Sick")
            try await studio.answer("studio", "close", "phoenix", "2026-12-02", "2026-12-02", "--reason", "Repair")
            try await studio.answer("trainer", "hours", "james", "--set", "mon-fri 14:00-20:00")
            try await studio.answer("trainer", "retire", "aiko", "--yes")
            func line(_ reference: String, of trainer: String) async throws -> String {
                let days = try await studio.days("schedule", trainer)
                return days.values.joined().first { $0.contains(reference) } ?? ""
            }
            #expect(try await line(away, of: "maria").hasSuffix("! trainer away"))
            #expect(try await line(closed, of: "luz").hasSuffix("! studio closed"))
            #expect(try await line(outside, of: "james").hasSuffix("! outside working hours"))
            #expect(try await line(retired, of: "aiko").hasSuffix("! trainer retired"))
            #expect(try await !line(fine, of: "maria").contains("!"))
            func affected(_ trainer: String) async throws -> [String: JSON] {
                let items = try await studio.answer("schedule", trainer).items
                return Dictionary(
                    uniqueKeysWithValues: items.map { ($0["reference"]?.text ?? "", $0["affected"] ?? "missing") })
            }
            #expect(try await affected("maria") == [away: "away", fine: .null])
            #expect(try await affected("luz") == [closed: "closed"])
            #expect(try await affected("james") == [outside: "outside_hours"])
            #expect(try await affected("aiko") == [retired: "trainer_retired"])
            let agenda = try await studio.days("agenda", "downtown", "--on", "2026-12-01")
            #expect(agenda["2026-12-01"]?.last?.hasSuffix("! trainer away") == true)
        }
    }

    @Test("a session that was booked outside hours with an override is not marked")
    func override() async throws {
        try await Studio.with { studio in
            let booking = try await studio.answer(
                "book", "--client", "ana@example.com", "--name", "Ana", "--trainer", "maria", "--at",
                "2026-12-01 05:00", "--override", "early bird")
            #expect(try await studio.answer("schedule", "maria").items.first?["affected"] == .null)
            let day = try await studio.days("schedule", "maria")["2026-12-01"]
            #expect(day?.contains { $0.contains("!") } == false)
            #expect(day?.contains { $0.contains(booking["reference"]?.text ?? "-") } == true)
            #expect(try await studio.answer("agenda", "downtown", "--affected") == .list([]))
        }
    }

    @Test("a schedule shows the hours at all studios of a trainer")
    func severalStudios() async throws {
        try await Studio.with { studio in
            try await studio.openChain()
            let sam = try await studio.days("schedule", "sam")
            #expect(sam["2026-12-01"] == ["no sessions (10:00-18:00)"])
            #expect(sam["2026-12-05"] == ["no sessions (09:00-13:00 MST at Iron Phoenix)"])
            #expect(sam["2026-12-06"] == ["off"])
        }
    }

    @Test("every line of a schedule and an agenda fits 80 columns")
    func width() async throws {
        try await Studio.with { studio in
            let name = String(repeating: "Maximiliana ", count: 10) + "Featherstonehaugh"
            try await studio.answer(
                "book", "--client", "max@example.com", "--name", name, "--trainer", "maria", "--at",
                "2026-12-01 09:00")
            try await studio.book("Ana", at: "2026-12-01 10:00")
            let reason = String(repeating: "a long story about a broken boiler ", count: 5)
            try await studio.answer(
                "trainer", "away", "maria", "--from", "2026-12-01", "--until", "2026-12-01", "--reason", reason)
            for command in [["schedule", "maria"], ["agenda", "downtown", "--on", "2026-12-01"]] {
                let lines = try await studio.intro(command).stdout.split(separator: "\n")
                #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines)")
                #expect(lines.filter { $0.contains("! trainer away") }.count == 2)
            }
        }
    }

    @Test("the number of unmarked sessions is one line, only on today's agenda")
    func backlog() async throws {
        try await Studio.with { studio in
            let now = "2026-12-02T08:00:00-08:00"
            let first = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let one = try await studio.intro("agenda", "downtown", now: now).stdout
            #expect(one.hasSuffix("\n1 session not marked: intro agenda downtown --open\n"))
            try await studio.book("Ben", at: "2026-12-01 10:00")
            let today = try await studio.intro("agenda", "downtown", now: now).stdout
            #expect(today.hasSuffix("\n2 sessions not marked: intro agenda downtown --open\n"))
            #expect(!today.contains(first))
            for day in ["2026-12-01", "tomorrow", "2026-12-25"] {
                let other = try await studio.intro("agenda", "downtown", "--on", day, now: now).stdout
                #expect(!other.contains("not marked"), "\(day)")
            }
            let open = try await studio.intro("agenda", "downtown", "--open", now: now).stdout
            #expect(open.contains(first) && open.contains("Not marked yet"))
            try await studio.answer("attend", first, now: now)
            #expect(try await studio.answer("agenda", "downtown", "--open", now: now).items.count == 1)
        }
    }

    @Test("--affected lists a studio's future sessions that cannot take place")
    func affectedList() async throws {
        try await Studio.with { studio in
            try await studio.openChain()
            let empty = try await studio.intro("agenda", "downtown", "--affected")
            #expect(empty.stdout == "All upcoming sessions at Downtown Strength can take place.\n")
            let past = try await studio.reference("Ana", at: "2026-12-01 09:00")
            let sooner = try await studio.reference("Ben", at: "2026-12-02 09:00")
            let later = try await studio.reference("Cleo", at: "2026-12-03 09:00", with: "james")
            try await studio.book("Dan", at: "2026-12-04 10:00", with: "james")
            let elsewhere = try await studio.reference("Eve", at: "2026-12-02 09:00", with: "luz")
            try await studio.answer("trainer", "away", "maria", "--from", "2026-12-01", "--until", "2026-12-02")
            try await studio.answer("studio", "close", "downtown", "2026-12-03", "2026-12-03", "--reason", "Flood")
            try await studio.answer("studio", "close", "phoenix", "2026-12-02", "2026-12-02", "--reason", "Repair")
            let now = "2026-12-01T12:00:00-08:00"
            let items = try await studio.answer("agenda", "downtown", "--affected", now: now).items
            #expect(items.compactMap { $0["reference"]?.text } == [sooner, later])
            #expect(items.compactMap { $0["affected"]?.text } == ["away", "closed"])
            let cut = try await studio.intro("agenda", "downtown", "--affected", "--limit", "1", "--json", now: now)
            #expect(try cut.printed.items.count == 1)
            #expect(cut.stderr == "1 more until 2026-12-03 09:00: --limit 100\n")
            let day = try await studio.answer("agenda", "downtown", "--affected", "--on", "2026-12-03", now: now).items
            #expect(day.compactMap { $0["reference"]?.text } == [later])
            let text = try await studio.intro("agenda", "downtown", "--affected", now: now).stdout
            #expect(text.contains("\(sooner)  ! trainer away") && text.contains("\(later)  ! studio closed"))
            #expect(!text.contains(past) && !text.contains(elsewhere))
            try await studio.answer("cancel", sooner, now: now)
            try await studio.answer("reschedule", later, "--at", "2026-12-04 09:00", "--trainer", "james", now: now)
            #expect(try await studio.answer("agenda", "downtown", "--affected", now: now) == .list([]))
            #expect(try await studio.intro("agenda", "downtown", "--affected", "--open", now: now).exit == 64)
        }
    }
}
