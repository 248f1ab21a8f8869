import Foundation
import Testing

@Suite("empty values")
struct EmptyValueTests {
    @Test("an empty value never clears a field: it is rejected, and `none` clears")
    func clearing() async throws {
        try await Studio.with { studio in
            try await studio.answer(
                "client", "add", "Ana", "--email", "ana@example.com", "--phone", "(213) 555-0142", "--source",
                "a friend",
                "--language", "es", "--time-zone", "America/New_York")
            try await studio.answer("studio", "edit", "downtown", "--phone", "(213) 555-0100", "--address", "1 Main St")
            try await studio.answer("trainer", "edit", "maria", "--email", "m@example.com", "--daily-limit", "5")
            let before = try await studio.fingerprint()
            let fields = [
                (["client", "edit", "1"], ["--email", "--phone", "--source", "--language", "--time-zone", "--name"]),
                (["studio", "edit", "downtown"], ["--phone", "--address", "--email", "--name"]),
                (["trainer", "edit", "maria"], ["--email", "--phone", "--daily-limit", "--name", "--studio"]),
            ]
            for (command, options) in fields {
                for option in options {
                    for words in [[option, ""], ["\(option)= "], [option, "  "], [option, "\u{200B}"]] {
                        let result = try await studio.intro(command + words + ["--json"])
                        #expect(result.exit == 65, "\(command) \(words): \(result.stderr)")
                        #expect(result.error?.code == "invalid_input")
                        #expect(result.error?.message.contains(option) == true, "\(result.stderr)")
                    }
                }
            }
            #expect(try await studio.fingerprint() == before)
            #expect(try await studio.intro("client", "edit", "1", "--email", "").stderr.contains("none"))
            #expect(try await studio.intro("client", "edit", "1", "--email=").exit == 64)
            let cleared = try await studio.answer("client", "edit", "1", "--email", "none", "--source", " None ")
            #expect(cleared["email"] == .null)
            #expect(cleared["source"] == .null)
        }
    }

    /// A part of the output of `--experimental-dump-help`.
    private struct Help: Decodable {
        struct Command: Decodable {
            let commandName: String
            let subcommands: [Command]?
            let arguments: [Argument]?
        }

        struct Argument: Decodable {
            struct Name: Decodable {
                let kind: String
                let name: String
            }

            let kind: String
            let names: [Name]?
        }

        let command: Command
    }

    /// A valid command line for each command that changes or reads data.
    private static let commands: [[String]] = [
        ["slots"], ["book", "--client", "ana@example.com", "--name", "Ana", "--at", "2026-12-01 09:00"],
        ["reschedule", "REF", "--at", "2026-12-01 11:00"], ["cancel", "REF"], ["confirm", "REF"], ["show", "REF"],
        ["attend", "REF"], ["no-show", "REF"],
        ["undo", "REF", "--reason", "x"], ["schedule", "maria"], ["agenda", "downtown"], ["why", "REF"],
        ["client", "list"], ["client", "show", "1"], ["client", "edit", "1", "--name", "Ben"],
        ["client", "add", "Cleo", "--email", "cleo@example.com"], ["client", "opt-out", "1"],
        ["client", "opt-in", "1"],
        ["studio", "list"], ["studio", "show", "downtown"], ["studio", "edit", "downtown", "--name", "D"],
        ["studio", "add", "Up", "--id", "up", "--time-zone", "America/New_York"],
        ["studio", "close", "downtown", "2026-12-24", "2026-12-24", "--reason", "holiday"],
        ["trainer", "list"], ["trainer", "show", "maria"], ["trainer", "edit", "maria", "--name", "M"],
        ["trainer", "add", "Zoe", "--id", "zoe"], ["trainer", "hours", "maria"], ["trainer", "retire", "james"],
        ["trainer", "return", "james"], ["studio", "reopen", "downtown", "2026-12-24"],
        ["trainer", "away", "maria", "--from", "2026-12-24", "--until", "2026-12-24"],
        ["rules", "list"], ["rules", "edit", "one-day"], ["rules", "disable", "one-day"],
        ["rules", "enable", "one-day"],
        ["quiet-hours", "list"], ["suppression", "list"], ["suppression", "add", "x@example.com"],
        ["reminders", "send"], ["reminders", "plan"], ["reminders", "list"], ["reminders", "unknown"],
        ["reminders", "preview", "one-day"], ["sms", "list"], ["templates", "check"], ["jobs", "list"],
    ]

    @Test("every option of every command rejects an empty value")
    func everywhere() async throws {
        let help = try await IntroBinary.run("--experimental-dump-help").json(Help.self)
        try await Studio.with { studio in
            let reference = try await studio.reference("Greg", at: "2026-12-01 10:00")
            let before = try await studio.fingerprint()
            let desks = 4
            _ = try await atOnce(desks) { desk in
                for (number, command) in Self.commands.enumerated() where number % desks == desk {
                    try await refuse(command.map { $0 == "REF" ? reference : $0 }, help, in: studio)
                }
            }
            #expect(try await studio.fingerprint() == before)
        }
    }

    private func refuse(_ command: [String], _ help: Help, in studio: Studio) async throws {
        let options = Self.options(of: command, help)
        #expect(options.contains("--as"), "\(command)")
        for option in options {
            let given = command.firstIndex(of: option)
            let base = given.map { Array(command[..<$0] + command[($0 + 2)...]) } ?? command
            let result = try await studio.intro(base + [option, "", "--json"])
            #expect([64, 65].contains(result.exit), "\(command) \(option): \(result.stdout)\(result.stderr)")
            #expect(result.stdout.isEmpty, "\(command) \(option)")
        }
    }

    /// The long names of a command's options that take a value.
    private static func options(of command: [String], _ help: Help) -> [String] {
        var found = help.command
        for word in command {
            guard let next = found.subcommands?.first(where: { $0.commandName == word }) else { break }
            found = next
        }
        return (found.arguments ?? []).filter { $0.kind == "option" }.compactMap { option in
            option.names?.first { $0.kind == "long" }.map { "--\($0.name)" }
        }
    }
}
