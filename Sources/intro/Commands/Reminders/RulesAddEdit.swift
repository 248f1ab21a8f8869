import ArgumentParser
import Booking
import BookingStore
import Reminders

extension RulesCommand {
    /// `intro rules add`.
    struct Add: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Add a rule; it applies from now on.",
            discussion: """
                Defaults: e-mail, to the client, with the template of the rule's name.

                Example: intro rules add three-days --anchor start --offset -3d --channel email --template reminder
                """)

        @Argument(help: "The rule's name, such as week-before.")
        var key: String

        @Option(help: ArgumentHelp("Apply the rule at this studio only.", valueName: "id"), completion: .studios)
        var studio: String?

        @OptionGroup var options: RuleOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func checkUsage() throws {
            guard options.anchor != nil else {
                throw ValidationError("a rule needs --anchor: the event that sets its time, as in --anchor start")
            }
        }

        func run(in intro: Intro) async throws {
            let key = try Handle(key, field: "the rule")
            var rule = ReminderRule(key: key, anchor: .start, channel: .email, template: key)
            try options.apply(to: &rule)
            try rule.validate()
            try intro.templates.assertTemplateExists(rule)
            let database = try await intro.database()
            rule.studio = try await intro.studioHandle(studio, in: database)
            let added = try await intro.ruleEditor(database).add(rule, now: intro.now)
            try intro.console.report(RuleRecord(added)) { KeyValueTable(added).text(on: intro.console) }
        }
    }
}

extension RulesCommand {
    /// `intro rules edit`.
    struct Edit: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "edit",
            abstract: "Edit a rule; other fields keep their values.",
            discussion: """
                With --studio, the studio gets its own copy of the rule.

                Example: intro rules edit day-before --offset 36h
                """)

        @Argument(help: "The rule.")
        var key: String

        @Option(help: ArgumentHelp("Change the rule at this studio only.", valueName: "id"), completion: .studios)
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
                try rule.validate()
                try templates.assertTemplateExists(rule)
            }
        }
    }
}

extension Intro {
    /// Changes a rule and prints it.
    ///
    /// - Parameters:
    ///   - key: The rule, as it was typed.
    ///   - studio: The studio where the rule changes, as it was typed.
    ///   - change: The change.
    /// - Throws: `InvalidInput`, `ReminderRule.Inconsistency`, `NotFound` or `PostgresError`.
    func edit(
        _ key: String, at studio: String?, _ change: @Sendable (inout ReminderRule) throws -> Void
    ) async throws {
        let key = try parseRuleKey(key)
        let database = try await database()
        let studio = try await studioHandle(studio, in: database)
        let rule = try await ruleEditor(database).edit(key, at: studio, now: now, change)
        try console.report(RuleRecord(rule)) { KeyValueTable(rule).text(on: console) }
    }
}

extension RulesCommand {
    /// `intro rules disable`.
    struct Disable: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "disable", abstract: "Turn a rule off.",
            discussion: "Example: intro rules disable day-before --studio downtown")

        @Argument(help: "The rule.")
        var key: String

        @Option(help: ArgumentHelp("Only at this studio.", valueName: "id"), completion: .studios)
        var studio: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            try await intro.edit(key, at: studio) { $0.isEnabled = false }
        }
    }

    /// `intro rules enable`.
    struct Enable: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "enable",
            abstract: "Turn a rule on; messages missed meanwhile are not sent.",
            discussion: "Example: intro rules enable day-before")

        @Argument(help: "The rule.")
        var key: String

        @Option(help: ArgumentHelp("Only at this studio.", valueName: "id"), completion: .studios)
        var studio: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            try await intro.edit(key, at: studio) { $0.isEnabled = true }
        }
    }
}

/// The options for the fields of a rule.
struct RuleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The event that sets the time: booked, start, end, moved, trainer_changed, cancelled, rebooked, call_asked or day.",
            valueName: "anchor"))
    var anchor: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Time after or before the anchor: +1d, -3d, -2h, 0.", valueName: "offset"))
    var offset: String?

    @Option(help: ArgumentHelp("The time on that day; `none` for the anchor's time.", valueName: "time"))
    var at: String?

    @Option(help: ArgumentHelp("email or sms.", valueName: "channel"))
    var channel: String?

    @Option(help: ArgumentHelp("client, trainer or studio.", valueName: "audience"))
    var audience: String?

    @Option(help: ArgumentHelp("The name of its templates.", valueName: "name"))
    var template: String?

    @Option(
        help: ArgumentHelp(
            "Condition for sending: unconfirmed, attended, no_show, first_booking, or `none`.",
            valueName: "condition"))
    var condition: String?

    /// Whether no option was given.
    var isEmpty: Bool {
        [anchor, offset, at, channel, audience, template, condition].allSatisfy { $0 == nil }
    }

    /// Applies the options to a rule.
    ///
    /// - Parameter rule: The rule.
    /// - Throws: `InvalidInput`.
    func apply(to rule: inout ReminderRule) throws {
        if let anchor { rule.anchor = try parseChoice(anchor, field: "--anchor", of: ReminderRule.Anchor.allCases) }
        if let offset { rule.offset = try RuleOffset(offset, field: "--offset") }
        try change(&rule.time, to: at) { try LocalTime($0, field: "--at") }
        if let channel { rule.channel = try parseChoice(channel, field: "--channel", of: Channel.allCases) }
        if let audience { rule.audience = try parseChoice(audience, field: "--audience", of: Audience.allCases) }
        if let template { rule.template = try Handle(template, field: "--template") }
        try change(&rule.condition, to: condition) {
            try parseChoice($0, field: "--condition", of: ReminderRule.Condition.allCases)
        }
    }
}
