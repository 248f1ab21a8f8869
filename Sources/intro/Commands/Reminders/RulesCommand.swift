import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Postgres
import Reminders

/// `intro rules`: manages reminder rules.
struct RulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "List and change reminder rules.",
        discussion: """
            A rule without a studio applies to the chain; a rule of the same name with --studio replaces it there. Messages \
            that were sent are not sent again when a rule changes.

            Example: intro rules list
            """,
        subcommands: [List.self, Show.self, Add.self, Edit.self, Disable.self, Enable.self]
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions
}

extension RulesCommand {
    /// `intro rules list`.
    struct List: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the rules of the chain or of a studio.",
            discussion: "Example: intro rules list --studio downtown")

        @Option(help: ArgumentHelp("Only the rules that apply at this studio.", valueName: "id"), completion: .studios)
        var studio: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let database = try await intro.database()
            let handle = try await intro.studioHandle(studio, in: database)
            let stored = try await database.withConnection { connection in
                let studio: Studio? =
                    if let handle { try await StudioRepository(connection).named(handle) } else { nil }
                return try await RuleRepository(connection).all(at: studio?.id)
            }
            try intro.console.report(stored.rules.map { RuleRecord($0) }) {
                var table = Table(
                    [
                        .code("RULE"), .init("STUDIO"), .exact("WHEN"), .init("BY"), .init("TO"), .init("TEMPLATE"),
                        .init("ONLY IF"), .init(""),
                    ])
                for rule in stored.rules {
                    table.append([
                        rule.key.text, rule.studio?.text ?? "all", rule.when, rule.channel.rawValue,
                        rule.audience.rawValue, rule.template.text, rule.condition?.rawValue ?? "",
                        rule.isEnabled ? "" : "disabled",
                    ])
                }
                return table.text(on: intro.console)
            }
            guard !stored.unknown.isEmpty else { return }
            let names = stored.unknown.map(\.text).joined(separator: ", ")
            intro.console.note("\(stored.unknown.count) more of a newer version of Intro: \(names)")
        }
    }
}

extension RulesCommand {
    /// `intro rules show`.
    struct Show: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show one rule.", discussion: "Example: intro rules show day-before")

        @Argument(help: "The rule.")
        var key: String

        @Option(help: ArgumentHelp("The rule that applies at this studio.", valueName: "id"), completion: .studios)
        var studio: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let key = try parseRuleKey(key)
            let database = try await intro.database()
            let studio = try await intro.studioHandle(studio, in: database)
            let rule = try await database.withConnection { connection in
                if let studio { _ = try await StudioRepository(connection).named(studio) }
                return try await RuleRepository(connection).named(key, at: studio)
            }
            try intro.console.report(RuleRecord(rule)) { KeyValueTable(rule).text(on: intro.console) }
        }
    }
}

extension KeyValueTable {
    /// Returns the rule as a table.
    init(_ rule: ReminderRule) {
        self.init([
            "Rule": rule.key.text,
            "Studio": rule.studio?.text ?? "all",
            "When": rule.when,
            "By": rule.channel.rawValue,
            "To": rule.audience.rawValue,
            "Template": rule.template.text,
            "Only if": rule.condition?.rawValue,
            "Enabled": rule.isEnabled ? "yes" : "no",
        ])
    }
}

/// The JSON form of a rule.
struct RuleRecord: Encodable {
    let key: String
    /// The only studio where the rule applies; `null` for the chain.
    @NullWhenNil var studio: String?
    let anchor: String
    /// The offset from the anchor, such as `-3d`.
    let offset: String
    /// The local time on the resulting day.
    @NullWhenNil var at: String?
    let channel: String
    let audience: String
    let template: String
    @NullWhenNil var condition: String?
    let enabled: Bool
    /// The time from which the rule applies, or `null`; messages due earlier are not sent.
    @NullWhenNil var since: Date?

    init(_ rule: ReminderRule) {
        key = rule.key.text
        studio = rule.studio?.text
        anchor = rule.anchor.rawValue
        offset = rule.offset.description
        at = rule.time?.description
        channel = rule.channel.rawValue
        audience = rule.audience.rawValue
        template = rule.template.text
        condition = rule.condition?.rawValue
        enabled = rule.isEnabled
        since = rule.since
    }
}
