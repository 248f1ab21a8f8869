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
        m.copy, m.address, m.attempts, m.deadline, c.unsubscribe_token, st.name, st.address, st.phone, st.email,
        m.former_start, own.handle, own.name,
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
        let copy: Int32
        let recipient: ClaimedMessage.Recipient
        let attempt: Int32
        let deadline: Date?
        let unsubscribeToken: UUID?
        let studioContact: ClaimedMessage.StudioContact

        func claimedMessage(about subject: ClaimedMessage.Subject) -> ClaimedMessage {
            ClaimedMessage(
                message: message, rule: rule, template: template, language: language, audience: audience,
                revision: revision, copy: copy, recipient: recipient, subject: subject, studioContact: studioContact,
                attempt: attempt,
                deadline: deadline, unsubscribeToken: unsubscribeToken)
        }

        /// The ledger row.
        var row: ClaimedMessage.Row { ClaimedMessage.Row(id: message, rule: rule, revision: revision, copy: copy) }
    }

    /// Decodes a batch.
    ///
    /// A row that cannot be decoded, such as one with an invalid imported address, does not block other messages.
    static func batch(_ rows: Rows) throws -> (batch: MessageBatch, days: [Day]) {
        var contents = Contents()
        try rows.forEach { row in
            let (message, status) = (try row.next(Int64.self), try row.next(String.self))
            do {
                let reason: MessageReason? = try row.nextCode()
                switch status {
                case "attempting": try contents.add(message, &row)
                case "skipped": contents.batch.skipped += 1
                default: contents.batch.count(waitingFor: reason)
                }
            } catch let problem as InvalidInput {
                contents.batch.unreadable.append(unreadable(message, problem.description))
            } catch let problem as UnknownCode {
                contents.batch.unreadable.append(unreadable(message, problem.description))
            }
        }
        contents.batch.messages += contents.notices.messages
        return (contents.batch, contents.days)
    }

    /// The rows that were decoded: messages about sessions, trainers' days, and notices to trainers.
    private struct Contents {
        var batch = MessageBatch()
        var days: [Day] = []
        var notices = NoticeGroups()

        /// Decodes the rest of the row of a claimed message.
        mutating func add(_ message: Int64, _ row: inout Row) throws {
            let (trainer, date) = (try row.next(Int32?.self), try row.next(String?.self))
            let columns = try MessageBatchReader.messageColumns(message, &row)
            let formerStart = try row.next(Date?.self)
            let (handle, name) = (try row.next(String?.self) ?? "", try row.next(String?.self) ?? "")
            if let trainer, let date {
                days.append(Day(messageColumns: columns, trainer: Trainer.ID(trainer), date: try LocalDate(date)))
                return
            }
            let session = try SessionReader.session(&row)
            if let trainer {
                notices.add(
                    TrainerChanges.Change(row: columns.row, session: session, formerStart: formerStart),
                    for: Session.TrainerName(id: Trainer.ID(trainer), handle: handle, name: name), columns)
            } else {
                batch.messages.append(columns.claimedMessage(about: .session(session)))
            }
        }
    }

    /// The claimed notices to trainers, of which each trainer gets one message.
    private struct NoticeGroups {
        private var groups: [(columns: MessageColumns, changes: TrainerChanges)] = []

        mutating func add(
            _ change: TrainerChanges.Change, for trainer: Session.TrainerName, _ columns: MessageColumns
        ) {
            if let index = groups.firstIndex(where: { $0.changes.trainer.id == trainer.id }) {
                groups[index].changes.changes.append(change)
            } else {
                groups.append((columns, TrainerChanges(trainer: trainer, changes: [change])))
            }
        }

        var messages: [ClaimedMessage] { groups.map { $0.columns.claimedMessage(about: .changes($0.changes)) } }
    }

    private static func unreadable(_ message: Int64, _ problem: String) -> DeliveryRecord {
        DeliveryRecord(message: message, status: .failed, reason: .invalidData, reply: problem)
    }

    private static func messageColumns(_ message: Int64, _ row: inout Row) throws -> MessageColumns {
        let (rule, template) = (try row.next(String.self), try row.next(String?.self))
        let (language, audience): (Language, Audience) = (try row.nextCode(), try row.nextCode())
        let revision = try row.next(Int32.self)
        let channel: Channel = try row.nextCode()
        let (copy, address) = (try row.next(Int32.self), try row.next(String?.self) ?? "")
        return MessageColumns(
            message: message, rule: rule, template: template ?? rule, language: language, audience: audience,
            revision: revision, copy: copy,
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
