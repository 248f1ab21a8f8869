public import Booking
import BookingStore
public import FoundationEssentials
public import Messaging
public import Postgres

/// Mail to the sender's address: stored once, even if delivered repeatedly, and processed in the same transaction.
public struct InboundMail: Sendable {
    /// The content of a mail, reduced to the facts for a decision.
    public enum Content: Sendable {
        /// A delivery report, and identifiers that include the Message-ID of the reported message.
        case failure([ReportedAddress], messageIDs: [String])
        /// A complaint: the reason to block the address, the provider's term for it, and the addresses in the report.
        case complaint(Suppression.Reason, String, [EmailAddress], messageIDs: [String])
        /// A reply to the invitation with that identifier.
        case calendarReply(MailDecision.Reply, uid: String)
        /// Mail that requires manual review.
        case other
    }

    /// A received mail.
    public struct Item: Sendable {
        let sender: String?
        let subject: String?
        let excerpt: String
        let content: Content

        /// Creates a mail.
        ///
        /// - Parameters:
        ///   - sender: The sender in its header.
        ///   - subject: Its subject.
        ///   - excerpt: The beginning of the mail, for manual review; mail with the same beginning is considered a
        ///     duplicate.
        ///   - content: The content.
        public init(sender: String?, subject: String?, excerpt: String, content: Content) {
            self.sender = sender
            self.subject = subject
            self.excerpt = excerpt
            self.content = content
        }
    }

    /// The result for one address.
    public struct Address: Sendable {
        /// The address.
        public let address: EmailAddress
        /// The reason that the address was blocked; `nil` if it was not.
        public let suppression: Suppression.Reason?
        /// The diagnosis of the refusing server, or the provider's term for a complaint.
        public let detail: String?
    }

    /// The result of a mail.
    public struct Receipt: Sendable {
        /// The stored mail.
        public let entry: InboundMailEntry
        /// The results for the addresses in the mail.
        public let addresses: [Address]
        /// Whether the mail was received for the first time.
        public let isNew: Bool
    }

    let database: Database
    let actor: String

    /// Creates the receiver of mail.
    ///
    /// - Parameters:
    ///   - database: The database.
    ///   - actor: The actor for the event log.
    public init(database: Database, actor: String) {
        self.database = database
        self.actor = actor
    }

    /// Stores a mail and applies its effects.
    ///
    /// - Parameters:
    ///   - item: The mail.
    ///   - now: The time of receipt.
    /// - Returns: The result.
    /// - Throws: ``PostgresError``.
    public func receive(_ item: Item, now: Date) async throws -> Receipt {
        try await database.transaction { connection in
            await BookingLocks(actor: actor).begin(on: connection)
            let mails = InboundMailRepository(connection)
            let id = try await mails.insert(item, now: now)
            let evaluation = try await MailEvaluation(item.content, now: now, on: connection)
            if let id {
                try await apply(evaluation, detail: item.content.detail, now: now, on: connection)
                try await mails.finish(id, evaluation, now: now)
            }
            return Receipt(
                entry: try await mails.entry(id: id, excerpt: item.excerpt),
                addresses: evaluation.addresses(of: item.content),
                isNew: id != nil)
        }
    }

    /// Marks mails as done.
    ///
    /// - Parameters:
    ///   - ids: The mails.
    ///   - now: The current time.
    /// - Throws: ``NotFound`` if a mail is missing, in which case none is marked, or ``PostgresError``.
    public func finish(_ ids: [Int64], now: Date) async throws {
        try await database.transaction { connection in
            await BookingLocks(actor: actor).begin(on: connection)
            let found = Set(try await InboundMailRepository(connection).markDone(ids, by: actor, now: now))
            if let missing = ids.first(where: { !found.contains($0) }) {
                throw NotFound(.inboundMail(missing))
            }
        }
    }

    private func apply(
        _ evaluation: MailEvaluation, detail: String?, now: Date, on connection: Connection
    ) async throws {
        let decision = evaluation.decision
        if let message = evaluation.message {
            if let reason = decision.suppression {
                try await ConsentRepository(connection).suppress(
                    Suppression(
                        channel: .email, address: message.recipient.address, reason: reason,
                        detail: decision.detail ?? detail, at: now, actor: actor))
            }
            if decision.failsMessage {
                try await LedgerRepository(connection).markBounced(message.id, diagnosis: decision.detail)
            }
        }
        guard let session = evaluation.session else { return }
        if decision.confirms { await FrontDesk.confirm(session.id, at: now, on: connection) }
        if decision.withdrawsConfirmation { await FrontDesk.withdrawConfirmation(of: session.id, on: connection) }
        if decision.requestsCall {
            try await SessionMessages(connection).announce(.callRequested, of: session.id, at: now)
        }
    }
}

/// The decision about a mail, and its subject.
struct MailEvaluation {
    /// The session that a mail concerns.
    struct Subject {
        let id: Session.ID
    }

    let decision: MailDecision
    private(set) var message: LedgerRepository.SentMessage?
    private(set) var session: Subject?

    /// Finds the subject of a mail and decides; the rows are locked until the transaction ends.
    init(_ content: InboundMail.Content, now: Date, on connection: Connection) async throws {
        let ledger = LedgerRepository(connection)
        switch content {
        case .failure(let addresses, let ids):
            message = try await ledger.sent(withAnyOf: ids)
            decision = .failure(addresses, of: message?.facts)
        case .complaint(let reason, _, let addresses, let ids):
            message = try await ledger.sent(withAnyOf: ids)
            let others = try await ClientRepository(connection).known(addresses, except: message?.recipient)
            decision = .complaint(reason, by: addresses, known: others, about: message?.facts)
        case .calendarReply(let reply, let uid):
            let found = try await SessionRepository(connection).locked(SessionUID(uid))
            session = found.map { Subject(id: $0.id) }
            decision = .reply(reply, to: found, isAhead: found.map { $0.startsAt > now } ?? false)
        case .other:
            decision = .needsReview(.notUnderstood)
        }
        if let message { session = Subject(id: message.session) }
    }

    /// The action as stored.
    var action: InboundMailEntry.Action {
        if decision.suppression != nil { return .suppressed }
        if decision.failsMessage { return .messageFailed }
        if decision.confirms { return .confirmed }
        if decision.requestsCall { return .callRequested }
        return decision.review == nil ? .noted : .none
    }

    /// Returns the result for each address in a mail, and for the message's recipient if the mail names another
    /// address.
    func addresses(of content: InboundMail.Content) -> [InboundMail.Address] {
        let recipient = decision.suppression == nil ? nil : message?.recipient
        func address(_ address: EmailAddress, _ detail: String?) -> InboundMail.Address {
            let isRecipient = recipient.map { $0.matchKey == address.matchKey } ?? false
            return InboundMail.Address(
                address: address, suppression: isRecipient ? decision.suppression : nil, detail: detail)
        }
        switch content {
        case .failure(let reported, _): return reported.map { address($0.address, $0.detail) }
        case .complaint(_, let word, let named, _):
            let listed = named.map { address($0, word) }
            guard let recipient, !listed.contains(where: { $0.suppression != nil }) else { return listed }
            return listed + [address(recipient, word)]
        case .calendarReply, .other: return []
        }
    }
}

extension InboundMail.Content {
    /// The kind of the mail.
    var kind: InboundMailEntry.Kind {
        switch self {
        case .failure: .failure
        case .complaint: .complaint
        case .calendarReply: .calendarReply
        case .other: .other
        }
    }

    fileprivate var detail: String? {
        if case .complaint(_, let word, _, _) = self { word } else { nil }
    }
}

extension InboundMail.Item {
    /// Creates an item from a parsed mail, reduced to the facts for a decision.
    public init(_ mail: ReceivedMail) {
        self.init(
            sender: mail.from, subject: mail.subject, excerpt: mail.excerpt, content: InboundMail.Content(mail.content))
    }
}

extension InboundMail.Content {
    fileprivate init(_ content: ReceivedMail.Content) {
        switch content {
        case .report(.delivery(let report)):
            self = .failure(report.recipients.compactMap(ReportedAddress.init), messageIDs: report.messageIDs)
        case .report(.complaint(let report)):
            self = .complaint(
                report.kind == .optOut ? .optOut : .complaint, report.kind.rawValue,
                report.recipients.compactMap { try? EmailAddress($0.address) }, messageIDs: report.messageIDs)
        case .calendarReply(let reply):
            self = .calendarReply(
                MailDecision.Reply(
                    MailDecision.Answer(reply.answer), by: try? EmailAddress(reply.attendee.address),
                    // The first revision of a session is 1, and the first sequence number of an event is 0.
                    to: reply.sequence + 1), uid: reply.uid)
        case .other:
            self = .other
        }
    }
}

extension ReportedAddress {
    /// Creates the reported address of a recipient; `nil` if it is not a valid address.
    fileprivate init?(_ recipient: DeliveryReport.Recipient) {
        guard let address = try? EmailAddress(recipient.address.address) else { return nil }
        let claim: Claim =
            switch (recipient.action, recipient.cause) {
            case (.failed, .address): .addressInvalid
            case (.failed, .message): .messageRefused
            case (.failed, .unclear): .failed
            case (.delayed, _), (.delivered, _), (.relayed, _), (.expanded, _): .noFailure
            }
        self.init(
            address, finalAddress: recipient.finalAddress.flatMap { try? EmailAddress($0.address) }, claim: claim,
            detail: recipient.diagnostic ?? recipient.status.map { "\($0)" })
    }
}

extension MailDecision.Answer {
    fileprivate init(_ answer: CalendarReply.Answer) {
        self =
            switch answer {
            case .accepted: .accepted
            case .declined, .counter: .declined
            case .undecided: .undecided
            }
    }
}
