import Booking
public import Messaging

/// The built-in templates, one file each under `Templates`.
///
/// `NAME.subject`, `NAME.txt` and `NAME.html` are the parts of a mail, `NAME.sms` is a text message. Templates in other
/// languages than English have the language before the extension, as in `NAME.es.txt`. The other files are shared
/// partials.
public enum ReminderTemplates {
    /// The source of each template by its file name.
    public static let sources: [String: String] = [
        "advice.es.html": PackageResources.advice_es_html,
        "advice.es.txt": PackageResources.advice_es_txt,
        "advice.html": PackageResources.advice_html,
        "advice.txt": PackageResources.advice_txt,
        "again.es.html": PackageResources.again_es_html,
        "again.es.txt": PackageResources.again_es_txt,
        "again.html": PackageResources.again_html,
        "again.txt": PackageResources.again_txt,
        "attended.es.html": PackageResources.attended_es_html,
        "attended.es.sms": PackageResources.attended_es_sms,
        "attended.es.subject": PackageResources.attended_es_subject,
        "attended.es.txt": PackageResources.attended_es_txt,
        "attended.html": PackageResources.attended_html,
        "attended.sms": PackageResources.attended_sms,
        "attended.subject": PackageResources.attended_subject,
        "attended.txt": PackageResources.attended_txt,
        "call-back.es.html": PackageResources.call_back_es_html,
        "call-back.es.subject": PackageResources.call_back_es_subject,
        "call-back.es.txt": PackageResources.call_back_es_txt,
        "call-back.html": PackageResources.call_back_html,
        "call-back.subject": PackageResources.call_back_subject,
        "call-back.txt": PackageResources.call_back_txt,
        "cancelled.es.html": PackageResources.cancelled_es_html,
        "cancelled.es.sms": PackageResources.cancelled_es_sms,
        "cancelled.es.subject": PackageResources.cancelled_es_subject,
        "cancelled.es.txt": PackageResources.cancelled_es_txt,
        "cancelled.html": PackageResources.cancelled_html,
        "cancelled.sms": PackageResources.cancelled_sms,
        "cancelled.subject": PackageResources.cancelled_subject,
        "cancelled.txt": PackageResources.cancelled_txt,
        "changes.es.html": PackageResources.changes_es_html,
        "changes.es.txt": PackageResources.changes_es_txt,
        "changes.html": PackageResources.changes_html,
        "changes.txt": PackageResources.changes_txt,
        "close.html": PackageResources.close_html,
        "confirmation.es.html": PackageResources.confirmation_es_html,
        "confirmation.es.sms": PackageResources.confirmation_es_sms,
        "confirmation.es.subject": PackageResources.confirmation_es_subject,
        "confirmation.es.txt": PackageResources.confirmation_es_txt,
        "confirmation.html": PackageResources.confirmation_html,
        "confirmation.sms": PackageResources.confirmation_sms,
        "confirmation.subject": PackageResources.confirmation_subject,
        "confirmation.txt": PackageResources.confirmation_txt,
        "contact.es.html": PackageResources.contact_es_html,
        "contact.es.txt": PackageResources.contact_es_txt,
        "contact.html": PackageResources.contact_html,
        "contact.txt": PackageResources.contact_txt,
        "details.es.html": PackageResources.details_es_html,
        "details.es.txt": PackageResources.details_es_txt,
        "details.html": PackageResources.details_html,
        "details.txt": PackageResources.details_txt,
        "end.es.html": PackageResources.end_es_html,
        "end.es.txt": PackageResources.end_es_txt,
        "end.html": PackageResources.end_html,
        "end.txt": PackageResources.end_txt,
        "help.es.sms": PackageResources.help_es_sms,
        "help.sms": PackageResources.help_sms,
        "no-show.es.html": PackageResources.no_show_es_html,
        "no-show.es.sms": PackageResources.no_show_es_sms,
        "no-show.es.subject": PackageResources.no_show_es_subject,
        "no-show.es.txt": PackageResources.no_show_es_txt,
        "no-show.html": PackageResources.no_show_html,
        "no-show.sms": PackageResources.no_show_sms,
        "no-show.subject": PackageResources.no_show_subject,
        "no-show.txt": PackageResources.no_show_txt,
        "one-day.es.html": PackageResources.one_day_es_html,
        "one-day.es.sms": PackageResources.one_day_es_sms,
        "one-day.es.subject": PackageResources.one_day_es_subject,
        "one-day.es.txt": PackageResources.one_day_es_txt,
        "one-day.html": PackageResources.one_day_html,
        "one-day.sms": PackageResources.one_day_sms,
        "one-day.subject": PackageResources.one_day_subject,
        "one-day.txt": PackageResources.one_day_txt,
        "opted-in.es.sms": PackageResources.opted_in_es_sms,
        "opted-in.sms": PackageResources.opted_in_sms,
        "opted-out.es.sms": PackageResources.opted_out_es_sms,
        "opted-out.sms": PackageResources.opted_out_sms,
        "page.es.html": PackageResources.page_es_html,
        "page.html": PackageResources.page_html,
        "rebooked.es.html": PackageResources.rebooked_es_html,
        "rebooked.es.sms": PackageResources.rebooked_es_sms,
        "rebooked.es.subject": PackageResources.rebooked_es_subject,
        "rebooked.es.txt": PackageResources.rebooked_es_txt,
        "rebooked.html": PackageResources.rebooked_html,
        "rebooked.sms": PackageResources.rebooked_sms,
        "rebooked.subject": PackageResources.rebooked_subject,
        "rebooked.txt": PackageResources.rebooked_txt,
        "rescheduled.es.html": PackageResources.rescheduled_es_html,
        "rescheduled.es.sms": PackageResources.rescheduled_es_sms,
        "rescheduled.es.subject": PackageResources.rescheduled_es_subject,
        "rescheduled.es.txt": PackageResources.rescheduled_es_txt,
        "rescheduled.html": PackageResources.rescheduled_html,
        "rescheduled.sms": PackageResources.rescheduled_sms,
        "rescheduled.subject": PackageResources.rescheduled_subject,
        "rescheduled.txt": PackageResources.rescheduled_txt,
        "session.es.html": PackageResources.session_es_html,
        "session.es.txt": PackageResources.session_es_txt,
        "session.html": PackageResources.session_html,
        "session.txt": PackageResources.session_txt,
        "staff.es.html": PackageResources.staff_es_html,
        "staff.es.sms": PackageResources.staff_es_sms,
        "staff.es.subject": PackageResources.staff_es_subject,
        "staff.es.txt": PackageResources.staff_es_txt,
        "staff.html": PackageResources.staff_html,
        "staff.sms": PackageResources.staff_sms,
        "staff.subject": PackageResources.staff_subject,
        "staff.txt": PackageResources.staff_txt,
        "three-days.es.html": PackageResources.three_days_es_html,
        "three-days.es.subject": PackageResources.three_days_es_subject,
        "three-days.es.txt": PackageResources.three_days_es_txt,
        "three-days.html": PackageResources.three_days_html,
        "three-days.subject": PackageResources.three_days_subject,
        "three-days.txt": PackageResources.three_days_txt,
        "top.es.html": PackageResources.top_es_html,
        "top.html": PackageResources.top_html,
        "trainer-booked.es.html": PackageResources.trainer_booked_es_html,
        "trainer-booked.es.sms": PackageResources.trainer_booked_es_sms,
        "trainer-booked.es.subject": PackageResources.trainer_booked_es_subject,
        "trainer-booked.es.txt": PackageResources.trainer_booked_es_txt,
        "trainer-booked.html": PackageResources.trainer_booked_html,
        "trainer-booked.sms": PackageResources.trainer_booked_sms,
        "trainer-booked.subject": PackageResources.trainer_booked_subject,
        "trainer-booked.txt": PackageResources.trainer_booked_txt,
        "trainer-cancelled.es.html": PackageResources.trainer_cancelled_es_html,
        "trainer-cancelled.es.sms": PackageResources.trainer_cancelled_es_sms,
        "trainer-cancelled.es.subject": PackageResources.trainer_cancelled_es_subject,
        "trainer-cancelled.es.txt": PackageResources.trainer_cancelled_es_txt,
        "trainer-cancelled.html": PackageResources.trainer_cancelled_html,
        "trainer-cancelled.sms": PackageResources.trainer_cancelled_sms,
        "trainer-cancelled.subject": PackageResources.trainer_cancelled_subject,
        "trainer-cancelled.txt": PackageResources.trainer_cancelled_txt,
        "trainer-changed.es.html": PackageResources.trainer_changed_es_html,
        "trainer-changed.es.sms": PackageResources.trainer_changed_es_sms,
        "trainer-changed.es.subject": PackageResources.trainer_changed_es_subject,
        "trainer-changed.es.txt": PackageResources.trainer_changed_es_txt,
        "trainer-changed.html": PackageResources.trainer_changed_html,
        "trainer-changed.sms": PackageResources.trainer_changed_sms,
        "trainer-changed.subject": PackageResources.trainer_changed_subject,
        "trainer-changed.txt": PackageResources.trainer_changed_txt,
        "trainer-digest.es.html": PackageResources.trainer_digest_es_html,
        "trainer-digest.es.subject": PackageResources.trainer_digest_es_subject,
        "trainer-digest.es.txt": PackageResources.trainer_digest_es_txt,
        "trainer-digest.html": PackageResources.trainer_digest_html,
        "trainer-digest.subject": PackageResources.trainer_digest_subject,
        "trainer-digest.txt": PackageResources.trainer_digest_txt,
        "trainer-moved.es.html": PackageResources.trainer_moved_es_html,
        "trainer-moved.es.sms": PackageResources.trainer_moved_es_sms,
        "trainer-moved.es.subject": PackageResources.trainer_moved_es_subject,
        "trainer-moved.es.txt": PackageResources.trainer_moved_es_txt,
        "trainer-moved.html": PackageResources.trainer_moved_html,
        "trainer-moved.sms": PackageResources.trainer_moved_sms,
        "trainer-moved.subject": PackageResources.trainer_moved_subject,
        "trainer-moved.txt": PackageResources.trainer_moved_txt,
        "two-hours.es.sms": PackageResources.two_hours_es_sms,
        "two-hours.sms": PackageResources.two_hours_sms,
    ].mapValues { String(decoding: $0, as: UTF8.self) }

    /// The built-in templates, parsed once for the process.
    private static let builtIn = Result { () throws(TemplateError) in try TemplateLibrary(sources) }

    /// Reads the templates.
    ///
    /// - Parameter folder: The operator's folder, whose files replace built-in templates of the same name or add to
    ///   them.
    /// - Returns: The built-in templates and the operator's.
    /// - Throws: `TemplateError`, with the operator's file and line.
    public static func library(overriddenBy folder: String? = nil) throws(TemplateError) -> TemplateLibrary {
        guard let folder else { return try builtIn.get() }
        return try TemplateLibrary(sources, overriddenBy: folder)
    }
}

extension TemplateSpecification {
    /// The messages that Intro sends, and the fields of each.
    ///
    /// A rule may use other templates; add them to `messages`, otherwise the check finds them only by their files.
    public static let reminders = TemplateSpecification(
        messages: [
            "confirmation": .session([.mail, .sms]),
            "three-days": .session([.mail]),
            "one-day": .session([.mail, .sms]),
            "two-hours": .session([.sms]),
            "rescheduled": .session([.mail, .sms]),
            "cancelled": .session([.mail, .sms]),
            "rebooked": .session([.mail, .sms]),
            "trainer-changed": .session([.mail, .sms]),
            "no-show": .session([.mail, .sms]),
            "attended": .session([.mail, .sms]),
            "staff": .session([.mail, .sms]),
            "call-back": .session([.mail]),
            "trainer-booked": .trainerChanges,
            "trainer-moved": .trainerChanges,
            "trainer-cancelled": .trainerChanges,
            "trainer-digest": Message([.mail]) { TrainerDayField.samples(Language(templateLanguage: $0)) },
            "opted-out": .answer,
            "opted-in": .answer,
            "help": .answer,
        ],
        languages: Language.allCases.compactMap(\.templateLanguage),
        others: { SessionField.samples(Language(templateLanguage: $0)) })
}

extension ReminderTemplates {
    /// Returns whether a rule's template fits its audience and its subject.
    ///
    /// - Parameter rule: The rule.
    /// - Returns: `false` for a built-in template of another audience; an operator's own template fits any.
    public static func isSuitable(_ rule: ReminderRule) -> Bool {
        switch rule.template.text {
        case "trainer-digest": rule.anchor == .day
        case "trainer-booked", "trainer-moved", "trainer-cancelled": rule.anchor.isTrainerNotice
        case "staff", "call-back": rule.audience != .client && rule.anchor != .day && !rule.anchor.isTrainerNotice
        case "opted-out", "opted-in", "help": false
        case let name: TemplateSpecification.reminders.messages[name] == nil || rule.audience == .client
        }
    }

    /// Returns the built-in templates that are suitable for a rule.
    ///
    /// - Parameter rule: The rule; its template is ignored.
    /// - Returns: The names, sorted.
    public static func suitableTemplates(_ rule: ReminderRule) -> [String] {
        TemplateSpecification.reminders.messages.filter { name, message in
            var other = rule
            guard let template = try? Handle(name) else { return false }
            other.template = template
            return isSuitable(other) && message.forms.contains(rule.channel == .email ? .mail : .sms)
        }.keys.sorted()
    }
}

extension TemplateSpecification.Message {
    /// A message about one session.
    public static func session(_ forms: Set<TemplateForm>) -> TemplateSpecification.Message {
        TemplateSpecification.Message(forms) { SessionField.samples(Language(templateLanguage: $0)) }
    }

    /// A message about changes for a trainer.
    fileprivate static let trainerChanges = TemplateSpecification.Message([.mail, .sms]) {
        TrainerChangesField.samples(Language(templateLanguage: $0))
    }

    /// A reply to an inbound text message.
    fileprivate static let answer = TemplateSpecification.Message([.sms]) {
        ReplyField.samples(Language(templateLanguage: $0))
    }
}
