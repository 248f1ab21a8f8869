public import Booking
import BookingStore
public import FoundationEssentials
public import Messaging
public import Postgres

/// Mail that came to the sender's address: stored once, however often it is delivered, and acted on in the same transaction.
public struct InboundMail: Sendable {
    /// What a mail says, reduced to what decides what follows.
    public enum Content: Sendable {
        /// A report of deliveries, and identifiers one of which is that of the message it is about.
        case failure([ReportedAddress], messageIDs: [String])
        /// A complaint: why nothing more should be sent, the provider's word for it, and the addresses that it names.
        case complaint(Suppression.Reason, String, [EmailAddress], messageIDs: [String])
        /// An answer to the invitation of that identifier.
        case calendarReply(MailDecision.Reply, uid: String)
        /// Something for a person to read.
        case other
    }

    /// A mail as it came.
    public struct Item: Sendable {
        let sender: String?
        let subject: String?
        let excerpt: String
        let content: Content

        /// Describes a mail.
        ///
        /// - Parameters:
        ///   - sender: Who wrote it, as its header says.
        ///   - subject: Its subject.
        ///   - excerpt: Its beginning, for a person to read; mail with the same beginning is the same mail.
        ///   - content: What it says.
        public init(sender: String?, subject: String?, excerpt: String, content: Content) {
            self.sender = sender
            self.subject = subject
            self.excerpt = excerpt
            self.content = content
        }
    }

    /// What came of one address.
    public struct Address: Sendable {
        /// The address.
        public let address: EmailAddress
        /// Why nothing more is sent there; `nil` where it is.
        public let suppression: Suppression.Reason?
        /// What the server that refused said, or the provider's word for a complaint.
        public let detail: String?
    }

    /// What came of a mail.
    public struct Receipt: Sendable {
        /// The stored mail.
        public let entry: InboundMailEntry
        /// What came of each address that it names.
        public let addresses: [Address]
        /// Whether it was received for the first time.
        public let isNew: Bool
    }

    let database: Database
    let actor: String

    /// Prepares to receive mail.
    ///
    /// - Parameters:
    ///   - database: Where it is stored.
    ///   - actor: Who receives it, for the event log.
    public init(database: Database, actor: String) {
        self.database = database
        self.actor = actor
    }

    /// Stores a mail and does what follows from it.
    ///
    /// - Parameters:
    ///   - item: The mail.
    ///   - now: When it came.
    /// - Returns: What came of it.
    /// - Throws: ``PostgresError``.
    public func receive(_ item: Item, now: Date) async throws -> Receipt {
        try await database.transaction { connection in
            try await BookingLocks(actor: actor).begin(on: connection)
            let mails = InboundMailRepository(connection)
            let id = try await mails.insert(item, now: now)
            let judged = try await MailEvaluation(item.content, now: now, on: connection)
            if let id {
                try await apply(judged, detail: item.content.detail, now: now, on: connection)
                try await mails.finish(id, judged, now: now)
            }
            return Receipt(
                entry: try await mails.entry(id: id, excerpt: item.excerpt),
                addresses: judged.addresses(of: item.content),
                isNew: id != nil)
        }
    }

    /// Marks mails as dealt with.
    ///
    /// - Parameters:
    ///   - ids: The mails.
    ///   - now: When.
    /// - Throws: ``NotFound``, and then none is marked, or ``PostgresError``.
    public func finish(_ ids: [Int64], now: Date) async throws {
        try await database.transaction { connection in
            try await BookingLocks(actor: actor).begin(on: connection)
            let found = Set(try await InboundMailRepository(connection).markDone(ids, by: actor, now: now))
            if let missing = ids.first(where: { !found.contains($0) }) {
                throw NotFound("mail number \(missing)", hint: "see `intro mail list`")
            }
        }
    }

    private func apply(
        _ judged: MailEvaluation, detail: String?, now: Date, on connection: Connection
    ) async throws {
        let decision = judged.decision
        if let message = judged.message {
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
        guard let session = judged.session else { return }
        if decision.confirms { try await SessionRepository(connection).confirm(session.id, at: now) }
        if decision.requestsCall {
            try await SessionMessages(connection).announce(.callRequested, of: session.id, at: now)
        }
    }
}

/// What was decided about a mail, and what it is about.
struct MailEvaluation {
    /// What a mail is about.
    struct Subject {
        let id: Session.ID
    }

    let decision: MailDecision
    private(set) var message: LedgerRepository.SentMessage?
    private(set) var session: Subject?

    /// Finds out what a mail is about and decides; the rows are locked until the transaction ends.
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

    /// What followed, as it is stored.
    var action: InboundMailEntry.Action {
        if decision.suppression != nil { return .suppressed }
        if decision.failsMessage { return .messageFailed }
        if decision.confirms { return .confirmed }
        if decision.requestsCall { return .callRequested }
        return decision.review == nil ? .noted : .none
    }

    /// What came of each address that a mail names, and of the message's recipient where it names somebody else.
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
    /// What kind of mail it is.
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
    /// A mail as it is stored, with what it says reduced to what decides what follows.
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
                    // A session's first revision is 1, an event's 0.
                    to: reply.sequence + 1), uid: reply.uid)
        case .other:
            self = .other
        }
    }
}

extension ReportedAddress {
    /// What a report says of an address; `nil` where it can be none of ours.
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
