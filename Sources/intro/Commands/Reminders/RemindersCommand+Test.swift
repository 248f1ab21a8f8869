import ArgumentParser
import Booking
import BookingStore
import Messaging
import Reminders

extension RemindersCommand {
    /// `intro reminders test`.
    struct Test: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "test",
            abstract: "Send a test copy of a rule's message.",
            discussion:
                "Nothing is written into the ledger. Sample data is used without --ref.")

        @Argument(help: "The rule.")
        var rule: String

        @Option(help: ArgumentHelp("An e-mail address or a phone number.", valueName: "address"))
        var to: String

        @OptionGroup var sample: SampleOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let (rule, claimed) = try await sample.claimed(of: rule, to: to, in: intro)
            let templates = try intro.templates
            let outcome: DeliveryOutcome
            switch rule.channel {
            case .email:
                let mailing = try intro.mailing(templates)
                let renderedMessage = try mailing.composer.renderedMessage(for: claimed, at: intro.now)
                outcome = try await mailing.transport.withSession { await $0.deliver(renderedMessage.item) }
            case .sms:
                let texting = try intro.texting(templates)
                let renderedMessage = try texting.composer.renderedMessage(for: claimed, at: intro.now)
                outcome = try await texting.transport.withSession { await $0.deliver(renderedMessage.item) }
            }
            let record = TestRecord(rule: rule, to: claimed.recipient.text, outcome: outcome)
            try intro.console.report(record) { "\(record.outcome): \(record.reply)".visible }
            if let failure = record.failure(rule.channel) { throw failure }
        }
    }
}
