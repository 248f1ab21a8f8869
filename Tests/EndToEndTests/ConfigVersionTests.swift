import Foundation
import Testing

@Suite("config, version and completion")
struct ConfigVersionTests {
    @Test("config lists each setting with its source, without passwords and without a database")
    func config() async throws {
        try await TemporaryHome.with { folder in
            let file = folder.path + "/intro.json"
            let text = #"{"mail": {"url": "smtp://ana:secret@mail.example", "from": "Intro <hello@intro.example>"}}"#
            try text.write(toFile: file, atomically: false, encoding: .utf8)
            let environment = [
                "INTRO_DATABASE_URL": "postgresql://ana:hidden@192.0.2.1/intro", "INTRO_SMS_CONNECTIONS": "7",
            ]
            let listed = try await IntroBinary.run("config", "--json", environment: environment, in: folder.path)
            #expect(listed.exit == 0, "\(listed.stderr)")
            #expect(!listed.stdout.contains("secret") && !listed.stdout.contains("hidden"))
            let settings = try listed.printed.items
            func setting(_ key: String) throws -> JSON { try #require(settings.first { $0["key"]?.text == key }) }
            #expect(try setting("database.url")["value"] == "postgresql://ana:…@192.0.2.1/intro")
            #expect(try setting("database.url")["source"] == "environment")
            #expect(try setting("database.url")["from"] == "INTRO_DATABASE_URL")
            #expect(try setting("mail.url")["value"] == "smtp://ana:…@mail.example")
            #expect(try setting("mail.url")["from"]?.text == file)
            #expect(try setting("sms.connections")["value"] == "7")
            #expect(try setting("booking.no_show_limit")["source"] == "default")
            #expect(try setting("booking.no_show_limit")["environment"] == "INTRO_BOOKING_NO_SHOW_LIMIT")
            let table = try await IntroBinary.run(
                "config", "--database", "postgresql://other/intro", environment: environment, in: folder.path)
            #expect(table.stdout.contains("--database"))
            #expect(!table.stdout.contains("secret"))
        }
    }

    @Test("version prints the version, the commit, the schema step and libpq, also as JSON")
    func version() async throws {
        let plain = try await IntroBinary.run(
            "--version", environment: ["INTRO_DATABASE_URL": "postgresql://192.0.2.1/x"])
        #expect(plain.exit == 0)
        let lines = plain.stdout.split(separator: "\n")
        #expect(lines.map { $0.prefix { !$0.isNumber } }.count == 4)
        #expect(lines[0] == "intro 0.1.0")
        #expect(lines[1].wholeMatch(of: /commit (unknown|[0-9a-f]{12})/) != nil)
        #expect(lines[2].wholeMatch(of: /schema step \d+/) != nil)
        #expect(lines[3].wholeMatch(of: /libpq \d+\.\d+/) != nil)
        let json = try await IntroBinary.run("slots", "--version", "--json").printed
        #expect(json["version"] == "0.1.0")
        #expect("schema step \(json["schema"]?.number ?? 0)" == lines[2])
    }

    @Test("completion prints a script for each shell that calls the binary", arguments: ["bash", "zsh", "fish"])
    func scripts(shell: String) async throws {
        let script = try await IntroBinary.run("completion", shell)
        #expect(script.exit == 0)
        #expect(script.stdout.contains("---completion"))
        #expect(script.stdout.contains("no-show"))
        #expect(try await IntroBinary.run("completion", "tcsh").exit == 64)
    }

    @Test("completes handles of trainers and studios and references of booked sessions")
    func completes() async throws {
        try await Studio.with { studio in
            func completions(_ words: String...) async throws -> [String] {
                let result = try await IntroBinary.run(
                    ["---completion"] + words, environment: studio.environment, in: studio.home)
                #expect(result.exit == 0 && result.stderr.isEmpty, "\(result.stderr)")
                return result.stdout.split(separator: "\n").map(String.init)
            }
            #expect(try await completions("schedule", "--", "positional@0", "2", "0") == ["aiko", "james", "maria"])
            #expect(try await completions("book", "--", "--studio", "2", "0") == ["downtown"])
            #expect(try await completions("book", "--", "--trainer", "2", "0").contains("maria"))
            try await studio.answer("trainer", "retire", "james", "--yes")
            #expect(try await completions("trainer", "show", "--", "positional@0", "3", "0") == ["aiko", "maria"])
            #expect(try await completions("trainer", "return", "--", "positional@0", "3", "0") == ["james"])
            let far = try await studio.intro([
                "book", "--client", "ana@example.com", "--name", "Ana", "--at", "2099-12-01 09:00", "--trainer",
                "maria",
                "--override", "test", "--json",
            ])
            #expect(far.exit == 0, "\(far.stderr)")
            let reference = try #require(far.printed["reference"]?.text)
            #expect(try await completions("show", "--", "positional@0", "2", "0") == [reference])
            #expect(try await completions("reminders", "resend", "--", "positional@0", "3", "0") == [reference])
            #expect(
                try await completions("log", "--", "positional@0", "2", "0")
                    == [reference, "aiko", "maria", "james", "downtown"])
            let typed = String(reference.lowercased().prefix(6))
            let found = try await completions("show", "--", "positional@0", "2", "6", "intro", "show", typed)
            #expect(found.count == 1 && found.allSatisfy { $0.hasPrefix(typed) }, "\(found)")
        }
    }

    @Test("completes nothing, silently, where the database cannot be reached or the private one is not running")
    func completesNothing() async throws {
        try await TemporaryHome.with { folder in
            for environment in [
                ["INTRO_HOME": folder.path + "/none"], ["INTRO_DATABASE_URL": "host=\(folder.path) dbname=none"],
                ["INTRO_DATABASE_URL": ":"], ["INTRO_MAIL_CONNECTIONS": "many"],
            ] {
                let result = try await IntroBinary.run(
                    ["---completion", "schedule", "--", "positional@0", "2", "0"], environment: environment,
                    in: folder.path)
                #expect(result.exit == 0)
                #expect(result.stdout.allSatisfy(\.isWhitespace) && result.stderr.isEmpty, "\(environment)")
            }
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/none"))
        }
    }
}
