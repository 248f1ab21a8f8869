import Testing

@testable import intro

@Suite("Screen")
struct ScreenTests {
    @Test("a line is cut to the columns that its characters take, and then coloured")
    func columns() {
        #expect(ScreenLine("abcdef").text(columns: 4, colored: false) == "abcd")
        #expect(ScreenLine("日本語").text(columns: 5, colored: false) == "日本")
        #expect(ScreenLine("abcdef", .warning).text(columns: 3, colored: true) == "\u{1B}[1;31mabc\u{1B}[0m")
        #expect(ScreenLine("a\u{1B}[2Jb").text(columns: 80, colored: false) == #"a\e[2Jb"#)
    }

    @Test("parts that do not fit are cut where they are longest, and tell how much is missing")
    func rows() {
        let parts = [part("head", 1), part("long", 8), part("short", 3)]
        #expect(ScreenPart.lines(parts, rows: 14).map(\.text).count == 14)
        let lines = ScreenPart.lines(parts, rows: 10).map(\.text)
        #expect(lines == ["head 1", "", "long 1", "long 2", "long 3", "… 5 more", "", "short 1", "short 2", "short 3"])
        #expect(ScreenPart.lines(parts, rows: 2).count == 2)
    }

    @Test("a table without rows says so")
    func table() {
        let part = ScreenPart(Table([.init("NAME")]), orElse: "nobody")
        #expect(part.lines == [ScreenLine("nobody", .label)])
        let full = ScreenPart(Table([.init("NAME")], rows: [["ana"]]), orElse: "nobody")
        #expect(full.lines == [ScreenLine("NAME", .label), ScreenLine("ana")])
    }

    private func part(_ name: String, _ count: Int) -> ScreenPart {
        ScreenPart((1...count).map { ScreenLine("\(name) \($0)") })
    }
}

@Suite("Short times")
struct ShortTimeTests {
    @Test(
        "are typed with a unit, or as seconds",
        arguments: [
            ("2", 2000), ("500ms", 500), ("1s", 1000), ("100ms", 100), ("2m", 120_000), ("1h", 3_600_000),
        ])
    func read(_ text: String, _ milliseconds: Int) throws {
        #expect(try parseShortDuration(text, field: "--interval") == .milliseconds(milliseconds))
    }

    @Test(
        "are refused where they are none, too short or too long",
        arguments: [
            "", "s", "0", "99ms", "61m", "2h", "1d", "1.5s", "-1s", "1 s", "9999999999999999999", "٣s",
        ])
    func refused(_ text: String) {
        #expect(throws: (any Error).self) { try parseShortDuration(text, field: "--interval") }
    }

    @Test(
        "are told in the largest unit that fits",
        arguments: [
            (0, "0s"), (59, "59s"), (60, "1m"), (3599, "59m"), (3600, "1h"), (86_399, "23h"), (86_400, "1d"),
            (-5, "0s"),
        ])
    func age(_ seconds: Int, _ text: String) {
        #expect(CompactDuration.text(.seconds(seconds)) == text)
    }
}
