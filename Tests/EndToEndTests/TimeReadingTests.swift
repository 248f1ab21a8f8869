import Testing

/// Times as they are typed in a chain with several studios, on Monday 2026-11-30 at 08:00 in Los Angeles.
@Suite("typed times in a chain")
struct TimeReadingTests {
    @Test("without a named studio, the hours of the trainer or of all studios decide on the half of the day")
    func hoursOfAllStudios() async throws {
        try await Studio.with { studio in
            try await studio.openChain()
            for (options, start) in [
                (["--from", "thursday after 5"], "2026-12-03 17:00"), (["--from", "wed 9"], "2026-12-02 09:00"),
                (["--trainer", "maria", "--from", "thursday after 5"], "2026-12-03 17:00"),
                (["--from", "tue", "--after", "5", "--before", "7"], "2026-12-01 17:00"),
                (["--studio", "downtown", "--from", "tue", "--after", "5", "--before", "8"], "2026-12-01 17:00"),
                (["--studio", "downtown", "--from", "tue", "--after", "5pm", "--before", "8"], "2026-12-01 17:00"),
            ] {
                let slots = try await studio.answer(["slots", "--limit", "1000"] + options)
                let starts = slots.items.compactMap { $0["local_start"]?.text.dropLast(4) }
                #expect(starts.min().map(String.init) == start, "\(options)")
            }
            let question = try await studio.intro(["slots", "--after", "5"], environment: ["INTRO_STUDIO": "phoenix"])
            #expect(question.exit == 65)
            #expect(question.stderr.contains("write 5am or 5pm"), "\(question.stderr)")
        }
    }

    @Test("with --trainer, a question is on the clock and in the conventions of the trainer's studio")
    func trainersQuestion() async throws {
        try await Studio.with { studio in
            try await studio.addLondonStudio()
            let slots = try await studio.intro("slots", "--trainer", "tom", "--from", "sun 5")
            #expect(slots.exit == 65)
            #expect(slots.stderr.contains("Sun 6 Dec, 5 AM or 5 PM?"), "\(slots.stderr)")
        }
    }

    @Test("options of dates ignore the half of the day, and take the date of a phrase with a time")
    func dates() async throws {
        try await Studio.with { studio in
            for day in ["wed 9", "wed 5:30", "9am wed", "in 2 days 9am", "12/2 9am", "wed after 8"] {
                for command in [["schedule", "maria", "--on", day], ["agenda", "downtown", "--from", day]] {
                    let shown = try await studio.intro(command)
                    #expect(shown.exit == 0, "\(command): \(shown.stderr)")
                    #expect(shown.stdout.contains("Wed Dec 2"), "\(command): \(shown.stdout)")
                }
            }
            for (text, date) in [
                ("sun 9", "2026-12-06"), ("tomorrow at 5pm", "2026-12-01"), ("next week", "2026-12-07"),
                ("in 3 days 9am", "2026-12-03"), ("9am fri", "2026-12-04"), ("12/8 9am", "2026-12-08"),
            ] {
                let hours = try await studio.answer("trainer", "hours", "maria", "--set", "mon 9-5", "--from", text)
                #expect(hours.items.contains { $0["from"]?.text == date }, "\(text)")
            }
            for command in [
                ["sessions", "--from", "wed 9"], ["sessions", "--until", "wed 9"],
                ["log", "downtown", "--until", "tue 9"],
                ["reminders", "plan", "--until", "tue 9", "--studio", "downtown"],
                ["schedule", "maria", "--as-of", "yesterday"], ["schedule", "maria", "--as-of", "fri 9"],
            ] {
                let result = try await studio.intro(command)
                #expect(result.exit == 0, "\(command): \(result.stderr)")
            }
        }
    }

    @Test("--as-of with a day is the end of that day")
    func asOfDay() async throws {
        try await Studio.with { studio in
            let recorded = try await studio.intro("schedule", "maria", "--as-of", "yesterday")
            #expect(recorded.stdout.contains("as recorded on Sun Nov 29, 11:59 PM"), "\(recorded.stdout)")
        }
    }

    @Test("--now is read on the clock of the named studio or trainer, or as the same time at all studios")
    func now() async throws {
        try await Studio.with { studio in
            try await studio.openChain()
            for (command, now, code) in [
                (["slots", "--studio", "downtown", "--first"], "12/1/2026 9am", Int32(0)),
                (["schedule", "maria"], "12/1/2026 noon", 0), (["config"], "tue 9am", 0),
                (["studio", "list"], "noon", 0),
                (["agenda", "phoenix"], "12/1/2026 9", 0), (["slots"], "12/1/2026 9am", 64),
                (["slots"], "2026-12-01 09:00-08:00", 0), (["sessions"], "in 2 hours", 0),
            ] {
                let result = try await studio.intro(command, now: now)
                #expect(result.exit == code, "\(command) \(now): \(result.stderr)")
                guard code == 64 else { continue }
                #expect(result.stderr.contains("INTRO_STUDIO") && result.stderr.contains("2026-12-01 09:00-08:00"))
            }
            let first = try await studio.answer("slots", "--studio", "brooklyn", "--first", now: "12/1/2026 9am")
            #expect(first.items.first?["local_start"] == "2026-12-01 11:00 EST")
        }
    }

    @Test("sessions reads a weekday as the next one, last with a weekday as the past one, and names the period")
    func sessionsPeriod() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-04 09:00")
            #expect(try await studio.answer("sessions", "--from", "fri").items.count == 1)
            #expect(try await studio.answer("sessions", "--from", "sat") == .list([]))
            #expect(try await studio.answer("sessions", "--from", "last sat").items.count == 1)
            #expect(try await studio.answer("sessions", "--from", "next week") == .list([]))
            for (options, words) in [
                (["--from", "sat"], "No session found from Sat Dec 5 on."), (["--until", "thu"], "until Thu Dec 3."),
                (["--from", "next week"], "No session found, Mon Dec 7 to Sun Dec 13."),
            ] {
                let result = try await studio.intro(["sessions"] + options)
                #expect(result.stdout.contains(words), "\(options): \(result.stdout)")
            }
        }
    }

    @Test("a recurring part of days is refused where it would be written, and nothing changes")
    func refusesRecurringPeriods() async throws {
        try await Studio.with { studio in
            let before = try await studio.fingerprint()
            for command in [
                ["studio", "close", "downtown", "weekday mornings", "mar 5", "--reason", "x"],
                ["studio", "close", "downtown", "next week after 5", "--reason", "x"],
                ["studio", "reopen", "downtown", "weekends"],
                ["trainer", "away", "maria", "--from", "weekday mornings", "--until", "mar 5"],
                ["trainer", "cover", "maria", "--from", "mornings"],
                ["trainer", "hours", "maria", "--set", "none", "--from", "weekdays"],
            ] {
                let result = try await studio.intro(command)
                #expect(result.exit == 65, "\(command): \(result.stdout)\(result.stderr)")
                #expect(result.stderr.contains("recurs on several days"), "\(command): \(result.stderr)")
            }
            for command in [
                ["trainer", "away", "maria", "--from", "mon"], ["studio", "close", "downtown", "mon", "--reason", "x"],
            ] {
                #expect(try await studio.intro(command).exit == 64)
            }
            #expect(try await studio.fingerprint() == before)
        }
    }

    @Test("a phrase for a whole period means its end too")
    func wholePeriods() async throws {
        try await Studio.with { studio in
            let closure = try await studio.answer("studio", "close", "downtown", "next week", "--reason", "repairs")
            #expect(closure["local_from"] == "2026-12-07 00:00 PST")
            #expect(closure["local_until"] == "2026-12-14 00:00 PST")
            let away = try await studio.answer("trainer", "away", "maria", "--from", "thu morning")
            #expect(away["local_from"] == "2026-12-03 00:00 PST")
            #expect(away["local_until"] == "2026-12-03 12:00 PST")
            let cover = try await studio.answer("trainer", "cover", "maria", "--from", "next week")
            #expect(cover["from"] == "2026-12-07T08:00:00Z")
            #expect(cover["until"] == "2026-12-14T08:00:00Z")
            for command in [
                ["schedule", "maria", "--on", "next week"], ["agenda", "downtown", "--from", "next week"],
            ] {
                let shown = try await studio.intro(command).stdout
                #expect(shown.contains("Mon Dec 7") && shown.contains("Sun Dec 13"), "\(command): \(shown)")
                #expect(!shown.contains("Dec 14"))
            }
        }
    }

    @Test("a date that studios in several countries read differently is refused with both readings")
    func dateOrder() async throws {
        try await Studio.with { studio in
            try await studio.addLondonStudio()
            for (command, readings) in [
                (["slots", "--from", "12/8"], "could be Tue Dec 8 or Thu Aug 12, 2027"),
                (["sessions", "--from", "12/8"], "could be Tue Dec 8 or Wed Aug 12"),
                (["log", "--until", "12/8"], "could be Mon Dec 8, 2025 or Wed Aug 12"),
            ] {
                let result = try await studio.intro(command)
                #expect(result.exit == 65, "\(command)")
                #expect(result.stderr.contains(readings), "\(command): \(result.stderr)")
            }
            for command in [
                ["slots", "--from", "12/12"], ["slots", "--from", "12/8", "--studio", "downtown"],
                ["slots", "--from", "12/8", "--trainer", "maria"], ["log", "downtown", "--until", "12/8"],
            ] {
                #expect(try await studio.intro(command).exit == 0, "\(command)")
            }
        }
    }

    @Test("a schedule reads a date without a year that has just passed as the past one, and hours as the next one")
    func nearestDate() async throws {
        try await Studio.with { studio in
            for command in [["schedule", "maria", "--from", "nov 2"], ["agenda", "downtown", "--on", "nov 2"]] {
                let shown = try await studio.intro(command).stdout
                #expect(shown.contains("Mon Nov 2") && !shown.contains("2027"), "\(command): \(shown)")
            }
            let hours = try await studio.answer("trainer", "hours", "maria", "--set", "mon 9-5", "--from", "nov 2")
            #expect(hours.items.contains { $0["from"]?.text == "2027-11-02" })
        }
    }
}

extension Studio {
    /// Adds a studio in London, whose trainer Tom has no hours on Sundays.
    fileprivate func addLondonStudio() async throws {
        try await answer(
            "studio", "add", "Iron London", "--id", "london", "--time-zone", "Europe/London", "--region", "GB")
        try await addTrainer("Tom Reed", at: "london", hours: "mon-fri 09:00-17:00")
    }
}
