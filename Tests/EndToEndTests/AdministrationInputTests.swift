import Foundation
import Testing

@Suite("invalid input of studio, trainer and client commands")
struct AdministrationInputTests {
    private static let long = String(repeating: "a", count: 10_000)
    private static let newStudio = ["studio", "add", "X", "--id", "x", "--time-zone", "UTC"]
    private static let newClient = ["client", "add", "X", "--email", "x@example.com"]

    private static let names: [[String]] = [
        "", " ", long, "a\nb", "a\r\nb", "a\u{1B}[31mb", "a\u{202E}b", "a\u{1}b", "\u{200B}",
    ].flatMap { name in
        [
            ["studio", "add", name, "--id", "x", "--time-zone", "UTC"], ["studio", "edit", "downtown", "--name", name],
            ["trainer", "add", name, "--id", "x"], ["trainer", "edit", "maria", "--name", name],
            ["client", "add", name, "--email", "x@example.com"], ["client", "edit", "1", "--name", name],
        ]
    }

    private static let zones: [[String]] = ["Mars/Base", "PST", "America/Los_Angeles\n", "../../etc/passwd"].flatMap {
        [newClient + ["--time-zone", $0], ["studio", "add", "X", "--id", "x", "--time-zone", $0]]
    }

    private static let studios: [[String]] =
        [
            ["--stations", "-1"], ["--stations=-1"], ["--stations", "0"], ["--stations", "1001"],
            ["--stations", "two"],
            ["--session-minutes", "0"], ["--session-minutes", "-20"], ["--session-minutes", "99999"],
            ["--turnaround", "-1"], ["--slot-every", "0"], ["--notice", "-2h"], ["--notice", "400d"],
            ["--horizon", "0"], ["--horizon", "99999d"], ["--region", "XX"], ["--phone", "555-0100"],
            ["--email", "a@b.com\r\nBcc: c@example.com"], ["--address", "a\nb"], ["--address", long],
        ].map { newStudio + $0 }
        + ["", "a b", "-a", "ü", long].map { ["studio", "add", "X", "--time-zone", "UTC", "--id", $0] }
        + [
            ["2026-12-02", "2026-12-01", "--reason", "x"], ["2026-13-01", "2026-12-02", "--reason", "x"],
            ["2026-12-01", "2026-12-02", "--reason", ""], ["2026-12-01", "2026-12-02"], ["x", "y", "--reason", "x"],
        ].map { ["studio", "close", "downtown"] + $0 }

    private static let hours: [[String]] =
        [
            ["mon 25:00-26:00"], ["mon 10:00-09:00"], ["mon 09:00-12:00 11:00-13:00"], ["mun 09:00-10:00"], ["mon"],
            ["mon-fri 09:00-12:00; tue 11:00-13:00"], ["mon 09:00-24:01"], [long],
            ["mon 09:00-10:00", "--from", "2026-02-30"], ["mon 09:00-10:00", "--until", "2020-01-01"],
            ["mon 09:00-10:00", "--from", "2026-12-02", "--until", "2026-12-01"],
        ].map { ["trainer", "hours", "maria", "--set"] + $0 }
        + [["--from", "2026-12-01"], ["--until", "2026-12-01"]].map { ["trainer", "hours", "maria"] + $0 }

    private static let trainers: [[String]] =
        ["0", "-1", "1001", "x"].map { ["trainer", "edit", "maria", "--daily-limit", $0] }
        + [
            ["--from", "2026-12-02", "--until", "2026-12-01"], ["--from", "2026-02-30", "--until", "2026-03-01"],
            ["--from", "2026-12-01 25:00", "--until", "2026-12-02"], ["--from", "2026-12-01"],
            ["--from", "2026-12-01 09:00", "--until", "2026-12-01 09:00"],
            ["--from", "2026-12-01", "--until", "2026-12-01", "--reason", "a\u{1B}b"],
            ["--remove", "-1"], ["--remove", "x"], ["--list", "--remove", "1"], [],
        ].map { ["trainer", "away", "maria"] + $0 }

    private static let clients: [[String]] =
        [
            ["--email", "a@b.com\r\nBcc: c@example.com"], ["--email", "a@b"], ["--phone", "12"], ["--phone", long],
            ["--email", ""], [],
        ].map { ["client", "add", "X"] + $0 }
        + [["--phone", "555-0100"], ["--source", "a\u{1B}b"]].map { newClient + $0 }

    private static let everything = names + zones + studios + hours + trainers + clients

    @Test("rejects invalid input with 64 or 65 and one message, and changes nothing")
    func badInput() async throws {
        try await CommandFixture.with { fixture in
            try await fixture.open()
            _ = try await fixture.object("client", "add", "Ana", "--email", "ana@example.com")
            let before = try await fixture.contents()
            try await withThrowingTaskGroup { group in
                var lines = Self.everything.makeIterator()
                // Eight at a time: each is a process.
                for line in (0..<8).compactMap({ _ in lines.next() }) {
                    group.addTask { try await Self.expectRefusal(of: line, by: fixture) }
                }
                while try await group.next() != nil {
                    guard let line = lines.next() else { continue }
                    group.addTask { try await Self.expectRefusal(of: line, by: fixture) }
                }
            }
            #expect(try await fixture.contents() == before)
        }
    }

    private static func expectRefusal(of line: [String], by fixture: CommandFixture) async throws {
        let result = try await fixture.run(line + ["--json"])
        let shown = line.map { $0.prefix(40) }
        #expect([64, 65].contains(result.exit), "\(shown) ended with \(result.exit)")
        #expect(result.stdout.isEmpty, "\(shown)")
        #expect(result.error?.hint.isEmpty == false, "\(shown)")
        #expect(result.stderr.split(separator: "\n").count == 1, "\(shown)")
        let isHarmless = result.stderr.unicodeScalars.allSatisfy { !["\u{1B}", "\u{202E}"].contains($0) }
        #expect(isHarmless, "\(shown)")
    }

    @Test("rejects a number out of range with 65, whether written as --option VALUE or --option=VALUE")
    func numbers() async throws {
        try await CommandFixture.with { fixture in
            for option in [["--stations", "-1"], ["--stations=-1"], ["--stations", "0"], ["--horizon", "99999d"]] {
                let result = try await fixture.run(Self.newStudio + option)
                #expect(result.exit == 65)
            }
        }
    }

    @Test(
        "an unknown studio, trainer or client exits with 4",
        arguments: [
            ["studio", "show", "nowhere"], ["studio", "edit", "nowhere", "--stations", "2"],
            ["studio", "close", "nowhere", "2026-12-01", "2026-12-02", "--reason", "x"],
            ["trainer", "show", "nobody"], ["trainer", "edit", "nobody", "--name", "X"],
            ["trainer", "retire", "nobody"],
            ["trainer", "hours", "nobody"], ["trainer", "hours", "nobody", "--set", "none"],
            ["trainer", "hours", "maria", "--studio", "nowhere"], ["trainer", "away", "nobody", "--list"],
            ["trainer", "list", "--studio", "nowhere"],
            ["trainer", "add", "X", "--id", "x", "--studio", "nowhere"], ["client", "edit", "99", "--name", "X"],
        ])
    func missing(line: [String]) async throws {
        try await CommandFixture.with { fixture in
            try await fixture.open()
            let result = try await fixture.run(line + ["--json"])
            #expect(result.exit == 4)
            #expect(result.error?.code == "not_found")
        }
    }
}
