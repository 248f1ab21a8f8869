/// Invalid values for commands about messages: rules, consent, texts, mail and the ledger.
extension BadInput {
    private static let hostile = ["", "\u{202E}", "a\nb", "a\u{1B}[2J", longName]

    static let rules: [[String]] = {
        let options = [
            "--anchor": ["birthday", "Start ", "start,end"] + hostile,
            "--offset": ["soon", "-", "+", "--3d", "-9999d", "+1d", "1.5h", "-99999999999999999999d"] + hostile,
            "--at": ["25:00", "9:60", "noonish", "09:00 09:00"] + hostile.dropFirst(),
            "--channel": ["fax", "email,sms", "mail"] + hostile, "--audience": ["everybody", "clients"] + hostile,
            "--template": ["No Such", "../../etc/passwd", "nobody-wrote-it"] + hostile,
            "--condition": ["maybe", "attended", "no_show", "unconfirmed,attended"] + hostile.dropFirst(),
        ]
        let keys = ["week-", "wöche", "a.b"] + hostile
        let add = ["rules", "add", "week-before", "--anchor", "start", "--template", "one-day"]
        return options.sorted { $0.key < $1.key }.flatMap { option, values in
            values.map { ["rules", "edit", "one-day"] + Self.option(option, $0) }
        }
            + keys.flatMap { key in
                [
                    ["rules", "add", key, "--anchor", "start", "--template", "one-day"], ["rules", "show", key],
                    ["rules", "disable", key], ["rules", "edit", key, "--offset", "0"],
                ]
            }
            + hostile.map { ["rules", "list", "--studio", $0] }
            + [
                add + ["--offset", "+1h"], add + ["--offset", "-2h", "--at", "09:00"],
                add + ["--condition", "attended"],
                ["rules", "add", "Week Before", "--anchor", "start", "--template", "one-day"],
                ["rules", "add", "x", "--anchor", "day", "--template", "one-day"],
                ["rules", "add", "x", "--anchor", "booked", "--offset=-1d", "--template", "one-day"],
                ["rules", "add", "x", "--anchor", "moved", "--offset", "1h", "--template", "one-day"],
                ["rules", "add", "x", "--anchor", "start", "--channel", "sms", "--template", "call-back"],
            ]
    }()

    static let quietHours: [[String]] = {
        let regions = ["USA", "U", "1A", "**", "XX"] + hostile
        let weeks = ["mon 09:00-25:00", "mon 12:00-09:00", "someday 09:00-12:00", "mon", "always", "closed"] + hostile
        return regions.map { ["quiet-hours", "set", $0, "mon 09:00-20:00"] }
            + weeks.map { ["quiet-hours", "set", "US", $0] }
            + (["fax"] + hostile).map { ["quiet-hours", "set", "US", "mon 09:00-20:00", "--channel", $0] }
    }()

    static let suppressions: [[String]] = {
        let addresses =
            ["ana", "ana@", "12", "+1 415", "ana@example.com\r\nBcc: eve@example.com", "ana@example.com,b@c.de"]
            + hostile
        return ["add", "remove", "list"].flatMap { verb in addresses.map { ["suppression", verb, $0] } }
            + (["spite"] + hostile).map { ["suppression", "add", "eve@example.com", "--reason", $0] }
            + hostile.dropFirst().map { ["suppression", "add", "eve@example.com", "--detail", $0] }
    }()

    static let consents: [[String]] = {
        let options = [
            "--channel": ["fax"] + hostile, "--scope": ["never"] + hostile, "--how": Array(hostile.dropFirst()),
        ]
        let noOnes = ["0", "ana@"] + hostile
        return ["opt-out", "opt-in"].flatMap { verb in
            options.sorted { $0.key < $1.key }.flatMap { option, values in
                values.map { ["client", verb, "ana@example.com", option, $0] }
            } + noOnes.map { ["client", verb, $0] }
        }
            + (["4711", "00000000-0000-0000-0000-00000000000g"] + hostile).map { ["client", "opt-out", "--token", $0] }
            + (["tlh", "english"] + hostile.dropFirst()).flatMap { language in
                [
                    ["client", "add", "Eve", "--email", "eve@example.com", "--language", language],
                    ["client", "edit", "ana@example.com", "--language", language],
                ]
            }
    }()

    static let ledger: [[String]] = {
        let references = ["K7Q2", "K7Q2-9FXU", "K7Q2-9FX\u{1B}"] + hostile
        let messages = ["0", "#", "#-1", "1.5", "K7Q2", "99999999999999999999"] + hostile
        let addresses = ["me", "me@example.com\r\nBcc: eve@example.com", "+12135550142"] + hostile
        return references.flatMap { reference in
            [
                ["confirm", reference], ["why", reference], ["reminders", "list", reference],
                ["reminders", "preview", "one-day", "--ref", reference],
                ["reminders", "test", "one-day", "--to", "me@example.com", "--ref", reference],
            ]
        }
            + messages.flatMap {
                [
                    ["reminders", "resend", $0], ["reminders", "settle", $0], ["sms", "done", $0],
                    ["mail", "done", $0], ["mail", "show", $0],
                ]
            }
            + addresses.map { ["reminders", "test", "one-day", "--to", $0] }
            + (["12", "me@example.com"] + hostile).map { ["reminders", "test", "two-hours", "--to", $0] }
            + hostile.map { ["reminders", "preview", $0] }
            + ["tlh", "e"].map { ["reminders", "preview", "one-day", "--language", $0] }
            + ["Feb 30", "soon", ""].map { ["reminders", "plan", "--until", $0] }
            + ["/nonexistent", "/etc/passwd", ""].map { ["templates", "check", $0] }
    }()

    /// Command lines about messages with usage errors: exit code 64.
    static let messageUsage: [[String]] = [
        ["rules", "add", "week-before"], ["rules", "add", "--anchor", "start"], ["rules", "edit", "one-day"],
        ["rules", "edit"], ["rules", "edit", "one-day", "--studio", "downtown"], ["rules", "show"],
        ["rules", "remove", "one-day"], ["rules", "list", "one-day"], ["quiet-hours", "set"],
        ["quiet-hours", "set", "US"], ["quiet-hours", "remove", "US"], ["suppression", "add"],
        ["suppression", "remove"], ["suppression", "add", "-1"], ["client", "opt-out"],
        ["client", "opt-out", "ana@example.com", "--token", "x"], ["client", "opt-in"], ["confirm"], ["why"],
        ["why", "K7Q2-9FXM", "K7Q2-9FXM"], ["reminders", "preview"], ["reminders", "test", "one-day"],
        ["reminders", "test"], ["reminders", "resend"], ["reminders", "settle"],
        ["reminders", "settle", "1", "--outcome", "lost"], ["reminders", "unknown", "1"], ["sms", "done"],
        ["sms", "receive", "STOP"], ["sms", "list", "--closed"], ["mail", "bounce", "report.eml"],
        ["mail", "done"], ["mail", "show"], ["mail", "list", "1"], ["sms", "status", "SM1"], ["sms", "done", "1", "2"],
        ["templates", "check", "a", "b"], ["rules", "edit", "one-day", "--enabled", "no"],
    ]

    /// Standard input that is no text message, delivery status or mail: exit code 65.
    static let inputs: [(command: [String], input: String)] = {
        let neither = [
            "", "\n", "STOP", "[]", "7", "null", #""STOP""#, "{", "{}", "a=b&c",
            #"{"From": "+12135550142", "Body": "STOP"}{"From": "+12135550142", "Body": "START"}"#,
            #"{"From": "+12135550142", "Body": ""# + String(repeating: "x", count: 70_000) + #""}"#,
            String(repeating: #"{"a":"#, count: 10_000),
        ]
        let texts = [
            #"{"Body": "STOP"}"#, #"{"From": "", "Body": "STOP"}"#, #"{"From": {}, "Body": "STOP"}"#, "Body=STOP",
        ]
        let statuses = [
            #"{"MessageSid": "SM1"}"#, "MessageStatus=sent", #"{"MessageSid": [], "MessageStatus": "sent"}"#,
        ]
        return (neither + texts).map { (command: ["sms", "receive"], input: $0) }
            + (neither + statuses).map { (command: ["sms", "status"], input: $0) }
            + ["", "\n", " \t\r\n"].map { (command: ["mail", "bounce"], input: $0) }
    }()
}
