import ArgumentParser
import Messaging
import Reminders

/// `intro templates`: checks message templates.
struct TemplatesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "templates",
        abstract: "Check message templates.", discussion: "Example: intro templates check",
        subcommands: [Check.self]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// `intro templates check`.
    struct Check: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Find unknown values, missing parts and long texts.",
            discussion: """
                Checks the built-in templates together with those in INTRO_TEMPLATES_FOLDER or another folder. Exits with 65 if a \
                message could not be rendered.

                In messages about a session, {{client}} is the client's full name and {{firstName}} its first word.

                Example: intro templates check
                """)

        @Argument(help: ArgumentHelp("The folder to check.", valueName: "folder"))
        var folder: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let findings = try findings(in: intro)
            try intro.console.report(CheckRecord(findings)) {
                findings.isEmpty
                    ? "All templates are valid."
                    : findings.map { $0.description.visible }.joined(separator: "\n")
            }
            guard !findings.contains(where: \.isError) else {
                throw Failure(
                    code: "templates_invalid", message: "some messages could not be rendered",
                    hint: "correct the listed problems, then check again", exit: .invalidInput)
            }
        }

        /// Checks the operator's own templates in the named folder or the configured one.
        private func findings(in intro: Intro) throws -> [TemplateFinding] {
            guard let folder else { return try intro.templateFindings(in: intro.settings.templatesFolder) }
            do {
                return try intro.templateFindings(in: folder)
            } catch {
                guard case .unreadable(let path, let reason) = error else { throw error }
                throw Failure.invalidInput(
                    "the templates at \(path) cannot be read", because: reason, hint: "name a folder of templates")
            }
        }
    }
}

/// The JSON form of the problems of templates.
private struct CheckRecord: Encodable {
    /// One problem.
    struct Finding: Encodable {
        let file: String
        @NullWhenNil var line: Int?
        /// Whether the problem prevents the message from being rendered.
        let error: Bool
        let code: String
        let message: String
        let hint: String
    }

    let ok: Bool
    let findings: [Finding]

    init(_ findings: [TemplateFinding]) {
        ok = !findings.contains(where: \.isError)
        self.findings = findings.map {
            Finding(
                file: $0.file, line: $0.line, error: $0.isError, code: $0.code, message: $0.message, hint: $0.hint)
        }
    }
}
