import ArgumentParser
import Booking

/// What can be said of a rule when it is added or edited.
struct RuleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The event that sets the time: booked, start, end, moved, trainer_changed, cancelled, call_asked or day.",
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

    /// Whether nothing was said.
    var isEmpty: Bool {
        [anchor, offset, at, channel, audience, template, condition].allSatisfy { $0 == nil }
    }

    /// Changes a rule as the options say.
    ///
    /// - Parameter rule: The rule.
    /// - Throws: `InvalidInput`.
    func apply(to rule: inout ReminderRule) throws {
        if let anchor { rule.anchor = try choice(anchor, field: "--anchor", of: ReminderRule.Anchor.allCases) }
        if let offset { rule.lag = try RuleOffset(offset, field: "--offset") }
        try change(&rule.time, to: at) { try LocalTime($0, field: "--at") }
        if let channel { rule.channel = try choice(channel, field: "--channel", of: Channel.allCases) }
        if let audience { rule.audience = try choice(audience, field: "--audience", of: Audience.allCases) }
        if let template { rule.template = try Handle(template, field: "--template") }
        try change(&rule.condition, to: condition) {
            try choice($0, field: "--condition", of: ReminderRule.Condition.allCases)
        }
    }
}
