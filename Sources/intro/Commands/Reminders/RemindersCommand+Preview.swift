import ArgumentParser
import Booking
import Messaging
import Reminders

extension RemindersCommand {
    /// `intro reminders preview`.
    struct Preview: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "preview",
            abstract: "Preview a rule's message.",
            discussion: "Sample data is used without --ref.")

        @Argument(help: "The rule.")
        var rule: String

        @OptionGroup var sample: SampleOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let (rule, claimed) = try await sample.claimed(of: rule, to: nil, in: intro)
            let templates = try intro.templates
            switch rule.channel {
            case .email:
                let mail = try intro.mailing(templates).composer.mail(for: claimed, at: intro.now)
                try intro.console.report(PreviewRecord(rule, mail)) { Self.text(mail) }
            case .sms:
                let text = try intro.texting(templates).composer.text(for: claimed, at: intro.now)
                try intro.console.report(PreviewRecord(rule, text)) {
                    "\(text.body.visibleLines)\n\n\(counted(text.segments.count, "segment")), \(text.segments.encoding.rawValue)"
                }
            }
        }

        private static func text(_ mail: MailMessage) -> String {
            let parts = [
                "Subject: \(mail.subject)\n\n\(mail.text)", "--- HTML ---\n\(mail.html)",
                mail.calendar.map { "--- text/calendar; method=\($0.method.rawValue) ---\n\($0.ics)" },
            ]
            return parts.compactMap(\.self).joined(separator: "\n").visibleLines
        }
    }
}
