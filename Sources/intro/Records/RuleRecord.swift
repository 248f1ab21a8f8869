import Booking
import FoundationEssentials

/// A rule as JSON has it.
struct RuleRecord: Encodable {
    let key: String
    /// The one studio where it counts; `null` is the chain.
    @Null var studio: String?
    let anchor: String
    /// Such as `-3d`.
    let offset: String
    /// Wall-clock time on the day that is meant.
    @Null var at: String?
    let channel: String
    let audience: String
    let template: String
    @Null var condition: String?
    let enabled: Bool
    /// What had been due before is not made up for; `null` is since ever.
    @Null var since: Date?

    init(_ rule: ReminderRule) {
        key = rule.key.text
        studio = rule.studio?.text
        anchor = rule.anchor.rawValue
        offset = rule.lag.description
        at = rule.time?.description
        channel = rule.channel.rawValue
        audience = rule.audience.rawValue
        template = rule.template.text
        condition = rule.condition?.rawValue
        enabled = rule.isEnabled
        since = rule.since
    }
}
