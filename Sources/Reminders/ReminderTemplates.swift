/// The built-in texts, one file each under `Templates`: `RULE.subject`, `RULE.txt`, `RULE.html`, and what they share.
enum ReminderTemplates {
    /// Each template's source by its name.
    static let sources: [String: String] = [
        "confirmation.subject": PackageResources.confirmation_subject,
        "confirmation.txt": PackageResources.confirmation_txt,
        "confirmation.html": PackageResources.confirmation_html,
        "three-days.subject": PackageResources.three_days_subject,
        "three-days.txt": PackageResources.three_days_txt,
        "three-days.html": PackageResources.three_days_html,
        "one-day.subject": PackageResources.one_day_subject,
        "one-day.txt": PackageResources.one_day_txt,
        "one-day.html": PackageResources.one_day_html,
        "rescheduled.subject": PackageResources.rescheduled_subject,
        "rescheduled.txt": PackageResources.rescheduled_txt,
        "rescheduled.html": PackageResources.rescheduled_html,
        "cancelled.subject": PackageResources.cancelled_subject,
        "cancelled.txt": PackageResources.cancelled_txt,
        "cancelled.html": PackageResources.cancelled_html,
        "top.html": PackageResources.top_html,
        "details.txt": PackageResources.details_txt,
        "details.html": PackageResources.details_html,
        "advice.txt": PackageResources.advice_txt,
        "advice.html": PackageResources.advice_html,
        "contact.txt": PackageResources.contact_txt,
        "contact.html": PackageResources.contact_html,
        "end.txt": PackageResources.end_txt,
        "end.html": PackageResources.end_html,
    ].mapValues { String(decoding: $0, as: UTF8.self) }
}
