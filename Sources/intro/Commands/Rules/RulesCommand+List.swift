import ArgumentParser
import Booking
import BookingStore
import Postgres

extension RulesCommand {
    /// `intro rules list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the rules of the chain or of a studio.")

        @Option(help: ArgumentHelp("Only the rules that apply at this studio.", valueName: "id"))
        var studio: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let handle = try studio.map { try Handle($0, field: "--studio") }
            let rules = try await intro.database().withConnection { connection in
                let studio: Studio? =
                    if let handle { try await StudioRepository(connection).named(handle) } else { nil }
                return try await RuleRepository(connection).all(at: studio?.id)
            }
            try intro.console.report(rules.map { RuleRecord($0) }) {
                var table = Table(
                    ["RULE", "STUDIO", "WHEN", "BY", "TO", "TEMPLATE", "ONLY IF", ""].map { Table.Column($0) })
                for rule in rules {
                    table.append([
                        rule.key.text, rule.studio?.text ?? "all", rule.when, rule.channel.rawValue,
                        rule.audience.rawValue, rule.template.text, rule.condition?.rawValue ?? "",
                        rule.isEnabled ? "" : "disabled",
                    ])
                }
                return table.text(colored: intro.console.isColored)
            }
        }
    }
}
