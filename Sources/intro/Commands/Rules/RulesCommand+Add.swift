import ArgumentParser
import Booking
import BookingStore

extension RulesCommand {
    /// `intro rules add`.
    struct Add: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Add a rule; it applies from now on.",
            discussion:
                "Defaults: e-mail, to the client, with the template of the rule's name."
        )

        @Argument(help: "The rule's name, such as week-before.")
        var key: String

        @Option(help: ArgumentHelp("The only studio where it applies.", valueName: "id"))
        var studio: String?

        @OptionGroup var options: RuleOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws {
            guard options.anchor != nil else {
                throw ValidationError("a rule needs --anchor: what its time is counted from, as in --anchor start")
            }
        }

        func run(in intro: Intro) async throws {
            let key = try Handle(key, field: "the rule")
            var rule = ReminderRule(
                key: key, studio: try studio.map { try Handle($0, field: "--studio") }, anchor: .start,
                channel: .email, template: key)
            try options.apply(to: &rule)
            try rule.assertSound()
            try intro.templates.assertHolds(rule)
            let added = try await intro.ruleBook(intro.database()).add(rule, now: intro.now)
            try intro.console.report(RuleRecord(added)) { KeyValueTable(added).text(colored: intro.console.isColored) }
        }
    }
}
