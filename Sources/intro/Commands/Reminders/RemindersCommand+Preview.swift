import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Messaging
import Postgres
import Reminders

extension RemindersCommand {
    /// `intro reminders preview`.
    struct Preview: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "preview",
            abstract: "Show what a rule says: text, HTML and calendar entry, or the text message with its segments.",
            discussion: "Without --ref it speaks of a session that nobody has booked.")

        @Argument(help: "The rule.")
        var rule: String

        @Option(help: ArgumentHelp("A session to speak of.", valueName: "ref"))
        var ref: String?

        @Option(help: ArgumentHelp("The language, en or es. (default: the client's)", valueName: "language"))
        var language: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let language = try language.map { try Language($0, field: "--language") }
            let (rule, handout) = try await intro.handout(
                of: rule, about: ref, in: language, to: nil, database: intro.database())
            let templates = try intro.templates
            switch rule.channel {
            case .email:
                let mail = try intro.mailing(templates).composer.mail(for: handout, at: intro.now)
                try intro.console.report(PreviewRecord(rule, mail)) { Self.text(mail) }
            case .sms:
                let text = try intro.texting(templates).composer.text(for: handout, at: intro.now)
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

    /// `intro reminders test`.
    struct Test: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "test",
            abstract: "Send what a rule says to an address of your own.",
            discussion:
                "Nothing is written into the ledger. Without --ref it speaks of a session that nobody has booked.")

        @Argument(help: "The rule.")
        var rule: String

        @Option(help: ArgumentHelp("An e-mail address, or a phone number for a text.", valueName: "address"))
        var to: String

        @Option(help: ArgumentHelp("A session to speak of.", valueName: "ref"))
        var ref: String?

        @Option(help: ArgumentHelp("The language, en or es. (default: the client's)", valueName: "language"))
        var language: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let language = try language.map { try Language($0, field: "--language") }
            let database = try await intro.database()
            let (rule, handout) = try await intro.handout(
                of: rule, about: ref, in: language, to: to, database: database)
            let templates = try intro.templates
            let outcome: DeliveryOutcome
            switch rule.channel {
            case .email:
                let mailing = try intro.mailing(templates)
                let letter = try mailing.composer.letter(for: handout, at: intro.now)
                outcome = try await mailing.transport.withCourier { await $0.deliver(letter.item) }
            case .sms:
                let texting = try intro.texting(templates)
                let letter = try texting.composer.letter(for: handout, at: intro.now)
                outcome = try await texting.transport.withCourier { await $0.deliver(letter.item) }
            }
            let record = TestRecord(rule: rule, to: handout.recipient.text, outcome: outcome)
            try intro.console.report(record) { "\(record.outcome): \(record.reply)".visible }
            if let failure = record.failure(rule.channel) { throw failure }
        }
    }
}

extension Intro {
    /// What a rule would say, of a session or of none, to whom it is for or to somebody else.
    fileprivate func handout(
        of key: String, about reference: String?, in language: Language?, to address: String?, database: Database
    ) async throws -> (ReminderRule, Handout) {
        let key = try Handle(key, field: "the rule")
        let reference = try reference.map { try Reference($0) }
        let region = try await region(in: database)
        let now = now
        return try await database.withConnection { connection in
            var studio: Handle?
            if let reference {
                studio = try Handle(try await SessionRepository(connection).named(reference).studio.handle)
            }
            let rule = try await RuleRepository(connection).named(key, at: studio)
            let recipient: Handout.Recipient? = try address.map { text in
                switch rule.channel {
                case .email: .email(try EmailAddress(text, field: "--to"))
                case .sms: .phone(try PhoneNumber(text, region: region, field: "--to"))
                }
            }
            guard let reference else {
                return (rule, try .sample(of: rule, in: language ?? .english, to: recipient, at: now))
            }
            let handout = try await HandoutSource(connection).handout(rule, about: reference, to: recipient)
            return (rule, language.map { handout.written(in: $0) } ?? handout)
        }
    }
}

/// What a rule says, as JSON has it.
private struct PreviewRecord: Encodable {
    let rule: String
    let channel: String
    @Null var to: String?
    @Null var subject: String?
    let text: String
    @Null var html: String?
    @Null var calendar: String?
    @Null var method: String?
    @Null var segments: Int?
    @Null var encoding: String?

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

/// How a trial ended, as JSON has it.
private struct TestRecord: Encodable {
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
            case .accepted(let reply): ("sent", reply)
            case .rejectedForNow(_, let reply): ("rejected_for_now", reply)
            case .rejectedForGood(_, let reply): ("rejected_for_good", reply)
            case .notSent(let reason, _): ("not_sent", reason)
            case .unknown(let reason): ("unknown", reason)
            }
    }

    /// What the process ends with where nothing arrived.
    func failure(_ channel: Channel) -> Failure? {
        guard outcome != "sent" else { return nil }
        let hint = channel == .email ? "correct INTRO_MAIL_URL or the address" : "correct INTRO_SMS_URL or the number"
        return Failure(
            code: outcome, message: "the test was not taken", reason: reply.visible, hint: hint,
            exit: outcome == "rejected_for_now" ? .tryAgain : .unreachable)
    }
}
