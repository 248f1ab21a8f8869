import ArgumentParser
import Booking
import BookingStore

extension RulesCommand {
    /// `intro rules edit`.
    struct Edit: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "edit",
            abstract: "Edit a rule; other fields keep their values.",
            discussion: "With --studio, the studio gets its own copy of the rule.")

        @Argument(help: "The rule.")
        var key: String

        @Option(help: ArgumentHelp("The only studio where it changes.", valueName: "id"))
        var studio: String?

        @OptionGroup var options: RuleOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws {
            guard !options.isEmpty else {
                throw ValidationError("give at least one option to change, such as --offset -2d")
            }
        }

        func run(in intro: Intro) async throws {
            let templates = try intro.templates
            try await intro.edit(key, at: studio) { [options] rule in
                try options.apply(to: &rule)
                try rule.assertSound()
                try templates.assertHolds(rule)
            }
        }
    }
}

extension Intro {
    /// Changes a rule and shows it.
    ///
    /// - Parameters:
    ///   - key: The rule, as it was typed.
    ///   - studio: The studio where it is to be otherwise, as it was typed.
    ///   - change: The change.
    /// - Throws: `InvalidInput`, `NotFound` or `PostgresError`.
    func edit(
        _ key: String, at studio: String?, _ change: @Sendable (inout ReminderRule) throws -> Void
    ) async throws {
        let key = try Handle(key, field: "the rule")
        let studio = try studio.map { try Handle($0, field: "--studio") }
        let rule = try await ruleBook(database()).edit(key, at: studio, now: now, change)
        try console.report(RuleRecord(rule)) { KeyValueTable(rule).text(colored: console.isColored) }
    }
}
