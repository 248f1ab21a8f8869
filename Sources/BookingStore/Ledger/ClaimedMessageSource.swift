public import Booking
import FoundationEssentials
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
        let own: ClaimedMessage.Recipient? =
            switch (rule.audience, rule.channel) {
            case (.client, .email): client.email.map { .email($0) }
            case (.client, .sms): client.phone.map { .phone($0) }
            case (.trainer, .email): trainer.email.map { .email($0) }
            case (.trainer, .sms): trainer.phone.map { .phone($0) }
            case (.studio, .email): studio.email.map { .email($0) }
            case (.studio, .sms): studio.phone.map { .phone($0) }
            }
        guard let recipient = recipient ?? own else {
            throw InvalidInput(
                field: "the \(rule.audience.rawValue)", problem: "has no address for \(rule.channel.words)",
                hint: "add one, or take another session")
        }
        let subject: ClaimedMessage.Subject =
            rule.anchor == .day
            ? .day(
                try await DeliveryRepository(connection).workDay(
                    of: session.trainer.id, session.studio.clock.date(of: session.startsAt)))
            : .session(session)
        return ClaimedMessage(
            message: 0, rule: rule.key.text, template: rule.template.text,
            language: rule.audience == .client ? client.language ?? .english : .english,
            audience: rule.audience, revision: session.revision, recipient: recipient, subject: subject,
            desk: ClaimedMessage.Desk(
                name: studio.name, address: studio.address, phone: studio.phone, email: studio.email),
            deadline: deadline)
    }
}
