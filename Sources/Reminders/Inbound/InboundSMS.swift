import Booking
import BookingStore
public import FoundationEssentials
public import Messaging
public import Postgres

/// Hears clients' texts, does what they ask for, and answers once where an answer is owed.
public struct InboundSMS: Sendable {
    /// How answers are written, and leave.
    public struct Answering: Sendable {
        let transport: any Transport<TextMessage>
        let composer: TextComposer

        /// Pairs a transport with who writes for it.
        public init(transport: any Transport<TextMessage>, composer: TextComposer) {
            self.transport = transport
            self.composer = composer
        }
    }

    let database: Database
    let actor: String
    let answering: @Sendable () throws -> Answering

    /// Opens the desk.
    ///
    /// - Parameters:
    ///   - database: Where texts are kept.
    ///   - actor: Who listens, for the event log.
    ///   - answering: How answers leave; asked only after what a text wants is done.
    public init(database: Database, actor: String, answering: @escaping @Sendable () throws -> Answering) {
        self.database = database
        self.actor = actor
        self.answering = answering
    }

    /// Hears one text.
    ///
    /// What it asks for is done first, whatever may keep us from answering: nobody is texted after STOP because a template
    /// or a setting is wrong. An answer that is cut off is unknown, and never sent again.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - sender: Its number.
    ///   - now: When it came.
    /// - Returns: What came of it.
    /// - Throws: `PostgresError`; and, after the text was heard, why it cannot be answered.
    public func receive(
        _ text: InboundText, from sender: InboundSender, now: Date
    ) async throws -> InboundTexts.Receipt {
        let (name, phone) = try await studioContact(of: sender)
        let inbound = InboundTexts(database: database, actor: actor)
        let way = Result { try self.answering() }
        let receipt = try await inbound.receive(
            InboundTexts.Text(
                providerID: text.id, sender: sender, recipient: text.to, body: text.body, attachments: text.attachments),
            meaning: InboundTexts.Meaning(text), now: now
        ) { action, language in
            guard let composer = (try? way.get())?.composer else { return nil }
            return action.template.flatMap { try? composer.answer($0, from: name, phone: phone, in: language) }
        }
        guard receipt.isNew else { return receipt }
        let answering = try way.get()
        guard let answer = receipt.answer, let recipient = sender.number else { return receipt }
        let outcome = try await answering.transport.withSession { session in
            await session.deliver(try answering.composer.message(answer, to: recipient))
        }
        let (status, reply, id) = outcome.replyRecord
        try await runToCompletion {
            try await inbound.answered(receipt.id, status, reply: reply, providerID: id, now: now)
        }
        return receipt.answered(status)
    }

    /// Who answers: the studio of the sender's last session, else the only studio, else none by name.
    private func studioContact(of sender: InboundSender) async throws -> (name: String, phone: PhoneNumber?) {
        try await database.withConnection { connection in
            let studios = StudioRepository(connection)
            for person in try await ClientRepository(connection).clientsWithPhone(of: sender) {
                if let last = try await SessionRepository(connection).all(for: person.id).last {
                    let studio = try await studios.with(last.studio.id)
                    return (studio.name, studio.phone)
                }
            }
            let all = try await studios.all()
            return all.count == 1 ? (all[0].name, all[0].phone) : ("Intro", nil)
        }
    }
}

extension InboundTexts.Meaning {
    /// Reads what a text asks for.
    ///
    /// A service that handles opt-outs has answered by itself.
    fileprivate init(_ text: InboundText) {
        let word = text.word
        let action: InboundTexts.Action =
            switch word {
            case .optOut, .cancel: .optedOut
            case .possibleOptOut: .optOutReview
            case .optIn: .optedIn
            case .help: .helped
            case .confirm: .confirmed
            case .callMe: .callRequested
            case .other: .none
            }
        let requestsCall = word == .cancel || ReplyKeyword(text.body) == .cancel
        self.init(action, requestsCall: requestsCall, isAnswered: text.optOutType == nil)
    }
}

extension InboundTexts.Action {
    /// The words that answer it; the rest needs none.
    fileprivate var template: String? {
        switch self {
        case .optedOut: "opted-out"
        case .optedIn: "opted-in"
        case .helped: "help"
        case .confirmed, .callRequested, .optOutReview, .none: nil
        }
    }
}

extension DeliveryOutcome {
    /// What is written down of an answer, which is tried once: what became of it, what the service said, its name for it.
    fileprivate var replyRecord: (DeliveryRecord.Status, String, String?) {
        switch self {
        case .accepted(let reply, let id): (.sent, reply, id)
        case .rejectedTemporarily(_, let reply), .rejectedPermanently(_, let reply, _): (.failed, reply, nil)
        case .senderRefused(let reason), .notSent(let reason, _): (.failed, reason, nil)
        case .unknown(let reason): (.unknown, reason, nil)
        }
    }
}
