public import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// Creates messages without a row in the ledger, for previews and tests.
public struct ClaimedMessageSource: Sendable {
    let connection: Connection

    /// Creates a source that reads through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns the message of a rule about a session, as it would be sent now.
    ///
    /// - Parameters:
    ///   - rule: The rule.
    ///   - reference: The session.
    ///   - recipient: Another recipient; `nil` is the rule's own.
    /// - Returns: The message to render.
    /// - Throws: ``NotFound``, ``InvalidInput`` where there is no address, or ``PostgresError``.
    public func claimed(
        _ rule: ReminderRule, about reference: Reference, to recipient: ClaimedMessage.Recipient?
    ) async throws -> ClaimedMessage {
        let session = try await SessionRepository(connection).named(reference)
        let studio = try await StudioRepository(connection).with(session.studio.id)
        let trainer = try await TrainerRepository(connection).named(Handle(session.trainer.handle))
        let client = try await ClientRepository(connection).one(.id(session.client.id))
        let deadline = rule.anchor == .end ? session.endsAt + 4 * 86_400 : session.startsAt
        let defaultRecipient: ClaimedMessage.Recipient? =
            switch (rule.audience, rule.channel) {
            case (.client, .email): client.email.map { .email($0) }
            case (.client, .sms): client.phone.map { .phone($0) }
            case (.trainer, .email): trainer.email.map { .email($0) }
            case (.trainer, .sms): trainer.phone.map { .phone($0) }
            case (.studio, .email): studio.email.map { .email($0) }
            case (.studio, .sms): studio.phone.map { .phone($0) }
            }
        guard let recipient = recipient ?? defaultRecipient else {
            throw InvalidInput(
                field: "the \(rule.audience.rawValue)", problem: "has no address for \(rule.channel.words)",
                hint: "add one, or take another session")
        }
        let subject: ClaimedMessage.Subject =
            switch rule.anchor {
            case .day:
                .day(
                    try await DeliveryRepository(connection).trainerDigest(
                        of: session.trainer.id, session.studio.clock.date(of: session.startsAt)))
            case let anchor where anchor.isTrainerNotice: .changes(TrainerChanges(sampleOf: rule, session))
            default: .session(session)
            }
        return ClaimedMessage(
            message: 0, rule: rule.key.text, template: rule.template.text,
            language: rule.audience == .client ? client.language ?? .english : .english,
            audience: rule.audience, revision: session.revision, recipient: recipient, subject: subject,
            studioContact: ClaimedMessage.StudioContact(
                name: studio.name, address: studio.address, phone: studio.phone, email: studio.email),
            deadline: deadline)
    }
}

extension ClaimedMessage {
    /// Returns a message about a sample session: tomorrow at 9 AM in Los Angeles, for the client Ana Lima.
    ///
    /// - Parameters:
    ///   - rule: The rule.
    ///   - language: The language.
    ///   - recipient: The recipient; `nil` is a sample address.
    ///   - now: The current time.
    /// - Returns: The message to render.
    /// - Throws: An error only if a part of the sample is invalid.
    public static func sample(
        of rule: ReminderRule, in language: Language, to recipient: Recipient? = nil, at now: Date
    ) throws -> ClaimedMessage {
        let clock = try StudioClock(timeZone: "America/Los_Angeles", hourCycle: .twelve)
        let tomorrow = clock.date(of: now).adding(days: 1)
        let start = clock.startOfDay(tomorrow) + 9 * 3600
        let place = Session.Place(id: Studio.ID(0), handle: "downtown", name: "Downtown Strength", clock: clock)
        let trainer = Session.TrainerName(id: Trainer.ID(0), handle: "maria", name: "Maria Lopez")
        let (email, phone) = (try EmailAddress("ana@example.com"), try PhoneNumber(e164: "+12135550142"))
        let ended: Session.Status = rule.condition == .noShow ? .noShow : .attended
        let session = Session(
            id: Session.ID(0), reference: try Reference("K7Q29FXM"),
            status: [.cancelled, .trainerCancelled].contains(rule.anchor)
                ? .cancelled : rule.anchor == .end ? ended : .booked,
            revision: rule.anchor.sampleRevision,
            client: Client(id: Client.ID(0), name: "Ana Lima", email: email, phone: phone, language: language),
            trainer: trainer, studio: place, startsAt: start, endsAt: start + 1200, bookedAt: now,
            overrideReason: nil, cancelReason: nil)
        return ClaimedMessage(
            message: 0, rule: rule.key.text, template: rule.template.text, language: language,
            audience: rule.audience, revision: session.revision,
            recipient: recipient ?? (rule.channel == .email ? .email(email) : .phone(phone)),
            subject: rule.anchor == .day
                ? .day(TrainerDigest(trainer: trainer, studio: place, date: tomorrow, sessions: [session]))
                : rule.anchor.isTrainerNotice
                    ? .changes(TrainerChanges(sampleOf: rule, session)) : .session(session),
            studioContact: StudioContact(
                name: place.name, address: "500 S Hope St, Los Angeles, CA 90071",
                phone: try PhoneNumber(e164: "+12135550100"), email: try EmailAddress("downtown@example.com")),
            deadline: rule.anchor == .end ? start + 4 * 86_400 : start)
    }
}

extension ReminderRule.Anchor {
    /// The revision of a session for which a sample message is sent.
    fileprivate var sampleRevision: Int32 {
        switch self {
        case .moved, .trainerChanged, .cancelled, .trainerMoved, .trainerCancelled: 2
        case .rebooked: 3
        case .booked, .start, .end, .callRequested, .day, .trainerBooked: 1
        }
    }
}
