import Foundation
import Testing

@Suite("the command line")
struct CommandLineTests {
    @Test("help and version go to standard output and exit with 0", arguments: ["--help", "--version", "help"])
    func help(argument: String) async throws {
        let result = try await IntroBinary.run(argument)
        #expect(result.exit == 0)
        #expect(!result.stdout.isEmpty)
        #expect(result.stderr.isEmpty)
    }

    @Test("a usage error exits with 64, and with --json is one object on standard error")
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

    @Test("an invalid --now exits with 65")
    func invalidInput() async throws {
        let result = try await IntroBinary.run("local", "status", "--now", "tomorrow", "--json")
        #expect(result.exit == 65)
        #expect(result.error?.code == "invalid_input")
    }

    @Test("reads settings from ./intro.json, and exits with 78 for an unknown key")
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

    @Test("--verbose does not print the password")
    func secrets() async throws {
        let url = "postgresql://ana:s3cret@db.invalid/intro"
        let result = try await IntroBinary.run("local", "status", "--verbose", "--database", url)
        #expect(result.exit == 0)
        #expect(result.stderr.contains("postgresql://ana:…@db.invalid/intro"))
        #expect(!(result.stdout + result.stderr).contains("s3cret"))
    }

    @Test("a reader that closes the pipe early is no error, and a full disk is one")
    func brokenOutput() async throws {
        #expect(try await shell("\"$0\" --help | true; exit ${PIPESTATUS[0]}") == 0)
        #expect(try await shell("\"$0\" local status | true; exit ${PIPESTATUS[0]}") == 0)
        #expect(try await shell("\"$0\" local status > /dev/full 2> /dev/null") == 75)
        #expect(try await shell("\"$0\" local status >&- 2> /dev/null") == 75)
    }

    /// Runs a line of bash, in which `$0` is `intro`, and returns the exit code.
    private func shell(_ line: String) async throws -> Int32 {
        let result = try await IntroBinary.shell(line, environment: ["INTRO_HOME": "/nonexistent"])
        #expect(result.stderr.isEmpty)
        return result.exit
    }

    @Test("rejects an argument that is not UTF-8 with 65")
    func damagedText() async throws {
        let result = try await IntroBinary.shell(#""$0" book --source $'caf\xe9' --json"#)
        #expect(result.exit == 65)
        #expect(result.error?.message.contains("argument 3 is not valid UTF-8") == true)
    }

}
