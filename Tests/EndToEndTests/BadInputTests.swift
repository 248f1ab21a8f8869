import Postgres
import Testing

@Suite("invalid input")
struct BadInputTests {
    /// Runs command lines, four at a time, and expects that none of them changes the database.
    private func refuse(_ commands: [[String]], with exit: Int32) async throws {
        try await refuse(commands.map { (command: $0, input: "") }, with: exit)
    }

    private func refuse(_ commands: [(command: [String], input: String)], with exit: Int32) async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-02 09:00")
            let before = try await studio.fingerprint()
            let desks = 4
            _ = try await atOnce(desks) { desk in
                for command in commands.enumerated() where command.offset % desks == desk {
                    try await refuse(command.element.command, command.element.input, with: exit, in: studio)
                }
            }
            #expect(try await studio.fingerprint() == before)
        }
    }

    private func refuse(_ command: [String], _ input: String, with exit: Int32, in studio: Studio) async throws {
        let result = try await studio.intro(command + ["--json"], stdin: input)
        let comment = Comment(rawValue: "\(command.map { $0.prefix(60) }): \(result.stdout)\(result.stderr)")
        #expect(result.exit == exit, comment)
        #expect(result.stdout.isEmpty, comment)
        #expect(result.stderr.filter(\.isNewline).count == 1, comment)
        #expect(result.stderr.utf8.count < 2_000, comment)
        #expect(result.error?.code == (exit == 64 ? "usage" : "invalid_input"), comment)
        // No `#require`: one bad command line must not hide the others.
        guard let error = result.error else { return }
        #expect(!error.message.isEmpty && !error.hint.isEmpty, comment)
        #expect(!hasTerminalControl(error.message + error.hint), comment)
        #expect(!error.message.contains("SQLSTATE"), comment)
    }

    /// Whether a text contains characters that control a terminal.
    private func hasTerminalControl(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            (scalar.properties.generalCategory == .control && scalar != "\n")
                || ("\u{202A}"..."\u{202E}").contains(scalar)
        }
    }

    @Test("rejects an invalid value with 65 and one message, and changes nothing")
    func values() async throws {
        try await refuse(BadInput.values, with: 65)
    }

    @Test("rejects a wrong command line with 64 and one message, and changes nothing")
    func usage() async throws {
        try await refuse(BadInput.usage + BadInput.messageUsage, with: 64)
    }

    @Test("rejects invalid standard input with 65 and one message, and changes nothing")
    func inputs() async throws {
        try await refuse(BadInput.inputs, with: 65)
    }

    @Test(
        "a command group without a subcommand shows its help",
        arguments: [
            "studio", "trainer", "client", "reminders", "local", "rules", "quiet-hours", "suppression", "sms", "mail",
            "templates",
        ])
    func group(name: String) async throws {
        let result = try await IntroBinary.run(name)
        #expect(result.exit == 0)
        #expect(result.stdout.contains("USAGE: intro \(name) "))
    }

    @Test("requires a studio by name when there are several")
    func undecided() async throws {
        try await Studio.with { studio in
            try await studio.answer("studio", "add", "Uptown", "--id", "uptown", "--time-zone", "America/New_York")
            for command in [
                ["book", "--client", "ana@example.com", "--name", "Ana", "--at", "2026-12-01 09:00"],
                ["trainer", "add", "Zoe", "--id", "zoe"],
            ] {
                let result = try await studio.intro(command + ["--json"])
                #expect(result.exit == 64)
                #expect(result.error?.hint.contains("downtown, uptown") == true)
            }
            let agenda = try await studio.intro("agenda", "--json")
            #expect(agenda.exit == 64 && agenda.error?.hint == "add --studio with one of downtown, uptown")
            for words in [["agenda", "--studio", "uptown"], ["agenda", "uptown"]] {
                #expect(try await studio.answer(words) == .list([]))
            }
            #expect(try await studio.intro("agenda", "uptown", "--studio", "uptown").exit == 64)
        }
    }

    @Test("rejects the addition of an existing studio, trainer or client")
    func duplicates() async throws {
        try await Studio.with { studio in
            try await studio.answer("client", "add", "Ana", "--email", "ana@example.com")
            let before = try await studio.fingerprint()
            for command in [
                ["studio", "add", "D", "--id", "downtown", "--time-zone", "UTC"],
                ["trainer", "add", "M", "--id", "maria"],
                ["client", "add", "Ana", "--email", "ANA@example.com"],
            ] {
                let result = try await studio.intro(command + ["--json"])
                #expect(result.exit == 3)
                #expect(result.error?.code == "already_exists")
            }
            #expect(try await studio.fingerprint() == before)
        }
    }

    @Test("accepts names in every script, and prints them without terminal control characters")
    func goodNames() async throws {
        try await Studio.with { studio in
            let names = [
                "O'Brien-Smith", "Łukasz Żółć", "王小明", "محمد", "👩‍👩‍👧 Family", "Null", "Robert'); DROP TABLE client;--",
                "=1+1",
            ]
            for (number, name) in names.enumerated() {
                let added = try await studio.answer("client", "add", name, "--email", "guest\(number)@example.com")
                #expect(added["name"] == .text(name))
            }
            #expect(try await studio.answer("client", "list").items.count == names.count)
            // Written without Intro's checks, as by an older import.
            try await studio.database.query("UPDATE client SET name = E'Eve\\x1b[2J' || U&'\\202E' WHERE id = 1")
            for command in [["client", "list"], ["client", "show", "1"]] {
                let result = try await studio.intro(command)
                #expect(result.exit == 0)
                #expect(result.stdout.contains("Eve"))
                #expect(!hasTerminalControl(result.stdout))
            }
        }
    }
}
