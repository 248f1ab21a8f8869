import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// The messages that a sender claims at once.
public struct MessageBatch: Sendable {
    /// The messages to send.
    public internal(set) var messages: [ClaimedMessage] = []
    /// The outcomes of messages that cannot be rendered because of their session's stored data.
    public internal(set) var unreadable: [DeliveryRecord] = []
    /// The number of messages that were out of date and are skipped.
    public internal(set) var skipped = 0
    /// The number of messages that wait for the end of quiet hours.
    public internal(set) var postponed = 0
    /// The number of messages that wait because their session cannot take place.
    public internal(set) var blocked = 0

    /// The number of claimed messages.
    public var count: Int { messages.count + unreadable.count + skipped }

    /// Whether nothing was due.
    public var isEmpty: Bool { count + postponed + blocked == 0 }

    /// Counts a message that stays queued.
    fileprivate mutating func count(waitingFor reason: MessageReason?) {
        if reason?.isObstacle == true { blocked += 1 } else { postponed += 1 }
    }
}

/// Decodes batches from rows that hold ``MessageBatchReader/columns``.
enum MessageBatchReader {
    /// The columns of a message `m`, of its evaluation, and of its session.
    static let columns: SQL = """
        m.id, m.status, m.reason, m.trainer_id, m.day::text, m.rule, m.template, m.language, m.audience, m.revision, m.channel,
        m.address, m.attempts, m.deadline, c.unsubscribe_token, st.name, st.address, st.phone, st.email,
        \(SessionReader.columns)
        """

    /// A claimed message about a trainer's day; the sessions of that day are read separately.
    struct Day {
        let messageColumns: MessageColumns
        let trainer: Trainer.ID
        let date: LocalDate
    }

    /// The columns that each message has.
    struct MessageColumns {
        let message: Int64
        let rule: String
        let template: String
        let language: Language
        let audience: Audience
        let revision: Int32
        let recipient: ClaimedMessage.Recipient
        let attempt: Int32
        let deadline: Date?
        let unsubscribeToken: UUID?
        let studioContact: ClaimedMessage.StudioContact

        func claimedMessage(about subject: ClaimedMessage.Subject) -> ClaimedMessage {
            ClaimedMessage(
                message: message, rule: rule, template: template, language: language, audience: audience,
                revision: revision, recipient: recipient, subject: subject, studioContact: studioContact,
                attempt: attempt,
                deadline: deadline, unsubscribeToken: unsubscribeToken)
        }
    }

    /// Decodes a batch.
    ///
    /// A row that cannot be decoded, such as one with an invalid imported address, does not block other messages.
    static func batch(_ rows: Rows) throws -> (batch: MessageBatch, days: [Day]) {
        var batch = MessageBatch()
        var days: [Day] = []
        try rows.forEach { row in
            let (message, status) = (try row.next(Int64.self), try row.next(String.self))
            do {
                let reason: MessageReason? = try row.nextCode()
                switch status {
                case "attempting": break
                case "skipped":
                    batch.skipped += 1
                    return
                default:
                    batch.count(waitingFor: reason)
                    return
                }
                let (trainer, date) = (try row.next(Int32?.self), try row.next(String?.self))
                let messageColumns = try messageColumns(message, &row)
                if let trainer, let date {
                    days.append(
                        Day(messageColumns: messageColumns, trainer: Trainer.ID(trainer), date: try LocalDate(date)))
                } else {
                    batch.messages.append(
                        messageColumns.claimedMessage(about: .session(try SessionReader.session(&row))))
                }
            } catch let problem as InvalidInput {
                batch.unreadable.append(unreadable(message, problem.description))
            } catch let problem as UnknownCode {
                batch.unreadable.append(unreadable(message, problem.description))
            }
        }
        return (batch, days)
    }

    private static func unreadable(_ message: Int64, _ problem: String) -> DeliveryRecord {
        DeliveryRecord(message: message, status: .failed, reason: .invalidData, reply: problem)
    }

    private static func messageColumns(_ message: Int64, _ row: inout Row) throws -> MessageColumns {
        let (rule, template) = (try row.next(String.self), try row.next(String?.self))
        let (language, audience): (Language, Audience) = (try row.nextCode(), try row.nextCode())
        let revision = try row.next(Int32.self)
        let (channel, address): (Channel, String) = (try row.nextCode(), try row.next(String?.self) ?? "")
        return MessageColumns(
            message: message, rule: rule, template: template ?? rule, language: language, audience: audience,
            revision: revision,
            recipient: try recipient(address, by: channel),
            attempt: try row.next(), deadline: try row.next(), unsubscribeToken: try row.next(),
            studioContact: ClaimedMessage.StudioContact(
                name: try row.next(), address: try row.next(),
                phone: try row.next(String?.self).map { try PhoneNumber(e164: $0) },
                email: try row.next(String?.self).map { try EmailAddress($0) }))
    }

    private static func recipient(_ address: String, by channel: Channel) throws -> ClaimedMessage.Recipient {
        switch channel {
        case .email: .email(try EmailAddress(address))
        case .sms: .phone(try PhoneNumber(e164: address))
        }
    }
}
