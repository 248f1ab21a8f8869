import Booking
import SeededRandom
import Testing

@Suite("Weekly hours")
struct WeeklyHoursTests {
    @Test(
        "reads hours in different formats, and formats them in canonical form",
        arguments: [
            ("mon-fri 07:00-12:00 13:00-19:00; sat 08:00-12:00", "mon-fri 07:00-12:00 13:00-19:00; sat 08:00-12:00"),
            (
                "Monday - Friday 7:00 - 12:00, 13:00-19:00;SAT 8:00-12:00;",
                "mon-fri 07:00-12:00 13:00-19:00; sat 08:00-12:00"
            ),
            ("mon, wed,fri 09:00-10:00", "mon,wed,fri 09:00-10:00"), ("daily 00:00-24:00", "mon-sun 00:00-24:00"),
            ("sat 09:00-10:00; sun 09:00-10:00", "sat,sun 09:00-10:00"),
            ("fri-mon 09:00-10:00", "mon,fri-sun 09:00-10:00"),
            ("mon 13:00-14:00 12:00-13:00", "mon 12:00-13:00 13:00-14:00"), ("sun-sun 9:00-10:00", "sun 09:00-10:00"),
            ("mon 9:00-10:00; mon 11:00-12:00", "mon 09:00-10:00 11:00-12:00"),
            ("mon mon 9:00-10:00", "mon 09:00-10:00"),
            ("mon-wed,fri 9:00-10:00; thu 9:00-11:00", "mon-wed,fri 09:00-10:00; thu 09:00-11:00"),
            ("9-5", "mon-sun 09:00-17:00"), ("mon-fri 9-5", "mon-fri 09:00-17:00"), ("7am-12pm", "mon-sun 07:00-12:00"),
            ("weekdays 7am-7pm; weekends 8-noon", "mon-fri 07:00-19:00; sat,sun 08:00-12:00"),
            ("weekdays 7-12 1-7pm", "mon-fri 07:00-12:00 13:00-19:00"), ("mon 12-5", "mon 12:00-17:00"),
            ("tues, thurs 9:30am - 5:30 p.m.", "tue,thu 09:30-17:30"), ("mon 9-17", "mon 09:00-17:00"),
            ("sat 5pm-midnight", "sat 17:00-24:00"), ("sun 5pm to 12am", "sun 17:00-24:00"),
            ("mon to wed 0900-1730", "mon-wed 09:00-17:30"), ("mon 9:00-5:00", "mon 09:00-17:00"),
            ("mon-thu 9-5, fri 9-12", "mon-thu 09:00-17:00; fri 09:00-12:00"),
            ("mon 9-12, 1-5, tue, wed 9-5", "mon 09:00-12:00 13:00-17:00; tue,wed 09:00-17:00"),
            ("mon 1-5", "mon 13:00-17:00"), ("weekend 10–2", "sat,sun 10:00-14:00"), ("fri 9am-5", "fri 09:00-17:00"),
            ("mon 12am-12pm", "mon 00:00-12:00"), ("09:00-10:00", "mon-sun 09:00-10:00"),
            ("", "none"), ("  ", "none"), ("none", "none"), ("Closed", "none"), (";;", "none"),
        ])
    func reads(text: String, canonical: String) throws {
        #expect(try WeeklyHours(parsing: text).description == canonical)
    }

    @Test("reads Spanish days where the language is Spanish, and English ones too")
    func readsSpanish() throws {
        let hours = try WeeklyHours(parsing: "lun-mié 9-17; sábado 8am-mediodía; sun 9-12", language: .spanish)
        #expect(hours.description == "mon-wed 09:00-17:00; sat 08:00-12:00; sun 09:00-12:00")
        let entries = try WeeklyHours(parsing: "entre semana 9-17, fines de semana 9-12", language: .spanish)
        #expect(entries.description == "mon-fri 09:00-17:00; sat,sun 09:00-12:00")
        #expect(throws: InvalidInput.self) { try WeeklyHours(parsing: "lun-vie 9-17") }
    }

    @Test("the hint for ambiguous hours lists every reading")
    func readings() {
        #expect { try WeeklyHours(parsing: "mon 5-9") } throws: { error in
            (error as? InvalidInput)?.hint == "write 5am-9am, 5am-9pm or 5pm-9pm"
        }
    }

    @Test("orders spans by weekday and time")
    func orders() throws {
        let hours = try WeeklyHours(parsing: "tue 13:00-14:00 09:00-10:00; mon 20:00-24:00")
        #expect(hours.spans.map(\.description) == ["mon 20:00-24:00", "tue 09:00-10:00", "tue 13:00-14:00"])
        #expect(hours.spans(on: .tuesday).map(\.opens.minutes) == [540, 780])
        #expect(hours.spans(on: .sunday).isEmpty)
        #expect(try WeeklyHours(parsing: "none") == WeeklyHours.none)
    }

    @Test(
        "rejects text that is not valid hours, with the reason",
        arguments: [
            ("mon 12:00-09:00", "end no later"), ("mon 09:00-09:00", "end no later"),
            ("mon 22:00-02:00", "end no later"),
            ("mon 25:00-26:00", "no span of time"), ("mon 09:00-25:00", "no span of time"),
            ("mon 24:00-24:00", "end no later"),
            ("mon 09:00", "no span of time"), ("mon 09:00-", "no span of time"),
            ("mon", "no times"), ("weekdays", "no times"), ("mon 9-11", "9am-11am, 9am-11pm or 9pm-11pm?"),
            ("mon 6-9pm", "6am-9pm or 6pm-9pm?"), ("mon 5pm-9am", "end no later"),
            ("mon 17:00-9:00", "end no later"), ("mon 17-9", "end no later"), ("mon 1730-9:00", "end no later"),
            ("mun 09:00-10:00", "unknown day"), ("mon 9-5, fri", "no times"), ("mon 9-5, fry 9-5", "unknown day"),
            ("mon- 09:00-10:00", "no day"),
            ("mon 09:00-10:00 tue 09:00-10:00", "no span of time"), ("mon -09:00-10:00", "no day"),
            ("mon\t09:00-10:00", "no day"), ("mon 09:00-10:00\n", "no span of time"),
            ("mon 09:00-10:00\0", "no span of time"),
        ])
    func refuses(typed: EscapedInput, problem: String) {
        let text = typed.text
        #expect { try WeeklyHours(parsing: text, field: "--set") } throws: { error in
            guard let error = error as? InvalidInput else { return false }
            return error.field == "--set" && error.problem.contains(problem)
        }
    }

    @Test(
        "rejects overlapping hours, and names both spans",
        arguments: ["mon 09:00-12:00 11:00-13:00", "mon-fri 9:00-12:00; mon 11:00-13:00"])
    func refusesOverlaps(text: String) {
        #expect { try WeeklyHours(parsing: text) } throws: { error in
            (error as? InvalidInput)?.problem == "overlap: mon 09:00-12:00 and mon 11:00-13:00"
        }
    }

    @Test(
        "rejects hours inside others, and the same hours twice",
        arguments: ["mon 09:00-18:00 10:00-11:00 17:00-19:00", "mon 9:00-10:00 9:00-10:00"])
    func refusesContained(text: String) {
        #expect(throws: InvalidInput.self) { try WeeklyHours(parsing: text) }
    }

    @Test("formatted hours parse to the same hours")
    func roundTrips() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            let hours = try randomHours(using: &generator)
            #expect(try WeeklyHours(parsing: hours.description) == hours)
            #expect(try WeeklyHours(hours.spans.shuffled(using: &generator)) == hours)
        }
    }

    @Test("an error for hostile text is one line without invisible characters", arguments: HostileText.all)
    func survivesHostileText(typed: EscapedInput) {
        let text = typed.text
        for hours in [text, "mon \(text)", "mon-fri 09:00-10:00 \(text)"] {
            do throws(InvalidInput) {
                _ = try WeeklyHours(parsing: hours)
            } catch {
                #expect(error.description == visible(error.description))
                #expect(error.description.count < 250)
            }
        }
    }

    /// Returns random hours with few different times.
    ///
    /// Days with equal hours, adjacent spans and the ends of the day occur often.
    private func randomHours(using generator: inout SeededGenerator) throws -> WeeklyHours {
        var spans: [WeeklyHours.Span] = []
        for weekday in Weekday.allCases {
            let cuts = [0, 420, 720, 721, 1439, 1440].shuffled(using: &generator).prefix(
                Int.random(in: 0...4, using: &generator))
            let times = try cuts.sorted().map { try #require(LocalTime(minutes: $0)) }
            for (opens, closes) in zip(times, times.dropFirst()) where Bool.random(using: &generator) {
                spans.append(try #require(WeeklyHours.Span(weekday: weekday, opens: opens, closes: closes)))
            }
        }
        return try WeeklyHours(spans)
    }
}
