public import Booking
public import Messaging

extension TemplateGuide {
    /// The messages that Intro sends by itself, and what each may speak of.
    ///
    /// A rule may name other templates; add them to `messages`, else the check learns of them only by their files.
    public static let reminders = TemplateGuide(
        messages: [
            "confirmation": .session([.mail, .sms]),
            "three-days": .session([.mail]),
            "one-day": .session([.mail, .sms]),
            "two-hours": .session([.sms]),
            "rescheduled": .session([.mail, .sms]),
            "cancelled": .session([.mail, .sms]),
            "trainer-changed": .session([.mail, .sms]),
            "no-show": .session([.mail, .sms]),
            "attended": .session([.mail, .sms]),
            "staff": .session([.mail, .sms]),
            "call-back": .session([.mail]),
            "trainer-digest": Message([.mail]) { TrainerDayWord.samples(Language(ofTemplates: $0)) },
            "opted-out": .answer,
            "opted-in": .answer,
            "help": .answer,
        ],
        languages: Language.allCases.compactMap(\.ofTemplates),
        others: { AppointmentWord.samples(Language(ofTemplates: $0)) })
}

extension ReminderTemplates {
    /// Whether a rule's template is written for its readers and for what it is about.
    ///
    /// - Parameter rule: The rule.
    /// - Returns: `false` for a built-in template of another audience; an operator's own may be for anybody.
    public static func suits(_ rule: ReminderRule) -> Bool {
        switch rule.template.text {
        case "trainer-digest": rule.anchor == .day
        case "staff", "call-back": rule.audience != .client && rule.anchor != .day
        case "opted-out", "opted-in", "help": false
        case let name: TemplateGuide.reminders.messages[name] == nil || rule.audience == .client
        }
    }

    /// The built-in templates that rules for an audience may name.
    ///
    /// - Parameter rule: The rule, whose template does not count.
    /// - Returns: Names, in order.
    public static func suiting(_ rule: ReminderRule) -> [String] {
        TemplateGuide.reminders.messages.filter { name, message in
            var other = rule
            guard let template = try? Handle(name) else { return false }
            other.template = template
            return suits(other) && message.forms.contains(rule.channel == .email ? .mail : .sms)
        }.keys.sorted()
    }
}

extension TemplateGuide.Message {
    /// A message about one session.
    public static func session(_ forms: Set<TemplateForm>) -> TemplateGuide.Message {
        TemplateGuide.Message(forms) { AppointmentWord.samples(Language(ofTemplates: $0)) }
    }

    /// An answer to an inbound text.
    fileprivate static let answer = TemplateGuide.Message([.sms]) { AnswerWord.samples(Language(ofTemplates: $0)) }
}
