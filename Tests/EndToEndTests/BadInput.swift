/// Command lines with something wrong in them; the commands are otherwise ones that the sample studio would carry out.
enum BadInput {
    /// Values that are not valid: 65.
    static let values: [[String]] = names + contacts + times + hours + numbers + words

    /// Command lines that cannot be understood: 64.
    static let usage: [[String]] = [
        ["bok"], ["book"], ["book", "--client", "ana@example.com"], ["book", "--at", "2026-12-01 09:00"],
        ["book", "--client", "ana@example.com", "--at", "2026-12-01 09:00", "--colour", "red"],
        ["slots", "everywhere"], ["slots", "--days"], ["schedule"], ["schedule", "maria", "james"],
        ["schedule", "maria", "--format", "pdf"], ["slots", "--color", "sometimes"], ["setup", "--sample", "--check"],
        ["reminders"], ["reminders", "sent"], ["reminders", "list", "--status", "lost"], ["studio"],
        ["studio", "add", "Uptown"], ["studio", "add", "Uptown", "--id", "uptown"],
        ["studio", "close", "downtown", "2026-12-24"],
        ["studio", "close", "downtown", "2026-12-24", "2026-12-26"], ["studio", "edit", "downtown"],
        ["trainer", "edit", "maria"], ["client", "edit", "ana@example.com"], ["client", "add", "Ana"],
        ["trainer", "away", "maria"], ["trainer", "away", "maria", "--from", "2026-12-24"],
        ["trainer", "away", "maria", "--list", "--remove", "1"], ["trainer", "hours", "maria", "--from", "2026-12-24"],
        ["show"], ["cancel"], ["local"],
    ]

    private static let longName = String(repeating: "x", count: 10_000)
    private static let rightToLeftOverride = "Ana \u{202E}zehcnaS"

    private static func book(_ more: String...) -> [String] {
        ["book", "--client", "ana@example.com", "--name", "Ana", "--at", "2026-12-01 09:00"] + more
    }

    private static func studio(_ more: String...) -> [String] {
        ["studio", "add", "Uptown", "--id", "uptown", "--time-zone", "America/New_York"] + more
    }

    private static let names = [
        longName, "", "   ", "Ana\nRuiz", "Ana\rRuiz", "Ana\u{1B}[31mRuiz", "Ana\u{7}", rightToLeftOverride,
        "Ana\u{2028}Ruiz",
        "\u{200B}\u{200D}", String(repeating: "x\u{302}", count: 201),
        "x" + String(repeating: "\u{302}", count: 10_000),
    ].flatMap { name in
        [
            ["book", "--client", "ana@example.com", "--name", name, "--at", "2026-12-01 09:00"],
            ["studio", "add", name, "--id", "uptown", "--time-zone", "America/New_York"],
            ["studio", "edit", "downtown", "--name", name],
            ["trainer", "add", name, "--id", "zoe", "--studio", "downtown"],
            ["client", "add", name, "--email", "ana@example.com"],
        ]
    }

    private static let contacts =
        [
            "ana@example.com\r\nBcc: eve@example.com", "ana@example.com\r\n", "ana\u{1B}@example.com", "ana", "ana@",
            "@example.com",
            "ana@example", "ana@exam ple.com", "ana@@example.com", "a..b@example.com", "<ana@example.com>", "",
            String(repeating: "a", count: 65) + "@example.com", "ana@" + String(repeating: "e", count: 10_000) + ".com",
            "ana@ex\u{202E}ample.com", "ana@example.com,eve@example.com", "ана@example.com",
        ].flatMap { email in
            [
                ["client", "add", "Ana", "--email", email], studio("--email", email),
                ["trainer", "edit", "maria", "--email", email],
                ["book", "--client", "4155550123", "--name", "Ana", "--email", email, "--at", "2026-12-01 09:00"],
                ["book", "--client", email, "--name", "Ana", "--at", "2026-12-01 09:00"],
            ]
        }
        + [
            "12", "+1 415", "phone", "+999 123 456 789", "(415) 555-01234567890", "-4155550123", "415\n5550123", "",
            String(repeating: "4", count: 10_000),
        ].flatMap { phone in
            [
                ["client", "add", "Ana", "--phone", phone], studio("--phone", phone), book("--phone", phone),
                ["trainer", "edit", "maria", "--phone", phone],
            ]
        }

    private static let times =
        [
            "2026-12-01 25:00", "2026-12-01 24:00", "2026-12-01 09:60", "2026-02-30 09:00", "2026-13-01 09:00",
            "2026-12-00 09:00", "2026-12-01", "tomorrow", "soon", "", "9am tomorrow morning",
            "2026-12-01T09:00:00+25:00",
            "20261201 0900", "99999-12-01 09:00", "-2026-12-01 09:00", "2026-12-01 09:00 Mars/Olympus", "now\n",
            String(repeating: "9", count: 10_000),
        ].map { ["book", "--client", "ana@example.com", "--name", "Ana", "--at=\($0)"] } + [
            ["slots", "--from", "2026-02-30"], ["slots", "--from", "25:00"],
            ["schedule", "maria", "--from", "yesterweek"],
            ["agenda", "downtown", "--on", "2026-02-30"], ["reminders", "send", "--until", "Feb 30"],
            ["trainer", "away", "maria", "--from", "2026-12-26", "--until", "2026-12-24"],
            ["trainer", "away", "maria", "--from", "2026-12-24 09:00", "--until", "2026-12-24 09:00"],
            ["trainer", "away", "maria", "--from", "2026-02-30", "--until", "2026-03-01"],
            ["trainer", "away", "maria", "--from", "2026-12-24", "--until", "2026-12-24 25:00"],
            ["studio", "close", "downtown", "2026-12-26", "2026-12-24", "--reason", "holiday"],
            ["studio", "close", "downtown", "2026-12-24", "2026-02-30", "--reason", "holiday"],
            ["studio", "close", "downtown", "2026-12-24", "2026-12-26", "--reason", ""],
            ["studio", "close", "downtown", "2026-12-24", "2026-12-26", "--reason", "a\u{1B}[2J"],
        ]

    private static let hours =
        [
            "mon 09:00-25:00", "mon 12:00-09:00", "mon 09:00-09:00", "mon 09:00-12:00 11:00-13:00",
            "mon-wed 09:00-12:00; tue 11:00-13:00", "mon", "", "someday 09:00-12:00", "mon 9-", "mon 24:00-25:00",
            "mon 09:00-12:00;; tue", "mon -09:00-12:00", "mon 22:00-02:00", "mon 09:60-12:00", "mon\n09:00-12:00 x",
            String(repeating: "mon 09:00-12:00;", count: 1_000),
        ].map { ["trainer", "hours", "maria", "--set=\($0)"] } + [
            ["trainer", "hours", "maria", "--set", "mon 09:00-12:00", "--from", "2026-02-30"],
            ["trainer", "hours", "maria", "--set", "mon 09:00-12:00", "--from", "2026-12-24", "--until", "2026-12-23"],
            ["trainer", "hours", "maria", "--set", "mon 09:00-12:00", "--until", "2026-11-29"],
        ]

    private static let numbers =
        [
            ("--stations", ["0", "-1", "1001", "two", "", "1.5", "99999999999999999999"]),
            ("--session-minutes", ["0", "-20", "481", "4", "x", "99999999999999999999"]),
            ("--turnaround", ["-10", "481", "x"]), ("--slot-every", ["0", "-30", "1441", "x"]),
            ("--notice", ["-2h", "9999d", "soon", "2x", ""]),
            ("--horizon", ["0", "-60d", "99999999w", "1000000000d", "x"]),
            ("--region", ["XX", "USA", "u", ""]),
            ("--time-zone", ["Mars/Olympus", "PST8", "+02:00", "", "../etc/passwd", "utc\n"]),
        ].flatMap { option, values in
            values.flatMap { value in
                option == "--time-zone"
                    ? [
                        ["studio", "add", "Uptown", "--id", "uptown", option, value],
                        ["studio", "edit", "downtown", option, value],
                    ]
                    : [studio(option, value), ["studio", "edit", "downtown", option, value]]
            }
        } + ["0", "-1", "1001", "x", "99999999999999999999"].map { ["trainer", "edit", "maria", "--daily-limit", $0] }
        + [
            ["slots", "--limit", "0"], ["slots", "--limit", "-5"], ["slots", "--limit", "99999999999999999999"],
            ["slots", "--days", "0"], ["slots", "--days", "-7"], ["slots", "--days", "1000000"],
            ["slots", "--days", "week"],
            ["schedule", "maria", "--days", "0"], ["schedule", "maria", "--days", "-1"],
            ["schedule", "maria", "--days", "99999999999999999999"], ["reminders", "send", "--limit", "-1"],
            ["reminders", "send", "--limit", "many"], ["trainer", "away", "maria", "--remove", "-1"],
            ["trainer", "away", "maria", "--remove", "x"], ["client", "show", "0"], ["client", "show", "-1"],
        ]

    private static let words: [[String]] = [
        ["studio", "add", "Uptown", "--id", "Up Town", "--time-zone", "America/New_York"],
        ["studio", "add", "Uptown", "--id", "", "--time-zone", "America/New_York"],
        ["studio", "add", "Uptown", "--id", "-uptown-", "--time-zone", "America/New_York"],
        ["studio", "add", "Uptown", "--id", longName, "--time-zone", "America/New_York"],
        ["trainer", "add", "Zoe", "--id", "zoë"], ["trainer", "add", "Zoe", "--id", "zoe\n"],
        studio("--address", "1 Main St\r\nX-Header: 1"), studio("--address", longName),
        book("--source", "a\nb"), book("--source", longName), book("--override", ""), book("--override", "\u{202E}"),
        book("--request-id", ""), book("--request-id", "a\nb"), book("--request-id", longName),
        book("--trainer", "no such handle"), book("--studio", "down_town"),
        ["book", "--client", "", "--name", "Ana", "--at", "2026-12-01 09:00"],
        ["book", "--client", "Ana Ruiz", "--name", "Ana", "--at", "2026-12-01 09:00"],
        ["show", "K7Q2"], ["show", "K7Q2-9FXU"], ["show", ""], ["show", longName], ["cancel", "K7Q2-9FX\u{1B}"],
        ["client", "add", "Ana", "--email", "ana@example.com", "--time-zone", "Mars/Olympus"],
        ["book", "--client", "ana@example.com", "--name", "Ana", "--at", "2026-12-01 09:00", "--as", "a\nb"],
        ["slots", "--as", ""],
    ]
}
