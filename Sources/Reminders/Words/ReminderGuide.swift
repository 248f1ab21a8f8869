import Booking
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

extension TemplateGuide.Message {
    /// A message about one session.
    public static func session(_ forms: Set<TemplateForm>) -> TemplateGuide.Message {
        TemplateGuide.Message(forms) { AppointmentWord.samples(Language(ofTemplates: $0)) }
    }

    /// An answer to an inbound text.
    fileprivate static let answer = TemplateGuide.Message([.sms]) { AnswerWord.samples(Language(ofTemplates: $0)) }
}
