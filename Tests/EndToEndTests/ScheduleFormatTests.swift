import Foundation
import MessagingTesting
import Testing

@Suite("formats of a trainer's schedule")
struct ScheduleFormatTests {
    /// Names with characters that are special in calendars, tables and spreadsheets.
    private static let names = [
        #"Comma, "Quote"; Semi\colon"#, "=HYPERLINK(\"http://evil.example\")", "王小明 的 朋友",
        "Ana;=1+1;@SUM(1)",
        String(repeating: "Łukasz 👩‍👩‍👧 ", count: 15) + "end", "O'Brien\tSmith".replacing("\t", with: " "),
    ]

    /// Runs a test with a studio in which Maria has a session for each name, from 2026-12-01 09:00 on.
    private func withSessions(_ body: (Studio, [JSON]) async throws -> Void) async throws {
        try await Studio.with { studio in
            var sessions: [JSON] = []
            for (number, name) in Self.names.enumerated() {
                sessions.append(
                    try await studio.answer(
                        "book", "--client", "guest\(number)@example.com", "--name", name, "--trainer", "maria", "--at",
                        "2026-12-0\(1 + number % 2) \(number / 2 + 9):00"))
            }
            let off = try await studio.reference("Nobody", at: "2026-12-03 09:00")
            try await studio.answer("cancel", off)
            try await body(studio, sessions)
        }
    }

    /// An entry as Python's icalendar reads it.
    private struct Entry: Decodable {
        let uid: String
        let summary: String
        let starts: String
        let ends: String
    }

    @Test(
        "Python's icalendar reads the calendar",
        .enabled(
            if: InstalledPrograms.pythonHas("icalendar"), "needs a Python with icalendar; INTRO_TEST_PYTHON names one"))
    func calendar() async throws {
        try await withSessions { studio, sessions in
            let result = try await studio.intro("schedule", "maria", "--format", "ics")
            #expect(result.exit == 0)
            #expect(result.stdout.hasPrefix("BEGIN:VCALENDAR\r\n"))
            #expect(result.stdout.hasSuffix("END:VCALENDAR\r\n"))
            let lines = result.stdout.utf8.split(separator: UInt8(ascii: "\n"))
            #expect(lines.allSatisfy { $0.last == UInt8(ascii: "\r") && $0.count <= 76 })
            let entries: [Entry] = try Python.run(
                """
                import icalendar, json, sys
                calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
                print(json.dumps([{
                    "uid": str(event["UID"]), "summary": str(event["SUMMARY"]),
                    "starts": event.decoded("DTSTART").strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "ends": event.decoded("DTEND").strftime("%Y-%m-%dT%H:%M:%SZ"),
                } for event in calendar.walk("VEVENT")]))
                """, on: result.stdout.utf8)
            #expect(Set(entries.map(\.uid)).count == sessions.count)
            #expect(Set(entries.map(\.starts)) == Set(sessions.compactMap { $0["starts_at"]?.text }))
            #expect(Set(entries.map(\.ends)) == Set(sessions.compactMap { $0["ends_at"]?.text }))
            for name in sessions.compactMap({ $0["client"]?["name"]?.text }) {
                #expect(entries.contains { $0.summary.contains(name) }, "\(name)")
            }
        }
    }

    @Test(
        "the calendar has no METHOD, and is valid also without sessions",
        .enabled(
            if: InstalledPrograms.pythonHas("icalendar"), "needs a Python with icalendar; INTRO_TEST_PYTHON names one"))
    func feed() async throws {
        try await withSessions { studio, sessions in
            for (trainer, count) in [("maria", sessions.count), ("james", 0)] {
                let result = try await studio.intro("schedule", trainer, "--format", "ics")
                let feed: Feed = try Python.run(
                    """
                    import icalendar, json, sys
                    calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
                    print(json.dumps({
                        "method": calendar.get("METHOD"), "names": [part.name for part in calendar.subcomponents],
                        "errors": [str(error) for part in calendar.walk() for error in getattr(part, "errors", [])],
                    }))
                    """, on: result.stdout.utf8)
                #expect(feed.method == nil)
                #expect(!feed.names.isEmpty, "a calendar has at least one component (RFC 5545, section 3.6)")
                #expect(feed.names.filter { $0 == "VEVENT" }.count == count)
                #expect(feed.errors.isEmpty)
            }
        }
    }

    private struct Feed: Decodable {
        let method: String?
        let names: [String]
        let errors: [String]
    }

    @Test("a session that cannot take place is tentative in the calendar, and names the reason")
    func affected() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-01 09:00")
            try await studio.answer("trainer", "away", "maria", "--from", "2026-12-01", "--until", "2026-12-01")
            let ics = try await studio.intro("schedule", "maria", "--format", "ics").stdout
            #expect(ics.contains("STATUS:TENTATIVE\r\n") && ics.contains("trainer away"))
            let csv = try await studio.intro("schedule", "maria", "--format", "csv").stdout
            let lines = csv.split(separator: "\r\n")
            #expect(lines[0].hasSuffix(",studio,affected") && lines[1].hasSuffix(",downtown,away"))
        }
    }

    @Test("the UIDs of entries are stable, and an empty schedule is a valid calendar")
    func stable() async throws {
        try await withSessions { studio, _ in
            let first = try await studio.intro("schedule", "maria", "--format", "ics")
            let second = try await studio.intro(
                "schedule", "maria", "--format", "ics", now: "2026-11-30T09:00:00-08:00")
            let names = { (text: String) in text.split(separator: "\r\n").filter { $0.hasPrefix("UID:") } }
            #expect(names(first.stdout) == names(second.stdout))
            let none = try await studio.intro("schedule", "james", "--format", "ics")
            #expect(none.exit == 0)
            #expect(none.stdout.contains("BEGIN:VCALENDAR") && !none.stdout.contains("VEVENT"))
        }
    }

    @Test(
        "Python's csv reads the CSV, in which no value is a formula",
        .enabled(if: InstalledPrograms.python != nil, "needs Python"))
    func csv() async throws {
        try await withSessions { studio, sessions in
            let result = try await studio.intro("schedule", "maria", "--format", "csv")
            let rows: [[String: String]] = try Python.run(
                """
                import csv, io, json, sys
                text = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", newline="")
                print(json.dumps(list(csv.DictReader(text, strict=True))))
                """, on: result.stdout.utf8)
            #expect(rows.count == sessions.count)
            #expect(Set(rows.map { $0["reference"] }) == Set(sessions.map { $0["reference"]?.text }))
            #expect(
                rows.allSatisfy { $0["status"] == "booked" && $0["trainer"] == "maria" && $0["studio"] == "downtown" })
            #expect(rows.allSatisfy { row in row.values.allSatisfy { !$0.hasPrefix("=") } })
            #expect(rows.contains { $0["client"] == Self.names[0] })
            #expect(rows.contains { $0["client"] == "Ana;'=1+1;'@SUM(1)" }, "a formula after a semicolon is escaped")
        }
    }

    @Test("--bom begins the CSV with a byte order mark, and is rejected with other formats")
    func byteOrderMark() async throws {
        try await Studio.with { studio in
            try await studio.answer(
                "book", "--client", "jose@example.com", "--name", "José", "--trainer", "maria", "--at",
                "2026-12-01 09:00")
            let plain = try await studio.intro("schedule", "maria", "--format", "csv")
            let marked = try await studio.intro("schedule", "maria", "--format", "csv", "--bom")
            #expect(plain.stdout.hasPrefix("reference,"))
            #expect(Array(marked.stdout.utf8) == [0xEF, 0xBB, 0xBF] + Array(plain.stdout.utf8))
            #expect(try await studio.intro("schedule", "maria", "--bom").exit == 64)
            #expect(try await studio.intro("schedule", "maria", "--format", "ics", "--bom").exit == 64)
            #expect(try await studio.intro("schedule", "--help").stdout.contains("Excel"))
        }
    }

    @Test("the table shows local times, names, status and reference by day, and hours of days without sessions")
    func table() async throws {
        try await withSessions { studio, sessions in
            let result = try await studio.intro("schedule", "maria", "--from", "2026-12-01", "--days", "4")
            #expect(result.exit == 0)
            let days = result.stdout.split(separator: "\n\n").map(String.init)
            #expect(days.count == 5, "the output has a heading and four days")
            #expect(days[0].contains("Maria Lopez"))
            #expect(days[1].contains("Tue Dec 1") && days[1].contains("9:00-9:20 AM"))
            #expect(days[1].contains(sessions[0]["reference"]?.text ?? "-"))
            #expect(days[2].contains("Wed Dec 2") && days[2].contains(Self.names[1]) && days[2].contains("booked"))
            #expect(
                days[3].contains("Thu Dec 3") && days[3].contains("no sessions"), "a cancelled session is not counted")
            #expect(days[4].contains("Fri Dec 4"))
            #expect(days[4].contains("no sessions (7:00 AM-12:00 PM, 1:00-7:00 PM; "))
            #expect(!result.stdout.contains("\u{1B}"))
        }
    }

    @Test("a reader that closes the pipe early is no error")
    func earlyReader() async throws {
        try await Studio.with { studio in
            for command in ["slots --days 60 --limit 100000", "slots --days 60 --limit 100000 --json"] {
                let line = "\"$0\" \(command) --now \(Studio.now) | head -1; exit ${PIPESTATUS[0]}"
                let result = try await IntroBinary.shell(line, environment: studio.environment)
                #expect(result.exit == 0)
                #expect(!result.stdout.isEmpty)
                #expect(result.stderr.isEmpty)
            }
        }
    }
}
