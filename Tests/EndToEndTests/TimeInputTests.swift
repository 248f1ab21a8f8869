import Testing

/// Times as they are typed at the sample studio, on Monday 2026-11-30 at 08:00 in Los Angeles.
@Suite("typed times")
struct TimeInputTests {
    @Test("book and reschedule accept every way to name a time, and soonest")
    func store() async throws {
        try await Studio.with { studio in
            let forms = [
                ("tomorrow at 5pm", "2026-12-01 17:00 PST"), ("Tuesday, December 8 at 9:00 AM", "2026-12-08 09:00 PST"),
                ("12/9 9am", "2026-12-09 09:00 PST"), ("9 dec 10", "2026-12-09 10:00 PST"),
                ("Thu Dec 10, 4:30 PM PST", "2026-12-10 16:30 PST"), ("fri 5:30", "2026-12-04 17:30 PST"),
                ("in 3 days 9am", "2026-12-03 09:00 PST"), ("soonest", "2026-11-30 10:00 PST"),
            ]
            for (index, (text, local)) in forms.enumerated() {
                let booked = try await studio.answer(
                    "book", "--client", "c\(index)@example.com", "--name", "Client \(index)", "--at", text)
                #expect(booked["local_start"]?.text == local, "\(text)")
                guard text == "soonest" else { continue }
                let moved = try await studio.answer(
                    "reschedule", booked["reference"]?.text ?? "", "--at", "thu 4", "--trainer", "maria")
                #expect(moved["local_start"] == "2026-12-03 16:00 PST")
                let back = try await studio.answer("reschedule", booked["reference"]?.text ?? "", "--at", "SOONEST")
                #expect(back["local_start"] == "2026-11-30 10:00 PST")
            }
        }
    }

    @Test("a time with two readings is refused with both of them, and nothing is booked")
    func refusesTwoReadings() async throws {
        try await Studio.with { studio in
            for (text, words) in [
                ("next tue 9", "Tue Dec 1, 9 AM or Tue Dec 8, 9 AM"), ("sun 5", "Sun Dec 6, 5 AM or 5 PM?"),
                ("tue dec 9 9am", "Wed Dec 9 is not a Tuesday"), ("tue 9ish", "\"9ish\" was not understood"),
            ] {
                let result = try await studio.intro([
                    "book", "--client", "ana@example.com", "--name", "Ana", "--at", text,
                ])
                #expect(result.exit == 65)
                #expect(result.stderr.contains(words), "\(text): \(result.stderr)")
            }
            #expect(try await studio.answer("agenda", "downtown", "--on", "dec 1") == .list([]))
        }
    }

    @Test("soonest is refused with no_free_slot if no slot is free, and as invalid where no slot is meant")
    func refusesSoonest() async throws {
        try await Studio.with { studio in
            try await studio.answer("studio", "close", "downtown", "today", "12/31/2027", "--reason", "repairs")
            let booking = try await studio.intro([
                "book", "--client", "ana@example.com", "--name", "Ana", "--at", "soonest", "--json",
            ])
            #expect(booking.exit == 3)
            #expect(booking.stderr.contains("\"no_free_slot\""))
            #expect(try await studio.intro(["agenda", "downtown", "--on", "soonest"]).exit == 65)
        }
    }

    @Test("an end before its beginning on the same day is refused with both times, in every command with a period")
    func refusesEndBeforeBeginning() async throws {
        try await Studio.with { studio in
            let before = try await studio.fingerprint()
            for (command, words) in [
                (["trainer", "away", "maria", "--from", "fri 3pm", "--until", "fri 1pm"], "Fri Dec 11, 1 PM"),
                (["trainer", "cover", "maria", "--from", "fri 3pm", "--until", "fri 1pm"], "Fri Dec 11, 1 PM"),
                (["studio", "close", "downtown", "fri 3pm", "fri 1pm", "--reason", "x"], "Fri Dec 4, 1 PM, which is"),
                (["studio", "reopen", "downtown", "fri 3pm", "fri 1pm"], "Fri Dec 4, 1 PM, which is"),
                (["trainer", "hours", "maria", "--set", "none", "--from", "dec 4", "--until", "dec 3"], "2026-12-04"),
                (["sessions", "--from", "fri 3pm", "--until", "fri 1pm"], "Fri Dec 4, 1 PM, which is"),
                (["log", "--from", "fri 3pm", "--until", "fri 1pm"], "(Fri Nov 27, 3:00 PM)"),
                (["log", "--from", "fri 3pm", "--until", "fri 1pm", "--clock", "24"], "(Fri Nov 27, 13:00) is not"),
                (["log", "--from", "2026-12-03", "--until", "2026-12-01"], "(Tue Dec 1) is not after"),
                (["reminders", "plan", "--until", "today 7am"], "\"today 7am\" is in the past"),
                (["reminders", "send", "--until", "yesterday"], "\"yesterday\" is in the past"),
                (["reminders", "hold", "--sent-since", "in 2 hours"], "\"in 2 hours\" is in the future"),
                (["reminders", "hold", "--sent-since", "tomorrow"], "\"tomorrow\" is in the future"),
                (["reminders", "resend", "--status", "failed", "--since", "tomorrow"], "\"tomorrow\" is in the"),
                (
                    ["slots", "--after", "3pm", "--before", "1pm"],
                    "--before 1:00 PM is not later than 3:00 PM, --after"
                ),
                (["slots", "--after", "3pm", "--before", "1pm", "--clock", "24"], "--before 13:00 is not later than"),
                (
                    ["slots", "--from", "tomorrow morning", "--after", "1pm"],
                    "--after 1:00 PM is not earlier than 12:00 PM, the end of --from"
                ),
                (
                    ["slots", "--from", "tomorrow evening", "--before", "1pm"],
                    "--before 1:00 PM is not later than 5:00 PM, the beginning of --from"
                ),
            ] {
                let result = try await studio.intro(command)
                #expect(result.exit == 65, "\(command): \(result.stdout)\(result.stderr)")
                #expect(result.stderr.contains(words), "\(command): \(result.stderr)")
            }
            #expect(try await studio.fingerprint() == before)
            #expect(try await studio.intro("log", "--from", "sun", "--until", "sat").exit == 0)
        }
    }

    @Test("reminders plan and send accept --until now, and a length of time, on the machine's clock")
    func untilNow() async throws {
        try await Studio.with { studio in
            for command in [["plan"], ["send", "--yes"]] {
                for until in ["now", "1m", "1h"] {
                    let result = try await IntroBinary.run(
                        ["reminders"] + command + ["--until", until], environment: studio.environment, in: studio.home)
                    #expect(result.exit == 0, "\(command) \(until): \(result.stderr)")
                }
            }
        }
    }

    @Test("an end that has passed is on the day of its beginning, not a week later")
    func pastEnds() async throws {
        try await Studio.with { studio in
            let late = "2026-11-30T11:00:00-08:00"
            let cover = try await studio.intro("trainer", "cover", "maria", "--until", "mon 10am", now: late)
            #expect(cover.exit == 0 && cover.stdout.contains("no sessions to come, Mon Nov 30, 12:00 AM PST to Mon"))
            let away = try await studio.answer(
                "trainer", "away", "maria", "--from", "today 9am", "--until", "mon 10am", now: late)
            #expect(away["local_until"] == "2026-11-30 10:00 PST")
        }
    }

    @Test("closures, time off and hours accept the same phrases, and an end counts from its beginning")
    func periods() async throws {
        try await Studio.with { studio in
            let closure = try await studio.answer(
                "studio", "close", "downtown", "dec 24", "fri", "--reason", "holidays")
            #expect(closure["local_from"] == "2026-12-24 00:00 PST")
            #expect(closure["local_until"] == "2026-12-26 00:00 PST")
            let away = try await studio.answer(
                "trainer", "away", "maria", "--from", "tomorrow at 2", "--until", "5:30 p.m.")
            #expect(away["local_from"] == "2026-12-01 14:00 PST")
            #expect(away["local_until"] == "2026-12-01 17:30 PST")
            let hours = try await studio.answer(
                "trainer", "hours", "maria", "--set", "weekdays 9-5; sat 7am-12pm", "--from", "jan 4", "--until", "1/8")
            let season = try #require(hours.items.first { $0["from"]?.text == "2027-01-04" })
            #expect(season["until"] == "2027-01-08")
            #expect(season["hours"] == "mon-fri 09:00-17:00; sat 07:00-12:00")
        }
    }

    @Test("Spanish names are read where the language is Spanish, from the setting or the locale")
    func readsSpanish() async throws {
        try await Studio.with { studio in
            for variables in [["INTRO_DISPLAY_LANGUAGE": "es"], ["LC_ALL": "es_US.UTF-8"]] {
                let result = try await studio.intro(
                    ["agenda", "downtown", "--on", "miércoles", "--json"], environment: variables)
                #expect(result.exit == 0, "\(result.stderr)")
            }
            let result = try await studio.intro(["agenda", "downtown", "--on", "miércoles"])
            #expect(result.exit == 65)
            let unknown = try await studio.intro(["slots"], environment: ["INTRO_DISPLAY_LANGUAGE": "fr"])
            #expect(unknown.exit == 78)
            #expect(unknown.stderr.contains("display.language must be en or es"))
        }
    }

    @Test("--now is read in the time zone of the studio")
    func readsNow() async throws {
        try await Studio.with { studio in
            let slots = try await studio.intro(["slots", "--limit", "1", "--json"], now: "12/1/2026 9am")
            #expect(slots.exit == 0, "\(slots.stderr)")
            #expect(slots.stdout.contains("2026-12-01 11:00 PST"))
            let skipped = try await studio.intro(["slots"], now: "2027-03-14 02:30")
            #expect(skipped.exit == 3)
            #expect(skipped.stderr.contains("does not exist"))
        }
    }
}
