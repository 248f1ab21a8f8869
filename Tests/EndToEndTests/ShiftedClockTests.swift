import Testing

@Suite("sending with --now")
struct ShiftedClockTests {
    @Test(
        "sending real messages with --now requires --yes",
        arguments: [["reminders", "send"], ["run", "--drain"]],
        ["smtp://localhost:25?tls=none", "smtp://mail.invalid:2525?tls=none"])
    func confirmation(command: [String], url: String) async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-01 09:00")
            let refused = try await studio.intro(command + ["--json"], environment: ["INTRO_MAIL_URL": url])
            #expect(refused.exit == 64)
            #expect(refused.error?.code == "confirmation_needed")
            #expect(try await studio.count("message", where: "attempted_at IS NOT NULL") == 0)
        }
    }

    @Test("a folder, a local test server and a dry run require no --yes")
    func harmless() async throws {
        try await Studio.with { studio in
            for (words, url) in [
                (["reminders", "send"], "file://\(studio.home)/mail"),
                (["reminders", "send", "--dry-run"], "smtp://mail.invalid?tls=none"),
                (["reminders", "send"], "smtp://127.0.0.1:2525?tls=none"),
                (["reminders", "send", "--yes"], "smtp://127.0.0.1:25?tls=none"),
            ] {
                let result = try await studio.intro(words + ["--json"], environment: ["INTRO_MAIL_URL": url])
                #expect(result.exit == 0, "\(result.stderr)")
            }
        }
    }
}
