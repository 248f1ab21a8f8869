import Foundation
import Testing

@Suite("the command line, through the built binary")
struct CommandLineTests {
    @Test("help and version go to standard output and end with 0", arguments: ["--help", "--version", "help"])
    func help(argument: String) async throws {
        let result = try await IntroBinary.run(argument)
        #expect(result.exit == 0)
        #expect(!result.stdout.isEmpty)
        #expect(result.stderr.isEmpty)
    }

    @Test("a usage error ends with 64; with --json it is one object on standard error")
    func usage() async throws {
        let plain = try await IntroBinary.run("local", "status", "--bogus")
        #expect(plain.exit == 64)
        #expect(plain.stderr == "error: Unknown option '--bogus'\nhint: see `intro local status --help`\n")
        let json = try await IntroBinary.run("--bogus", "local", "status", "--json")
        #expect(json.exit == 64)
        #expect(json.stdout.isEmpty)
        #expect(json.stderr.filter(\.isNewline).count == 1)
        #expect(json.error?.code == "usage")
    }

    @Test("what the command line says of a value that is no instant ends with 65")
    func invalidInput() async throws {
        let result = try await IntroBinary.run("local", "status", "--now", "tomorrow", "--json")
        #expect(result.exit == 65)
        #expect(result.error?.code == "invalid_input")
    }

    @Test("settings come from ./intro.json, and a mistyped one ends with 78")
    func projectFile() async throws {
        try await TemporaryHome.with { folder in
            let file = folder.path + "/intro.json"
            try #"{"home": "elsewhere"}"#.write(toFile: file, atomically: false, encoding: .utf8)
            let good = try await IntroBinary.run("local", "status", "--json", in: folder.path)
            #expect(try good.json(LocalStatus.self).home == folder.path + "/elsewhere")
            try #"{"hom": "elsewhere"}"#.write(toFile: file, atomically: false, encoding: .utf8)
            let bad = try await IntroBinary.run("local", "status", "--json", in: folder.path)
            #expect(bad.exit == 78)
            #expect(bad.error?.hint == "did you mean home?")
        }
    }

    @Test("no password is printed with --verbose")
    func secrets() async throws {
        let url = "postgresql://ana:s3cret@db.invalid/intro"
        let result = try await IntroBinary.run("local", "status", "--verbose", "--database", url)
        #expect(result.exit == 0)
        #expect(result.stderr.contains("postgresql://ana:…@db.invalid/intro"))
        #expect(!(result.stdout + result.stderr).contains("s3cret"))
    }

    @Test("a reader that leaves early is no error, a full disk is one")
    func brokenOutput() async throws {
        #expect(try await shell("\"$0\" --help | true; exit ${PIPESTATUS[0]}") == 0)
        #expect(try await shell("\"$0\" local status | true; exit ${PIPESTATUS[0]}") == 0)
        #expect(try await shell("\"$0\" local status > /dev/full 2> /dev/null") == 75)
        #expect(try await shell("\"$0\" local status >&- 2> /dev/null") == 75)
    }

    /// Runs a line of bash, in which `$0` is `intro`, and returns what it ends with.
    private func shell(_ line: String) async throws -> Int32 {
        let result = try await IntroBinary.shell(line, environment: ["INTRO_HOME": "/nonexistent"])
        #expect(result.stderr.isEmpty)
        return result.exit
    }

    @Test("a word that is not UTF-8 is refused instead of stored with replacement characters: 65")
    func damagedText() async throws {
        let result = try await IntroBinary.shell(#""$0" book --source $'caf\xe9' --json"#)
        #expect(result.exit == 65)
        #expect(result.error?.message.contains("argument 3 is not valid UTF-8") == true)
    }

}
