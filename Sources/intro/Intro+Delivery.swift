import Booking
import BookingStore
import Logging
import Messaging
import Postgres
import Reminders

extension Intro {
    /// The transport and the composer of texts.
    struct SMSDelivery: Sendable {
        let transport: any Transport<TextMessage>
        let composer: TextComposer
    }

    /// The transport and the composer of mail.
    struct MailDelivery: Sendable {
        let transport: any Transport<MailEnvelope>
        let composer: MailComposer
    }

    /// Checks the built-in templates together with the operator's own.
    ///
    /// - Parameter folder: The operator's folder; `nil` for none.
    /// - Returns: The findings, sorted by file and line.
    /// - Throws: `TemplateError` when the folder cannot be read.
    func templateFindings(in folder: String?) throws(TemplateError) -> [TemplateFinding] {
        let own: [String: String] = if let folder { try TemplateFolder.read(folder) } else { [:] }
        return TemplateCheck(.reminders) { TextSegments(of: $0).count }
            .findings(in: ReminderTemplates.sources, overriddenBy: own)
    }

    /// Returns the template store with the templates of all messages, including the operator's own.
    var templates: TemplateLibrary {
        get throws { try ReminderTemplates.library(overriddenBy: settings.templatesFolder) }
    }

    /// Returns the transport and the composer of mail.
    ///
    /// - Parameter templates: The templates.
    /// - Returns: The transport and the composer.
    /// - Throws: A `Failure` or `TransportConfigurationError` when the configuration of mail is not valid.
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

    /// Returns the transport and the composer of texts.
    ///
    /// By default, a number sends one segment per second.
    ///
    /// - Parameter templates: The templates.
    /// - Returns: The transport and the composer.
    /// - Throws: A `Failure` or `TransportConfigurationError` when the configuration of texts is not valid.
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

    /// Prints a note when mail leaves the machine but texts go into a folder, because this might go unnoticed for days.
    ///
    /// - Throws: `TransportConfigurationError`.
    func noteSMSFolder() throws {
        guard case .smtp = try MailTransportURL(parsing: settings.mail.url),
            case .folder(let path) = try SMSTransportURL(parsing: settings.texts.url)
        else { return }
        console.note("note: texts go into the folder \(path); set INTRO_SMS_URL, or disable the rules that send them")
    }

    /// Returns the templates of all messages, which are reloaded when the operator's files change.
    ///
    /// - Throws: `TemplateError` when the operator's folder cannot be read.
    var templateStore: TemplateStore {
        get throws { try TemplateStore(folder: settings.templatesFolder) }
    }

    /// Returns the templates of all messages for a sender, which must not start with invalid templates.
    ///
    /// - Parameter database: The database with the rules that name templates.
    /// - Returns: The templates.
    /// - Throws: A `Failure` that lists the problems, `TemplateError` or `PostgresError`.
    func checkedTemplates(for database: Database) async throws -> TemplateStore {
        let store = try templateStore
        let folder = settings.templatesFolder ?? ""
        let rules = try await database.withConnection { try await RuleRepository($0).all().rules }
        let library = store.library
        let problems =
            store.findings.map { "\(folder)/\($0.description)" }
            + rules.filter(\.isEnabled).compactMap { rule in
                library.missingTemplates(of: rule).map { "rule \(rule.key) needs \($0), which does not exist" }
            }
        guard problems.isEmpty else {
            throw Failure.misconfigured(
                "some messages cannot be rendered", because: problems.joined(separator: "\n"),
                hint: "correct the listed problems, then run `intro templates check`")
        }
        return store
    }

    /// Prints a note if queued messages wait for corrected templates; a runner records this reason with each message.
    ///
    /// - Parameters:
    ///   - entries: The messages that are listed.
    ///   - database: The database with the rules that name templates.
    /// - Throws: `PostgresError`.
    func noteTemplateProblems(of entries: [LedgerEntry], in database: Database) async throws {
        guard settings.templatesFolder != nil, entries.contains(where: { $0.status == "queued" }) else { return }
        do {
            _ = try await checkedTemplates(for: database)
        } catch let failure as Failure {
            console.note("queued messages wait for corrected templates: \(failure.reason ?? failure.message)")
        } catch let error as TemplateError {
            console.note("queued messages wait for corrected templates: \(error)")
        }
    }

    /// Returns a delivery run that is ready to start.
    ///
    /// - Parameters:
    ///   - database: The database with the ledger.
    ///   - templates: The templates; `nil` to load them.
    ///   - mode: The delivery mode.
    ///   - restoreLevel: The log level for a restored database; a command reports it itself.
    /// - Returns: The delivery run.
    /// - Throws: A `Failure`, `TemplateError` or `TransportConfigurationError` when the configuration is not valid.
    func reminders(
        _ database: Database, templates: TemplateStore? = nil, mode: DeliveryRun.DeliveryMode = .manual,
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
            journal: journal, restoreLevel: restoreLevel, advice: .commandLine, logger: logger)
    }

    /// Returns the reconciler that compares this process's journal with a restored or promoted database.
    ///
    /// - Parameter database: The database with the ledger.
    /// - Returns: The reconciler.
    func reconciler(_ database: Database) -> JournalReconciler {
        JournalReconciler(
            database: database, journal: journal, actor: actor, host: hostName, clock: { [self] in now },
            advice: .commandLine, logger: logger)
    }

    private func pace(_ text: String, of setting: intro.Setting) throws(Failure) -> SendingRate {
        try setting.pace(text)
    }

    /// Returns the operations that process and answer incoming texts.
    ///
    /// - Parameter database: The database that stores them.
    /// - Returns: The operations; the transport of answers is created on first use.
    func inboundSMS(_ database: Database) -> InboundSMS {
        InboundSMS(database: database, actor: actor) { [self] in
            let smsDelivery = try smsDelivery(try templates)
            return InboundSMS.Answering(transport: smsDelivery.transport, composer: smsDelivery.composer)
        }
    }
}

extension TemplateLibrary {
    /// Rejects a rule whose template does not exist or is written for another audience.
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

    /// Returns the file names of a rule's template if one of them is missing.
    func missingTemplates(of rule: ReminderRule) -> String? {
        let form: TemplateForm = rule.channel == .email ? .mail : .sms
        guard !holds(rule.template.text, as: form) else { return nil }
        return form.parts.map { "\(rule.template).\($0.rawValue)" }.joined(separator: ", ")
    }
}

extension DeliveryAdvice {
    /// The advice in the terms of the command line.
    static let commandLine = DeliveryAdvice { problem in
        switch problem {
        case .failed: "see `intro reminders list --status failed`"
        case .unknown: "see `intro reminders unknown`"
        case .held: "see `intro reminders hold --help`"
        case .journalMissing: "see `intro reminders hold` and `intro reminders release`"
        }
    }
}
