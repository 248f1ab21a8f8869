import ArgumentParser
import Booking
import BookingStore
import Postgres

extension RulesCommand {
    /// `intro rules show`.
    struct Show: IntroSubcommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one rule.")

        @Argument(help: "The rule.")
        var key: String

        @Option(help: ArgumentHelp("The rule that applies at this studio.", valueName: "id"))
        var studio: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let key = try Handle(key, field: "the rule")
            let studio = try studio.map { try Handle($0, field: "--studio") }
            let rule = try await intro.database().withConnection { connection in
                if let studio { _ = try await StudioRepository(connection).named(studio) }
                return try await RuleRepository(connection).named(key, at: studio)
            }
            try intro.console.report(RuleRecord(rule)) { KeyValueTable(rule).text(colored: intro.console.isColored) }
        }
    }
}

extension KeyValueTable {
    /// A rule for people.
    init(_ rule: ReminderRule) {
        self.init([
            "Rule": rule.key.text,
            "Studio": rule.studio?.text ?? "all",
            "When": rule.when,
            "By": rule.channel.rawValue,
            "To": rule.audience.rawValue,
            "Template": rule.template.text,
            "Only if": rule.condition?.rawValue,
            "Sent": rule.isEnabled ? "yes" : "no: disabled",
        ])
    }
}
