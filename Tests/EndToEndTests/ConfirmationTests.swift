import Postgres
import PostgresTesting
import Testing

/// A command that asks on a terminal before its change.
struct ConfirmedCommand: CustomTestStringConvertible, Sendable {
    /// The command line.
    let command: [String]
    /// The end of the question.
    let question: String
    /// The answer that confirms.
    var consent = "y\n"
    /// The answers that decline.
    var refusals = ["n\n", "\n", "yep\n", "\u{4}"]

    var testDescription: String { command.prefix(2).joined(separator: " ") }

    static let all = [
        ConfirmedCommand(
            command: ["trainer", "retire", "maria"], question: "1 upcoming session. Deactivate maria? [y/N] "),
        ConfirmedCommand(
            command: ["trainer", "hours", "maria", "--set", "none"],
            question: "1 upcoming session. Set no hours for maria at Downtown Strength? [y/N] "),
        ConfirmedCommand(
            command: ["studio", "edit", "downtown", "--time-zone", "America/Denver"],
            question: "Change the time zone from America/Los_Angeles to America/Denver? [y/N] ", consent: " YES \n"),
        ConfirmedCommand(
            command: ["client", "forget", "zoe@example.com"],
            question: "all personal data of Zoe Hart (client 2) will be erased. Type the name to confirm: ",
            consent: "Zoe Hart\n", refusals: ["y\n", "zoe hart\n", "\u{4}"]),
    ]
}

@Suite("confirmations on a terminal")
struct ConfirmationTests {
    /// Runs a command on a terminal, answers its question, and returns the exit status and the output.
    private func answer(_ asked: ConfirmedCommand, _ answer: String, in studio: Studio) async throws -> (
        exit: Int32, text: String
    ) {
        let terminal = try Terminal(columns: 200)
        let environment = studio.environment.merging(["NO_COLOR": "1"]) { $1 }
        let exit = try await terminal.run(asked.command + ["--now", Studio.now], environment: environment) { _ in
            try await wait(until: "the command asks: \(asked.question)") {
                terminal.text.contains(asked.question) || terminal.isComplete
            }
            terminal.type(answer)
        }
        try await wait(until: "the output is read") { terminal.isComplete }
        #expect(terminal.text.contains(asked.question), "\(terminal.text)")
        return (exit, terminal.text)
    }

    @Test(
        "an answer other than the confirmation exits with 3 and changes nothing; the confirmation makes the change",
        arguments: ConfirmedCommand.all)
    func answers(asked: ConfirmedCommand) async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-02 09:00")
            try await studio.answer("client", "add", "Zoe Hart", "--email", "zoe@example.com")
            let before = try await studio.fingerprint()
            for refusal in asked.refusals {
                let declined = try await answer(asked, refusal, in: studio)
                #expect(declined.exit == 3, "\(refusal.debugDescription): \(declined.text)")
                #expect(declined.text.contains("error: nothing was "), "\(declined.text)")
            }
            #expect(try await studio.fingerprint() == before)
            let confirmed = try await answer(asked, asked.consent, in: studio)
            #expect(confirmed.exit == 0, "\(confirmed.text)")
            #expect(try await studio.fingerprint() != before)
        }
    }

    @Test("Ctrl-C at the question ends the command, and changes nothing")
    func interrupted() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-02 09:00")
            let before = try await studio.fingerprint()
            let stopped = try await answer(ConfirmedCommand.all[0], "\u{3}", in: studio)
            #expect(stopped.exit == 130, "\(stopped.text)")
            #expect(try await studio.fingerprint() == before)
        }
    }

    @Test("a command whose change needs no confirmation, and one with --yes, ask nothing")
    func unasked() async throws {
        try await Studio.with { studio in
            try await studio.book("Ana", at: "2026-12-02 09:00")
            for command in [["trainer", "retire", "aiko"], ["trainer", "retire", "maria", "--yes"]] {
                let terminal = try Terminal()
                let exit = try await terminal.run(
                    command + ["--now", Studio.now], environment: studio.environment
                ) { _ in }
                try await wait(until: "the output is read") { terminal.isComplete }
                #expect(exit == 0 && !terminal.text.contains("[y/N]"), "\(terminal.text)")
            }
        }
    }
}
