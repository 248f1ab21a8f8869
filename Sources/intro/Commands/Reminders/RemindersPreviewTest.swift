import ArgumentParser
import Booking
import BookingStore
import Messaging
import Postgres
import Reminders

extension RemindersCommand {
    /// `intro reminders preview`.
    struct Preview: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "preview",
            abstract: "Preview a rule's message.",
            discussion: """
                Sample data is used without --ref.

                Example: intro reminders preview day-before --ref K7Q2-9FXM
                """)

        @Argument(help: "The rule.")
        var rule: String

        @OptionGroup var sample: SampleOptions

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let (rule, claimed) = try await sample.claimed(of: rule, to: nil, in: intro)
            let templates = try intro.templates
            switch rule.channel {
            case .email:
                let mail = try intro.mailDelivery(templates).composer.mail(for: claimed, at: intro.now)
                try intro.console.report(PreviewRecord(rule, mail)) { Self.text(mail) }
            case .sms:
                let text = try intro.smsDelivery(templates).composer.text(for: claimed, at: intro.now)
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

extension RemindersCommand {
    /// `intro reminders test`.
    struct Test: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "test",
            abstract: "Send a test copy of a rule's message.",
            discussion: """
                Nothing is written into the ledger. Sample data is used without --ref.

                Example: intro reminders test day-before --to me@example.com
                """)

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
                let mailDelivery = try intro.mailDelivery(templates)
                let renderedMessage = try mailDelivery.composer.renderedMessage(for: claimed, at: intro.now)
                outcome = try await mailDelivery.transport.withSession { await $0.deliver(renderedMessage.item) }
            case .sms:
                let smsDelivery = try intro.smsDelivery(templates)
                let renderedMessage = try smsDelivery.composer.renderedMessage(for: claimed, at: intro.now)
                outcome = try await smsDelivery.transport.withSession { await $0.deliver(renderedMessage.item) }
            }
            let record = TestRecord(rule: rule, to: claimed.recipient.text, outcome: outcome)
            try intro.console.report(record) { "\(record.outcome): \(record.reply)".visible }
            if let failure = record.failure(rule.channel) { throw failure }
        }
    }
}

/// The options that select a session and a language for a preview or a test.
struct SampleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Use this session's data: a reference or client.", valueName: "ref"), completion: .references
    )
    var ref: String?

    @Option(help: ArgumentHelp("The language, en or es. (default: the client's)", valueName: "language"))
    var language: String?

    /// Returns a rule's message for a session or with sample data, for its recipient or another one.
    ///
    /// - Parameters:
    ///   - key: The rule, as it was typed.
    ///   - address: Another recipient, as it was typed; `nil` for the message's own.
    ///   - intro: The dependencies of the command.
    /// - Returns: The rule, and the content of the message.
    /// - Throws: `NotFound`, `InvalidInput` or `PostgresError`.
    func claimed(of key: String, to address: String?, in intro: Intro) async throws -> (ReminderRule, ClaimedMessage) {
        let key = try parseRuleKey(key)
        let language = try language.map { try Language($0, field: "--language") }
        let database = try await intro.database()
        let region = try await intro.region(in: database)
        var session: Session?
        if let ref { session = try await intro.session(ref, in: database) }
        return try await database.withConnection { [now = intro.now, session] connection in
            let studio = try session.map { try Handle($0.studio.handle) }
            let rule = try await RuleRepository(connection).named(key, at: studio)
            let recipient: ClaimedMessage.Recipient? = try address.map { text in
                switch rule.channel {
                case .email: .email(try EmailAddress(text, field: "--to"))
                case .sms: .phone(try PhoneNumber(text, region: region, field: "--to"))
                }
            }
            guard let reference = session?.reference else {
                return (rule, try .sample(of: rule, in: language ?? .english, to: recipient, at: now))
            }
            let claimed = try await ClaimedMessageSource(connection).claimed(rule, about: reference, to: recipient)
            return (rule, language.map { claimed.written(in: $0) } ?? claimed)
        }
    }
}

/// The JSON form of a preview.
struct PreviewRecord: Encodable {
    let rule: String
    let channel: String
    @NullWhenNil var to: String?
    @NullWhenNil var subject: String?
    let text: String
    @NullWhenNil var html: String?
    @NullWhenNil var calendar: String?
    @NullWhenNil var method: String?
    @NullWhenNil var segments: Int?
    @NullWhenNil var encoding: String?

    init(_ rule: ReminderRule, _ mail: MailMessage) {
        self.rule = rule.key.text
        channel = rule.channel.rawValue
        to = mail.to.address
        subject = mail.subject
        text = mail.text
        html = mail.html
        calendar = mail.calendar?.ics
        method = mail.calendar?.method.rawValue
        segments = nil
        encoding = nil
    }

    init(_ rule: ReminderRule, _ message: TextMessage) {
        self.rule = rule.key.text
        channel = rule.channel.rawValue
        to = message.to
        subject = nil
        text = message.body
        html = nil
        calendar = nil
        method = nil
        segments = message.segments.count
        encoding = message.segments.encoding.rawValue
    }
}

/// The JSON form of a test's result.
struct TestRecord: Encodable {
    let rule: String
    let channel: String
    let to: String
    let outcome: String
    let reply: String

    init(rule: ReminderRule, to: String, outcome: DeliveryOutcome) {
        self.rule = rule.key.text
        channel = rule.channel.rawValue
        self.to = to
        (self.outcome, reply) =
            switch outcome {
            case .accepted(let reply, _): ("sent", reply)
            case .rejectedTemporarily(_, let reply): ("rejected_for_now", reply)
            case .rejectedPermanently(_, let reply, _): ("rejected_for_good", reply)
            case .senderRefused(let reason), .notSent(let reason, _): ("not_sent", reason)
            case .unknown(let reason): ("unknown", reason)
            }
    }

    /// The failure for a test message that was not accepted; `nil` otherwise.
    func failure(_ channel: Channel) -> Failure? {
        guard outcome != "sent" else { return nil }
        let hint = channel == .email ? "correct INTRO_MAIL_URL or the address" : "correct INTRO_SMS_URL or the number"
        return Failure(
            code: outcome, message: "test message was not accepted", reason: reply.visible, hint: hint,
            exit: outcome == "rejected_for_now" ? .tryAgain : .unreachable)
    }
}
