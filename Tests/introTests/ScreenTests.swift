import Testing

@testable import intro

@Suite("screen layout")
struct ScreenTests {
    @Test("truncates a line by display width before colouring it")
    func columns() {
        #expect(ScreenLine("abcdef").text(columns: 4, colored: false) == "abcd")
        #expect(ScreenLine("日本語").text(columns: 5, colored: false) == "日本")
        #expect(ScreenLine("abcdef", .warning).text(columns: 3, colored: true) == "\u{1B}[1;31mabc\u{1B}[0m")
        #expect(ScreenLine("a\u{1B}[2Jb").text(columns: 80, colored: false) == #"a\e[2Jb"#)
    }

    @Test("truncates the longest parts that do not fit, and shows the number of omitted lines")
    func rows() {
        let parts = [part("head", 1), part("long", 8), part("short", 3)]
        #expect(ScreenPart.lines(parts, rows: 14).map(\.text).count == 14)
        let lines = ScreenPart.lines(parts, rows: 10).map(\.text)
        #expect(lines == ["head 1", "", "long 1", "long 2", "long 3", "… 5 more", "", "short 1", "short 2", "short 3"])
        #expect(ScreenPart.lines(parts, rows: 2).count == 2)
    }

    @Test("shows the given text for a table without rows")
    func table() {
        let part = ScreenPart(Table([.init("NAME")]), orElse: "empty")
        #expect(part.lines == [ScreenLine("empty", .label)])
        let full = ScreenPart(Table([.init("NAME")], rows: [["ana"]]), orElse: "empty")
        #expect(full.lines == [ScreenLine("NAME", .label), ScreenLine("ana")])
    }

    private func part(_ name: String, _ count: Int) -> ScreenPart {
        ScreenPart((1...count).map { ScreenLine("\(name) \($0)") })
    }
}

@Suite("short durations")
struct ShortTimeTests {
    @Test(
        "accepts a number with a unit, or of seconds",
        arguments: [
            ("2", 2000), ("500ms", 500), ("1s", 1000), ("100ms", 100), ("2m", 120_000), ("1h", 3_600_000),
        ])
    func read(_ text: String, _ milliseconds: Int) throws {
        #expect(try parseShortDuration(text, field: "--interval") == .milliseconds(milliseconds))
    }

    @Test(
        "rejects an invalid, too short or too long duration",
        arguments: [
            "", "s", "0", "99ms", "61m", "2h", "1d", "1.5s", "-1s", "1 s", "9999999999999999999", "٣s",
        ])
    func refused(_ text: String) {
        #expect(throws: (any Error).self) { try parseShortDuration(text, field: "--interval") }
    }

    @Test(
        "shows a duration in the largest unit that fits",
        arguments: [
            (0, "0s"), (59, "59s"), (60, "1m"), (3599, "59m"), (3600, "1h"), (86_399, "23h"), (86_400, "1d"),
            (-5, "0s"),
        ])
    func age(_ seconds: Int, _ text: String) {
        #expect(CompactDuration.text(.seconds(seconds)) == text)
    }
}
