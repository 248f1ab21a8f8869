import PostgresTesting
import Testing

/// Monday is 2026-11-30; Maria works mon-fri 07:00-12:00 13:00-19:00 and sat 08:00-12:00.
@Suite("output on a terminal, and lists of slots")
struct TerminalOutputTests {
    /// The output of a command on a terminal, as lines without styles.
    private func shown(
        _ arguments: [String], in studio: Studio, _ variables: [String: String] = [:], columns: UInt16 = 80
    ) async throws -> [String] {
        let terminal = try Terminal(columns: columns)
        let environment = studio.environment.merging(["INTRO_HOME": studio.home, "NO_COLOR": "1"]) { $1 }
        let exit = try await terminal.run(
            arguments + ["--now", Studio.now], environment: environment.merging(variables) { $1 }
        ) { _ in }
        #expect(exit == 0)
        try await wait(until: "the output is read") { terminal.isComplete }
        return terminal.text.split(whereSeparator: \.isNewline).map(String.init)
    }

    @Test("the table of retention has its limits as dates of the desk's clock, and fits 80 columns")
    func retention() async throws {
        try await Studio.with { studio in
            // In Los Angeles, it is still the day before.
            let text = try await studio.intro(
                "retention", "--dry-run", now: "2027-01-30T05:00:00Z",
                environment: ["COLUMNS": "80", "INTRO_RETENTION_MESSAGE_BODIES": "60d"]
            ).stdout
            let line = text.split(separator: "\n").first { $0.contains("retention.message_bodies") } ?? ""
            #expect(line.contains("  60d     Mon Nov 30, 2026  "), "\(text)")
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
        }
    }

    @Test("slots are grouped by day and trainers; AM and PM are left out where --after decides")
    func grouped() async throws {
        try await Studio.with { studio in
            try await studio.answer("trainer", "away", "james", "--from", "2026-12-03", "--until", "2026-12-04")
            let evening = ["slots", "--after", "17:00", "--before", "19:00", "--weekday", "thu,fri"]
            #expect(
                try await shown(evening, in: studio) == [
                    "Thu Dec 3   5:00  5:30  6:00  6:30   Maria", "Fri Dec 4   5:00  5:30  6:00  6:30   Maria",
                ])
            try await studio.book("Ana", at: "2026-12-03 13:00")
            let noon = ["slots", "--from", "2026-12-03 11:30", "--days", "1", "--before", "2pm"]
            #expect(
                try await shown(noon, in: studio) == [
                    "Thu Dec 3  11:30 AM   Aiko, Maria", "           12:00 12:30  1:00 PM   Aiko",
                    "            1:30 PM   Aiko, Maria",
                ])
        }
    }

    @Test("slots of all studios are listed by start, in each studio's time; a studio of the settings is the only one")
    func studios() async throws {
        try await Studio.with { studio in
            try await studio.openChain()
            let day = ["slots", "--from", "2026-12-01 09:00", "--before", "9:30", "--days", "1"]
            let all = try await studio.answer(day).items
            #expect(
                all.map { "\($0["local_start"]?.text ?? "") \($0["studio"]?.text ?? "")" } == [
                    "2026-12-01 09:00 EST brooklyn", "2026-12-01 09:00 MST phoenix",
                    "2026-12-01 09:00 PST downtown", "2026-12-01 09:00 PST downtown", "2026-12-01 09:00 PST downtown",
                ])
            let one = try await studio.intro(day + ["--json"], environment: ["INTRO_STUDIO": "phoenix"]).printed.items
            #expect(one.map { $0["studio"] } == ["phoenix"])
            let text = try await studio.intro(day).stdout
            #expect(text.contains("STUDIO\n") && text.contains("Tue Dec 1, 9:00 AM EST  Priya Nair"), "\(text)")
            let first = try await studio.answer(day + ["--first"]).items
            #expect(first.map { $0["studio"] } == ["brooklyn"])
            #expect(try await studio.intro(day + ["--first"]).stdout.contains("brooklyn\n"))
            let screen = try await shown(day + ["--first"], in: studio)
            #expect(screen == ["Iron Brooklyn", "Tue Dec 1   9:00   Priya"])
            let cut = try await studio.intro(day + ["--limit", "1"]).stdout
            #expect(
                cut.hasSuffix("\n4 more until Tue Dec 1, 9:00 AM PST at Downtown Strength: --limit 100\n"), "\(cut)")
            let unknown = try await studio.intro(["slots"], environment: ["INTRO_STUDIO": "nowhere"])
            #expect(unknown.exit == 4)
        }
    }

    @Test("a list is narrowed by time of day, weekday and period, with the same numbers in its last line")
    func narrowed() async throws {
        try await Studio.with { studio in
            func starts(_ arguments: String...) async throws -> [String] {
                try await studio.answer(["slots", "--trainer", "maria", "--limit", "100"] + arguments).items
                    .compactMap { $0["local_start"]?.text }
            }
            #expect(
                try await starts("--weekday", "sat", "--before", "9am") == [
                    "2026-12-05 08:00 PST", "2026-12-05 08:30 PST",
                ])
            #expect(try await starts("--weekday", "sun").isEmpty)
            let two = try await starts("--weekday", "thu", "--weekday", "fri", "--after", "6pm")
            #expect(Set(two.map { $0.prefix(10) }) == ["2026-12-03", "2026-12-04"])
            #expect(try await starts("--weekday", "thu,fri", "--after", "6pm") == two)
            #expect(try await starts("--weekday", "weekends", "--after", "11:30") == ["2026-12-05 11:30 PST"])
            #expect(try await starts("--weekday", "tue-wed", "--after", "6:30 pm").count == 2)
            #expect(try await starts("--from", "thursday after 5").first == "2026-12-03 17:00 PST")
            #expect(Set(try await starts("--from", "thursday after 5").map { $0.prefix(10) }) == ["2026-12-03"])
            let cut = try await studio.intro(
                "slots", "--trainer", "maria", "--weekday", "tue-wed", "--after", "17:00", "--limit", "3")
            #expect(cut.stdout.hasSuffix("\n5 more until Wed Dec 2, 6:30 PM: --limit 100\n"), "\(cut.stdout)")
            let none = try await studio.intro("slots", "--after", "23:00")
            #expect(none.stdout == "No slot is free at those times.\n" && none.exit == 0)
            #expect(try await studio.intro("slots", "--weekday", "someday").exit == 65)
            #expect(try await studio.intro("slots", "--first", "--limit", "3").exit == 64)
        }
    }

    @Test("a long text goes through the pager, a short one and JSON do not; without the program it is printed")
    func pager() async throws {
        try await Studio.with { studio in
            let pager = ["INTRO_PAGER": "sed s/^/paged:/", "PAGER": "false"]
            let long = try await shown(["schedule", "maria", "--days", "14"], in: studio, pager)
            #expect(long.count > 24 && long.allSatisfy { $0.hasPrefix("paged:") }, "\(long)")
            let short = try await shown(["schedule", "maria", "--days", "1"], in: studio, pager)
            #expect(!short.joined().contains("paged:"))
            let json = try await shown(["slots", "--limit", "100", "--json"], in: studio, pager)
            #expect(!json.joined().contains("paged:"))
            let missing = try await shown(
                ["schedule", "maria", "--days", "14"], in: studio, ["INTRO_PAGER": "no-such-program 2>/dev/null"])
            #expect(missing.contains("Maria Lopez") && missing.count > 24)
        }
    }

    @Test("a schedule and an agenda are wrapped at the width of the window or COLUMNS, or at 80 columns")
    func dayViews() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-01 09:00")
            let reason = String(repeating: "a long story about a broken boiler ", count: 5)
            try await studio.answer(
                "trainer", "away", "james", "--from", "2026-12-01", "--until", "2026-12-01", "--reason", reason)
            for command in [
                ["schedule", "maria", "--open", "--from", "2026-12-01", "--days", "1"],
                ["agenda", "downtown", "--on", "2026-12-01"],
            ] {
                for (width, columns) in [(80, nil), (60, "60"), (150, "150")] as [(Int, String?)] {
                    let environment = columns.map { ["COLUMNS": $0] } ?? [:]
                    let text = try await studio.intro(command, environment: environment).stdout
                    let longest = text.split(separator: "\n").map(\.count).max() ?? 0
                    #expect(longest <= width && longest > width - 20, "\(width): \(text)")
                }
                let window = try await shown(command, in: studio, columns: 150)
                #expect(window.contains { $0.count > 130 } && window.allSatisfy { $0.count <= 150 }, "\(window)")
            }
        }
    }

    @Test("the lines of a change are wrapped between words on a terminal, and not elsewhere")
    func changes() async throws {
        try await Studio.with { studio in
            let name = "Maximiliana Featherstonehaugh-Cholmondeley"
            let booking = [
                "book", "--client", "m@example.com", "--name", name, "--trainer", "maria", "--at", "2026-12-01 09:00",
            ]
            let reference = try await studio.answer(booking)["reference"]?.text ?? "-"
            let moved = try await shown(["reschedule", reference, "--at", "2026-12-01 10:00"], in: studio)
            #expect(moved.count > 2 && moved.allSatisfy { $0.count <= 80 }, "\(moved)")
            #expect(moved.first?.hasPrefix("Moved  \(reference)  from Tue Dec 1, 9:00 AM PST") == true, "\(moved)")
            #expect(moved.joined(separator: " ").contains("Cholmondeley."), "\(moved)")
            let cancelled = try await shown(["cancel", reference], in: studio, columns: 60)
            #expect(cancelled.allSatisfy { $0.count <= 60 }, "\(cancelled)")
            let booked = try await shown(booking, in: studio)
            #expect(booked.allSatisfy { $0.count <= 80 } && booked.joined().contains("Booked"), "\(booked)")
            let piped = try await studio.intro("cancel", "m@example.com", "--by", "studio").stdout
            #expect(piped.split(separator: "\n").first.map { $0.count > 80 } == true, "\(piped)")
        }
    }

    @Test("tables fit COLUMNS: long cells are cut, times and references are not")
    func columns() async throws {
        try await Studio.with { studio in
            let reference = try await studio.answer(
                "book", "--client", "maximiliana.featherstonehaugh@example.com", "--name",
                "Maximiliana Featherstonehaugh",
                "--trainer", "maria", "--at", "2026-12-01 09:00")["reference"]?.text
            let result = try await studio.intro(["reminders", "list"], environment: ["COLUMNS": "80"])
            let lines = result.stdout.split(separator: "\n")
            #expect(lines.count > 2 && lines.allSatisfy { $0.count <= 80 }, "\(lines)")
            #expect(lines.contains { $0.hasPrefix(reference ?? "-") && $0.contains("…") }, "\(lines)")
            #expect(lines.contains { $0.contains("Mon Nov 30, 9:00 AM PST") }, "\(lines)")
            let sessions = try await studio.intro(["sessions"], environment: ["COLUMNS": "80"]).stdout
            #expect(!sessions.contains("SOURCE") && !sessions.contains("BOOKED BY"), "\(sessions)")
            #expect(!sessions.contains("STUDIO") && sessions.contains("  Maria Lopez  booked"), "\(sessions)")
            #expect(sessions.contains("\(reference ?? "-")  Tue Dec 1, 9:00 AM PST  "), "\(sessions)")
            #expect(sessions.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(sessions)")
            #expect(try await studio.intro("sessions", "--format", "csv").stdout.contains(",source,"))
            let whole = try await studio.intro("reminders", "list").stdout
            #expect(whole.contains("maximiliana.featherstonehaugh@example.com"))
        }
    }
}
