import Testing

@Suite("order of usage errors")
struct UsageOrderTests {
    @Test(
        "an unknown option is reported before a missing value",
        arguments: [
            ["studio", "edit", "downtown", "--reopen"], ["client", "edit", "1", "--landline"],
            ["trainer", "edit", "maria", "--nickname"], ["rules", "edit", "one-day", "--subject"],
            ["rules", "add", "mine", "--subject"], ["client", "add", "Ana", "--landline"],
            ["trainer", "away", "maria", "--sick"], ["trainer", "hours", "maria", "--until", "2026-12-01", "--sick"],
            ["client", "opt-out", "--sick"], ["jobs", "discard", "--sick"], ["jobs", "retry", "--sick"],
            ["setup", "--sample", "--check", "--sick"], ["book", "--at", "tue 9", "--sick"],
            ["reminders", "resend", "--sick"],
            ["reminders", "resend", "--status", "failed", "--since", "2h", "--sick"],
        ])
    func unknownOption(line: [String]) async throws {
        let result = try await IntroBinary.run(line + ["--json"])
        let option = try #require(line.last)
        #expect(result.exit == 64)
        #expect(result.error?.message.contains("Unknown option '\(option)'") == true, "\(result.stderr)")
    }

    @Test(
        "a command without a required value names its own help",
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

@Suite("reminders plan and send with --until")
struct ReminderUntilTests {
    @Test("accepts durations and instants also with studios in several time zones")
    func durations() async throws {
        try await Studio.with { studio in
            try await studio.openChain()
            try await studio.book("Ana", at: "2026-12-07 09:00")
            for until in ["1h", "90m", "1h30m", "2 days", "+2h", "in 2 hours", "now", "2026-12-01T09:00:00-08:00"] {
                let plan = try await studio.intro("reminders", "plan", "--until", until)
                #expect(plan.exit == 0, "\(until): \(plan.stderr)")
            }
            #expect(try await studio.answer("reminders", "send", "--until", "5d", "--dry-run")["due"] == 2)
            #expect(try await studio.answer("reminders", "send", "--until", "1h", "--dry-run")["due"] == 1)
            #expect(try await studio.answer("reminders", "send", "--until", "5d")["due"] == 2)
        }
    }

    @Test("a local time in the past needs an offset or a duration, if the studios are in several time zones")
    func past() async throws {
        try await Studio.with { studio in
            try await studio.openChain()
            for command in [
                ["reminders", "resend", "--status", "failed", "--dry-run", "--since"],
                ["reminders", "hold", "--dry-run", "--sent-since"],
            ] {
                let option = try #require(command.last)
                let undecided = try await studio.intro(command + ["today", "--json"])
                #expect(undecided.exit == 64, "\(undecided.stderr)")
                #expect(undecided.error?.hint.hasPrefix("give an offset, as in `\(option) ") == true)
                #expect(undecided.error?.hint.contains("--studio") == false, "\(undecided.stderr)")
                for time in ["2h", "2026-11-30 06:00-08:00"] {
                    #expect(try await studio.intro(command + [time]).exit == 0, "\(time)")
                }
                #expect(try await studio.intro(command + ["whenever"]).exit == 65)
                let configured = try await studio.intro(
                    command + ["today"], environment: ["INTRO_STUDIO": "downtown"])
                #expect(configured.exit == 0, "\(configured.stderr)")
            }
        }
    }

    @Test("a local time needs an offset, --studio, or studios in one time zone")
    func clocks() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-07 09:00")
            #expect(try await studio.intro("reminders", "plan", "--until", "today 6pm").exit == 0)
            try await studio.answer("studio", "add", "Uptown", "--id", "uptown", "--time-zone", "America/Los_Angeles")
            #expect(try await studio.intro("reminders", "plan", "--until", "today 6pm").exit == 0)
            try await studio.openChain()
            for command in [["reminders", "plan"], ["reminders", "send"]] {
                let undecided = try await studio.intro(command + ["--until", "today 6pm", "--json"])
                #expect(undecided.exit == 64)
                #expect(undecided.error?.hint.contains("offset") == true, "\(undecided.stderr)")
                #expect(undecided.error?.hint.contains("--studio") == true)
                for line in [["today 6pm", "--studio", "phoenix"], ["2026-11-30 18:00-08:00"]] {
                    let result = try await studio.intro(command + ["--until"] + line)
                    #expect(result.exit == 0, "\(line): \(result.stderr)")
                }
                #expect(try await studio.intro(command + ["--until", "soon"]).exit == 65)
                #expect(try await studio.intro(command + ["--studio", "phoenix"]).exit == 64)
                #expect(try await studio.intro(command + ["--until", "today 6pm", "--studio", "nowhere"]).exit == 4)
            }
        }
    }
}
