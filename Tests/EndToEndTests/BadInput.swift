/// Command lines with one error each, which would succeed on the sample studio otherwise.
enum BadInput {
    /// Command lines with invalid values: exit code 65.
    static let values: [[String]] =
        [
            names, emails, phones, times, hours, studioRules, numbers, words, rules, quietHours, suppressions, consents,
            ledger,
        ].flatMap(\.self)

    /// Command lines with usage errors: exit code 64.
    static let usage: [[String]] = [
        ["bok"], ["book"], ["book", "--client", "ana@example.com"], ["book", "--at", "2026-12-01 09:00"],
        book("--colour", "red"), ["slots", "everywhere"], ["slots", "--days"], ["schedule"],
        ["schedule", "maria", "james"], ["schedule", "maria", "--format", "pdf"], ["slots", "--color", "sometimes"],
        ["setup", "--sample", "--check"], ["reminders", "sent"], ["reminders", "list", "--status", "lost"],
        ["studio", "add", "Uptown"], ["studio", "add", "Uptown", "--id", "uptown"],
        ["studio", "close", "downtown", "2026-12-24"], ["studio", "close", "downtown", "2026-12-24", "2026-12-26"],
        ["studio", "edit", "downtown"], ["trainer", "edit", "maria"], ["client", "edit", "ana@example.com"],
        ["client", "add", "Ana"], ["client", "show", "-1"], ["trainer", "away", "maria"],
        ["trainer", "away", "maria", "--from", "2026-12-24"],
        ["trainer", "away", "maria", "--list", "--remove", "1"],
        ["trainer", "hours", "maria", "--from", "2026-12-24"], ["show"], ["cancel"],
    ]

    static let longName = String(repeating: "x", count: 10_000)
    private static let newStudio = ["studio", "add", "Uptown", "--id", "uptown", "--time-zone", "America/New_York"]

    private static func book(_ more: String...) -> [String] {
        ["book", "--client", "ana@example.com", "--name", "Ana", "--at", "2026-12-01 09:00"] + more
    }

    /// An option and its value in one argument if the value is not empty: a value may begin with a dash.
    static func option(_ name: String, _ value: String) -> [String] {
        value.isEmpty ? [name, value] : ["\(name)=\(value)"]
    }

    private static let names: [[String]] = {
        let names = [
            longName, "", "   ", "Ana\nRuiz", "Ana\rRuiz", "Ana\u{1B}[31mRuiz", "Ana\u{7}", "Ana \u{202E}ziuR",
            "Ana\u{2028}Ruiz", "\u{200B}\u{200D}", String(repeating: "x\u{302}", count: 201),
            "x" + String(repeating: "\u{302}", count: 10_000),
        ]
        let fixture = [
            ["studio", "add", longName, "--id", "uptown", "--time-zone", "America/New_York"],
            ["studio", "edit", "downtown", "--name", "Down\ntown"], ["trainer", "add", "\u{202E}", "--id", "zoe"],
            ["trainer", "edit", "maria", "--name", "Maria\u{1B}[0m"],
        ]
        return fixture
            + names.flatMap { name -> [[String]] in
                [
                    ["book", "--client", "ana@example.com", "--name", name, "--at", "2026-12-01 09:00"],
                    ["client", "add", name, "--email", "ana@example.com"],
                ]
            }
    }()

    private static let emails: [[String]] = {
        let emails = [
            "ana@example.com\r\nBcc: eve@example.com", "ana@example.com\r\n", "ana\u{1B}@example.com", "ana", "ana@",
            "@example.com", "ana@example", "ana@exam ple.com", "ana@@example.com", "a..b@example.com",
            "<ana@example.com>", "", String(repeating: "a", count: 65) + "@example.com", "ana@ex\u{202E}ample.com",
            "ana@" + String(repeating: "e", count: 10_000) + ".com", "ana@example.com,eve@example.com",
            "ана@example.com",
        ]
        let asNew = ["book", "--client", "4155550123", "--name", "Ana", "--at", "2026-12-01 09:00", "--email"]
        let fixture = [newStudio + ["--email", emails[0]], ["trainer", "edit", "maria", "--email", emails[0]]]
        return emails.map { ["client", "add", "Ana", "--email", $0] }
            + emails.prefix(4).map { ["book", "--client", $0, "--name", "Ana", "--at", "2026-12-01 09:00"] }
            + emails.prefix(4).map { asNew + [$0] } + fixture
    }()

    private static let phones: [[String]] = {
        let phones = [
            "12", "+1 415", "phone", "+999 123 456 789", "(415) 555-01234567890", "415-555-O123", "415\n5550123", "",
            String(repeating: "4", count: 10_000),
        ]
        let fixture = [newStudio + ["--phone", phones[0]], ["trainer", "edit", "maria", "--phone", phones[0]]]
        return phones.map { ["client", "add", "Ana"] + option("--phone", $0) }
            + phones.prefix(4).map { book() + option("--phone", $0) } + fixture
    }()

    private static let times: [[String]] = {
        let starts = [
            "2026-12-01 25:00", "2026-12-01 24:00", "2026-12-01 09:60", "2026-02-30 09:00", "2026-13-01 09:00",
            "2026-12-00 09:00", "2026-12-01", "tomorrow", "soon", "", "9am tomorrow 10am", "9pm tomorrow morning",
            "2026-12-01T09:00:00+25:00", "20261201 0900", "99999-12-01 09:00", "-2026-12-01 09:00",
            "2026-12-01 09:00 Mars/Olympus", "now\n", String(repeating: "9", count: 10_000),
        ]
        let stretches = [
            ["2026-12-26", "2026-12-24"], ["2026-12-24 09:00", "2026-12-24 09:00"], ["2026-02-30", "2026-03-01"],
            ["2026-12-24", "2026-02-30"], ["2026-12-24", "2026-12-24 25:00"], ["", "2026-12-24"],
        ]
        return starts.map { ["book", "--client", "ana@example.com", "--name", "Ana"] + option("--at", $0) }
            + stretches.map { ["trainer", "away", "maria", "--from", $0[0], "--until", $0[1]] }
            + stretches.map { ["studio", "close", "downtown", $0[0], $0[1], "--reason", "holiday"] }
            + [
                ["slots", "--from", "2026-02-30"], ["slots", "--from", "25:00"],
                ["schedule", "maria", "--from", "yesterweek"], ["agenda", "downtown", "--on", "2026-02-30"],
                ["reminders", "send", "--until", "Feb 30"], ["reminders", "send", "--until", ""],
            ]
    }()

    private static let hours: [[String]] = {
        let weeks = [
            "mon 09:00-25:00", "mon 12:00-09:00", "mon 09:00-09:00", "mon 09:00-12:00 11:00-13:00",
            "mon-wed 09:00-12:00; tue 11:00-13:00", "mon", "", "someday 09:00-12:00", "mon 9-", "mon 24:00-25:00",
            "mon 09:00-12:00;; tue", "mon -09:00-12:00", "mon 22:00-02:00", "mon 09:60-12:00", "mon\n09:00-12:00 x",
            String(repeating: "mon 09:00-12:00;", count: 1_000),
        ]
        let good = ["trainer", "hours", "maria", "--set", "mon 09:00-12:00"]
        return weeks.map { ["trainer", "hours", "maria"] + option("--set", $0) }
            + [
                good + ["--from", "2026-02-30"], good + ["--from", "2026-12-24", "--until", "2026-12-23"],
                good + ["--until", "2026-11-29"], good + ["--from", "soon"],
            ]
    }()

    private static let studioRules: [[String]] = {
        let rules = [
            "--stations": ["0", "-1", "1001", "two", "", "1.5", "99999999999999999999"],
            "--session-minutes": ["0", "-20", "481", "4", "x", "99999999999999999999"],
            "--turnaround": ["-10", "481", "x"], "--slot-every": ["0", "-30", "1441", "x"],
            "--notice": ["-2h", "9999d", "soon", "2x", ""],
            "--horizon": ["0", "-60d", "99999999w", "1000000000d", "99999999999999999999d"],
            "--region": ["XX", "USA", "u", ""],
        ]
        let zones = ["Mars/Olympus", "PST8", "+02:00", "", "../etc/passwd", "utc\n"]
        return rules.flatMap { rule, values in values.map { ["studio", "edit", "downtown", rule, $0] } }
            + rules.compactMap { rule, values in values.first.map { newStudio + [rule, $0] } }
            + zones.map { ["studio", "add", "Uptown", "--id", "uptown", "--time-zone", $0] }
            + [["studio", "edit", "downtown", "--time-zone", zones[0]]]
    }()

    private static let numbers: [[String]] =
        ["0", "-1", "1001", "x", "99999999999999999999"].map { ["trainer", "edit", "maria", "--daily-limit", $0] } + [
            ["slots", "--limit", "0"], ["slots", "--limit", "-5"], ["slots", "--limit", "99999999999999999999"],
            ["slots", "--days", "0"], ["slots", "--days", "-7"], ["slots", "--days", "1000000"],
            ["slots", "--days", "week"], ["schedule", "maria", "--days", "0"], ["schedule", "maria", "--days", "-1"],
            ["schedule", "maria", "--days", "99999999999999999999"], ["reminders", "send", "--limit", "-1"],
            ["reminders", "send", "--limit", "many"], ["trainer", "away", "maria", "--remove", "-1"],
            ["trainer", "away", "maria", "--remove", "x"], ["client", "show", "0"],
        ]

    private static let words: [[String]] = [
        ["studio", "add", "Uptown", "--id", "Up Town", "--time-zone", "America/New_York"],
        ["studio", "add", "Uptown", "--id", "", "--time-zone", "America/New_York"],
        ["studio", "add", "Uptown", "--id=-uptown-", "--time-zone", "America/New_York"],
        ["studio", "add", "Uptown", "--id", longName, "--time-zone", "America/New_York"],
        ["trainer", "add", "Zoe", "--id", "zoë"], ["trainer", "add", "Zoe", "--id", "zoe\n"],
        newStudio + ["--address", "1 Main St\r\nX-Header: 1"], newStudio + ["--address", longName],
        book("--source", "a\nb"), book("--source", longName), book("--override", ""), book("--override", "\u{202E}"),
        book("--request-id", ""), book("--request-id", "a\nb"), book("--request-id", longName),
        book("--trainer", "no_such_handle"), book("--studio", "down_town"), book("--as", "a\nb"),
        ["book", "--client", "", "--name", "Ana", "--at", "2026-12-01 09:00"],
        ["book", "--client", "Ana Ruiz", "--name", "Ana", "--at", "2026-12-01 09:00"],
        ["show", "K7Q2"], ["show", "K7Q2-9FXU"], ["show", ""], ["show", longName], ["cancel", "K7Q2-9FX\u{1B}"],
        ["studio", "close", "downtown", "2026-12-24", "2026-12-26", "--reason", ""],
        ["studio", "close", "downtown", "2026-12-24", "2026-12-26", "--reason", "a\u{1B}[2J"],
        ["client", "add", "Ana", "--email", "ana@example.com", "--time-zone", "Mars/Olympus"], ["slots", "--as", ""],
    ]
}
