import ArgumentParser
import Foundation
import Testing

@testable import LocalPostgres
@testable import intro

@Suite("command line")
struct CommandLineTests {
    @Test(
        "accepts global options before and after the command",
        arguments: [
            ["--json", "--as", "ana", "local", "status"], ["local", "--json", "status", "--as", "ana"],
            ["local", "status", "--json", "--as=ana"],
        ]
    )
    func globalOptions(arguments: [String]) async throws {
        let command = try await IntroCommand.asyncParseAsRoot(arguments)
        let status = try #require(command as? LocalCommand.ShowStatus)
        #expect(status.global.json)
        #expect(status.global.actor == "ana")
    }

    @Test("finds --json anywhere before --")
    func json() {
        #expect(IntroCommand.wantsJSON(["local", "--bogus", "--json"]))
        #expect(!IntroCommand.wantsJSON(["local", "--", "--json"]))
    }

    @Test("uses the last --color before --, even on an invalid command line")
    func color() {
        #expect(IntroCommand.color(of: ["slots", "--color", "never", "--bogus"]) == .never)
        #expect(IntroCommand.color(of: ["--color=always", "slots", "--color=never"]) == .never)
        #expect(IntroCommand.color(of: ["slots", "--color", "mauve"]) == .auto)
        #expect(IntroCommand.color(of: ["slots", "--", "--color", "never"]) == .auto)
    }

    @Test(
        "reports an invalid command line as a usage error with a hint",
        arguments: [
            (["local", "status", "--bogus"], "Unknown option '--bogus'", "see `intro local status --help`"),
            (["lokal"], "unknown command `lokal`", "did you mean `intro local`? `intro --help` lists the commands"),
            (
                ["slot", "maria"], "unknown command `slot`",
                "did you mean `intro slots`? `intro --help` lists the commands"
            ),
            (
                ["studo", "list"], "unknown command `studo`",
                "did you mean `intro studio`? `intro --help` lists the commands"
            ),
            (
                ["studio", "lst"], "unknown command `studio lst`",
                "did you mean `intro studio list`? `intro studio --help` lists the commands"
            ),
            (["studio", "list", "bogus"], "Unexpected argument 'bogus'", "see `intro studio list --help`"),
            (
                ["book", "--clinet", "ana@example.com", "--at", "tue 9"],
                "Unknown option '--clinet'. Did you mean '--client'?", "see `intro book --help`"
            ),
            (
                ["book", "--at", "tue 9", "--as=ana"], "Missing expected argument '--client <who>'",
                "see `intro book --help`"
            ),
            (["--as"], "Missing value for '--as <who>'", "see `intro --help`"),
        ]
    )
    func usage(arguments: [String], message: String, hint: String) async throws {
        let error = await #expect(throws: (any Error).self) { _ = try await IntroCommand.asyncParseAsRoot(arguments) }
        let failure = IntroCommand.usageFailure(try #require(error), of: arguments)
        #expect(failure == Failure(code: "usage", message: message, hint: hint, exit: .usage))
    }

    @Test("takes the actor from --as, then INTRO_ACTOR, then the login name")
    func actor() throws {
        #expect(try actorName(flag: "ana", environment: ["INTRO_ACTOR": "bob"]) == "ana")
        #expect(try actorName(flag: nil, environment: ["INTRO_ACTOR": "bob"]) == "bob")
        #expect(try actorName(flag: nil, environment: ["INTRO_ACTOR": ""]) == Account.current.name)
        for name in ["", "a\u{1B}b", "a\nb", String(repeating: "a", count: 201)] {
            #expect(throws: Failure.self) { try actorName(flag: name, environment: [:]) }
        }
    }

    @Test(
        "accepts RFC 3339 date-times for --now",
        arguments: [
            ("2026-12-01T17:00:00Z", 1_796_144_400.0), ("2026-12-01T09:00:00-08:00", 1_796_144_400),
            ("2026-12-01T22:30:00.5+05:30", 1_796_144_400), ("1970-01-01t00:00:00z", 0),
            ("2000-02-29T00:00:00Z", 951_782_400),
        ]
    )
    func instants(text: String, seconds: Double) throws {
        #expect(try parseNowOption(text) == Date(timeIntervalSince1970: seconds))
    }

    @Test(
        "rejects other values for --now",
        arguments: [
            "", "yesterday", "2026-12-01", "2026-12-01T09:00:00", "2026-12-01T09:00Z", "2026-02-30T09:00:00Z",
            "1900-02-29T00:00:00Z", "2026-13-01T09:00:00Z", "2026-12-01T24:00:00Z", "2026-12-01T09:60:00Z",
            "2026-12-01T09:00:00+24:00", "٢٠٢٦-12-01T09:00:00Z", "2026-12-01T09:00:00Zz", " 2026-12-01T09:00:00Z",
        ]
    )
    func noInstants(text: String) {
        let failure = #expect(throws: Failure.self) { try parseNowOption(text) }
        #expect(failure?.exit == .invalidInput)
    }

    @Test(
        "completes a value in the case of its typed beginning",
        arguments: [
            ("", "TB3K-9FXM"), ("TB", "TB3K-9FXM"), ("tb", "tb3k-9fxm"), ("tB3", "tB3k-9fxm"), ("x", "TB3K-9FXM"),
        ])
    func completes(prefix: String, expected: String) {
        #expect(completion("TB3K-9FXM", spelledLike: prefix) == expected)
    }

    @Test("suggests a name for a small spelling error only")
    func nearestName() {
        #expect(nearest(to: "shedule", among: ["schedule", "slots"]) == "schedule")
        #expect(nearest(to: "slot", among: ["schedule", "slots"]) == "slots")
        #expect(nearest(to: "frobnicate", among: ["schedule", "slots"]) == nil)
    }
}
