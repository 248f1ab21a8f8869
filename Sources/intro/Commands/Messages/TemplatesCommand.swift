import ArgumentParser
import Messaging
import Reminders

/// `intro templates`: the words of all messages.
struct TemplatesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "templates",
        abstract: "Check message templates.",
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
                """)

        @Argument(help: ArgumentHelp("The folder to check.", valueName: "folder"))
        var folder: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let own = try own(intro.settings.templatesFolder)
            let check = TemplateCheck(.reminders) { TextSegments(of: $0).count }
            let findings = check.findings(in: ReminderTemplates.sources, overriddenBy: own)
            try intro.console.report(CheckRecord(findings)) {
                findings.isEmpty
                    ? "All templates are in order."
                    : findings.map { $0.description.visible }.joined(separator: "\n")
            }
            guard !findings.contains(where: \.isError) else {
                throw Failure(
                    code: "templates_invalid", message: "some messages could not be written",
                    hint: "correct what is listed, then check again", exit: .invalidInput)
            }
        }

        /// The operator's own templates, in the folder that was named, else in the configured one.
        private func own(_ configured: String?) throws -> [String: String] {
            guard let folder else { return try configured.map { try TemplateFolder.read($0) } ?? [:] }
            do {
                return try TemplateFolder.read(folder)
            } catch {
                guard case .unreadable(let path, let reason) = error else { throw error }
                throw Failure.invalidInput(
                    "the templates at \(path) cannot be read", because: reason, hint: "name a folder of templates")
            }
        }
    }
}

/// What is wrong with templates, as JSON has it.
private struct CheckRecord: Encodable {
    /// One fault.
    struct Finding: Encodable {
        let file: String
        @NullWhenNil var line: Int?
        /// Whether the message could not be written.
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
