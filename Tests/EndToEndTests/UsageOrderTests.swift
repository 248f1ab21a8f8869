import Testing

@Suite("what a command line gets wrong is named")
struct UsageOrderTests {
    @Test(
        "an unknown option is reported before anything else that is missing",
        arguments: [
            ["studio", "edit", "downtown", "--reopen"], ["client", "edit", "1", "--landline"],
            ["trainer", "edit", "maria", "--nickname"], ["rules", "edit", "one-day", "--subject"],
            ["rules", "add", "mine", "--subject"], ["client", "add", "Ana", "--landline"],
            ["trainer", "away", "maria", "--sick"], ["trainer", "hours", "maria", "--until", "2026-12-01", "--sick"],
            ["client", "opt-out", "--sick"], ["jobs", "discard", "--sick"], ["jobs", "retry", "--sick"],
            ["setup", "--sample", "--check", "--sick"],
        ])
    func unknownOption(line: [String]) async throws {
        let result = try await IntroBinary.run(line + ["--json"])
        let option = try #require(line.last)
        #expect(result.exit == 64)
        #expect(result.error?.message.contains("Unknown option '\(option)'") == true, "\(result.stderr)")
    }

    @Test(
        "a command that lacks something says so, and points at its own help",
        arguments: [
            (["studio", "edit", "downtown"], "intro studio edit --help"),
            (["client", "edit", "1"], "intro client edit --help"),
            (["trainer", "edit", "maria"], "intro trainer edit --help"),
            (["rules", "edit", "one-day"], "intro rules edit --help"),
            (["jobs", "discard"], "intro jobs discard --help"),
        ])
    func lacking(line: [String], help: String) async throws {
        let result = try await IntroBinary.run(line + ["--json"])
        #expect(result.exit == 64)
        #expect(result.error?.code == "usage")
        #expect(result.error?.hint.contains(help) == true, "\(result.stderr)")
        #expect(result.error?.message.contains("there is nothing to change") == false)
    }
}
