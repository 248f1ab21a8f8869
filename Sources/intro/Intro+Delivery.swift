import Booking
import BookingStore
import Logging
import Messaging
import Postgres
import Reminders

extension Intro {
    /// How texts leave, and who writes them.
    struct SMSDelivery: Sendable {
        let transport: any Transport<TextMessage>
        let composer: TextComposer
    }

    /// How mail leaves, and who writes it.
    struct MailDelivery: Sendable {
        let transport: any Transport<MailEnvelope>
        let composer: MailComposer
    }

    /// The words of all messages, the operator's own among them.
    var templates: TemplateLibrary {
        get throws { try ReminderTemplates.library(overriddenBy: settings.templatesFolder) }
    }

    /// How mail leaves.
    ///
    /// - Parameter templates: The words.
    /// - Returns: The transport, and who writes mail.
    /// - Throws: A `Failure` or `TransportConfigurationError` when mail is not configured as it must be.
    func mailDelivery(_ templates: TemplateLibrary) throws -> MailDelivery {
        try mailDelivery { MailComposer(templates: templates, sender: $0, unsubscribing: $1) }
    }

    private func mailDelivery(composing: (Mailbox, String?) -> MailComposer) throws -> MailDelivery {
        let mail = settings.mail
        let destination = try MailTransportURL(parsing: mail.url)
        let transport = try destination.makeTransport(password: try mail.password()?.revealed)
        let composer = composing(try mail.sender(to: destination), mail.unsubscribeURL)
        if let link = mail.unsubscribeURL { _ = try UnsubscribeLink(link) }
        guard let rate = mail.rate else { return MailDelivery(transport: transport, composer: composer) }
        return MailDelivery(transport: transport.rateLimited(try pace(rate, of: .mailRate)), composer: composer)
    }

    /// How texts leave: a number may send one segment a second, where nothing else is configured.
    ///
    /// - Parameter templates: The words.
    /// - Returns: The transport, and who writes texts.
    /// - Throws: A `Failure` or `TransportConfigurationError` when texts are not configured as they must be.
    func smsDelivery(_ templates: TemplateLibrary) throws -> SMSDelivery {
        try smsDelivery { TextComposer(templates: templates, sender: $0) }
    }

    private func smsDelivery(composing: (TextSender) -> TextComposer) throws -> SMSDelivery {
        let texts = settings.texts
        let destination = try SMSTransportURL(parsing: texts.url)
        let transport = try destination.makeTransport(
            token: try texts.token()?.revealed, callback: try texts.callback(), clock: { [self] in now })
        let composer = composing(try texts.sender(to: destination))
        let usual: String? = if case .folder = destination { nil } else { "1/s" }
        guard let rate = texts.rate ?? usual else { return SMSDelivery(transport: transport, composer: composer) }
        return SMSDelivery(transport: transport.rateLimitedBySender(try pace(rate, of: .smsRate)), composer: composer)
    }

    /// Says where texts end up, where mail leaves the machine and they do not: nobody would miss them for days.
    ///
    /// - Throws: `TransportConfigurationError`.
    func noteSMSFolder() throws {
        guard case .smtp = try MailTransportURL(parsing: settings.mail.url),
            case .folder(let path) = try SMSTransportURL(parsing: settings.texts.url)
        else { return }
        console.note("note: texts go into the folder \(path); set INTRO_SMS_URL, or disable the rules that send them")
    }

    /// The words of all messages, read again when the operator's own change.
    ///
    /// - Throws: `TemplateError` when the operator's folder cannot be read.
    var templateStore: TemplateStore {
        get throws { try TemplateStore(folder: settings.templatesFolder) }
    }

    /// The words of all messages, for a sender: it does not start with templates that cannot be used.
    ///
    /// - Parameter database: Where the rules are that name templates.
    /// - Returns: The words.
    /// - Throws: A `Failure` that lists what is wrong, `TemplateError` or `PostgresError`.
    func checkedTemplates(for database: Database) async throws -> TemplateStore {
        let store = try templateStore
        let folder = settings.templatesFolder ?? ""
        let rules = try await database.withConnection { try await RuleRepository($0).all() }
        let library = store.library
        let problems =
            store.findings.map { "\(folder)/\($0.description)" }
            + rules.filter(\.isEnabled).compactMap { rule in
                library.missingTemplates(of: rule).map { "rule \(rule.key) needs \($0), which is not there" }
            }
        guard problems.isEmpty else {
            throw Failure.misconfigured(
                "some messages cannot be written", because: problems.joined(separator: "\n"),
                hint: "correct what is listed, and check it with `intro templates check`")
        }
        return store
    }

    /// A batch of messages, ready to go.
    ///
    /// - Parameters:
    ///   - database: Where the ledger is.
    ///   - templates: The words; `nil` reads them.
    ///   - mode: Whether to leave alone what waits.
    ///   - restoreLevel: How a restore of the database is logged; a command reports it itself.
    /// - Returns: The batch.
    /// - Throws: A `Failure`, `TemplateError` or `TransportConfigurationError` when something is not configured as it must be.
    func reminders(
        _ database: Database, templates: TemplateStore? = nil, mode: DeliveryRun.DeliveryMode = .none,
        restoreLevel: Logger.Level = .info
    ) throws -> DeliveryRun {
        let store = try templates ?? templateStore
        let mailDelivery = try mailDelivery { MailComposer(templates: store, sender: $0, unsubscribing: $1) }
        let smsDelivery = try smsDelivery { TextComposer(templates: store, sender: $0) }
        return DeliveryRun(
            database: database,
            mail: DeliveryChannel(.email, by: mailDelivery.transport, connections: settings.mail.connections) {
                try mailDelivery.composer.renderedMessage(for: $0, at: $1)
            },
            texts: DeliveryChannel(.sms, by: smsDelivery.transport, connections: settings.texts.connections) {
                try smsDelivery.composer.renderedMessage(for: $0, at: $1)
            }, actor: actor, mode: mode, clock: { [self] in now }, host: hostName, templates: store,
            journal: journal, restoreLevel: restoreLevel, logger: logger)
    }

    /// Compares this process's journal with a database that was restored or promoted.
    ///
    /// - Parameter database: Where the ledger is.
    /// - Returns: What does it.
    func reconciler(_ database: Database) -> JournalReconciler {
        JournalReconciler(
            database: database, journal: journal, actor: actor, host: hostName, clock: { [self] in now }, logger: logger
        )
    }

    private func pace(_ text: String, of setting: intro.Setting) throws(Failure) -> SendingRate {
        try setting.pace(text)
    }

    /// Where clients' texts are heard and answered.
    ///
    /// - Parameter database: Where they are kept.
    /// - Returns: The desk; how it answers is looked for when it does.
    func inboundSMS(_ database: Database) -> InboundSMS {
        InboundSMS(database: database, actor: actor) { [self] in
            let smsDelivery = try smsDelivery(try templates)
            return InboundSMS.Answering(transport: smsDelivery.transport, composer: smsDelivery.composer)
        }
    }
}

extension TemplateLibrary {
    /// Refuses a rule whose template is missing, or is written for another audience.
    ///
    /// - Parameter rule: The rule.
    /// - Throws: `InvalidInput`.
    func assertTemplateExists(_ rule: ReminderRule) throws(InvalidInput) {
        guard ReminderTemplates.isSuitable(rule) else {
            let audience = rule.anchor == .day ? "a day of a trainer" : "the \(rule.audience.rawValue)"
            throw InvalidInput(
                field: "--template", problem: "\(rule.template) is not written for \(audience)",
                hint: "name another, such as \(ReminderTemplates.suitableTemplates(rule).joined(separator: ", "))")
        }
        guard let files = missingTemplates(of: rule) else { return }
        throw InvalidInput(
            field: "--template", problem: "\(rule.template) has no texts for \(rule.channel.words)",
            hint: "write \(files) into the folder of INTRO_TEMPLATES_FOLDER, or name another")
    }

    /// The files of a rule's template, where one of them is missing.
    func missingTemplates(of rule: ReminderRule) -> String? {
        let form: TemplateForm = rule.channel == .email ? .mail : .sms
        guard !holds(rule.template.text, as: form) else { return nil }
        return form.parts.map { "\(rule.template).\($0.rawValue)" }.joined(separator: ", ")
    }
}
