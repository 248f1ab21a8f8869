import Booking
import BookingStore
public import FoundationEssentials
import Locking
public import Messaging
public import Postgres

/// A receiver of inbound text messages that applies their effects and replies at most once.
public struct InboundSMS: Sendable {
    /// The composer and the transport of replies.
    public struct Answering: Sendable {
        let transport: any Transport<TextMessage>
        let composer: TextComposer

        /// Creates the pair of a transport and a composer.
        public init(transport: any Transport<TextMessage>, composer: TextComposer) {
            self.transport = transport
            self.composer = composer
        }
    }

    let database: Database
    let actor: String
    let answering: @Sendable () throws -> Answering

    /// Creates a receiver.
    ///
    /// - Parameters:
    ///   - database: The database of text messages.
    ///   - actor: The actor for the event log.
    ///   - answering: Returns the composer and the transport of replies; called when a text message is received, and an
    ///     error is thrown only after its effects are applied.
    public init(database: Database, actor: String, answering: @escaping @Sendable () throws -> Answering) {
        self.database = database
        self.actor = actor
        self.answering = answering
    }

    /// Receives a text message.
    ///
    /// Its effects are applied first, even if a reply is impossible: an opt-out must not fail because of an invalid
    /// template or setting. An interrupted reply is unknown, and never sent again.
    ///
    /// - Parameters:
    ///   - text: The text message.
    ///   - sender: Its sender.
    ///   - now: The time of receipt.
    /// - Returns: The result.
    /// - Throws: `PostgresError`; and, after the effects are applied, the reason that a reply is impossible.
    public func receive(
        _ text: InboundText, from sender: InboundSender, now: Date
    ) async throws -> InboundTexts.Receipt {
        let (name, phone) = try await studioContact(of: sender)
        let inbound = InboundTexts(database: database, actor: actor)
        let answeringResult = Result { try self.answering() }
        let compositionError = Guarded<(any Error)?>(nil)
        let receipt = try await inbound.receive(
            InboundTexts.Text(
                providerID: text.id, sender: sender, recipient: text.to, body: text.body, attachments: text.attachments),
            meaning: InboundTexts.Meaning(text), now: now
        ) { action, language in
            guard let composer = (try? answeringResult.get())?.composer, let template = action.template else {
                return nil
            }
            do {
                return try composer.answer(template, from: name, phone: phone, in: language)
            } catch {
                compositionError.withLock { $0 = error }
                return nil
            }
        }
        guard receipt.isNew else { return receipt }
        let answering = try answeringResult.get()
        if let error = compositionError.withLock({ $0 }) { throw error }
        guard let answer = receipt.answer, let recipient = sender.number else { return receipt }
        let outcome = try await send(answer, to: recipient, by: answering) { error in
            try await inbound.answered(receipt.id, .failed, reply: "\(error)", providerID: nil, now: now)
        }
        let (status, reply, id) = outcome.replyRecord
        try await runToCompletion {
            try await inbound.answered(receipt.id, status, reply: reply, providerID: id, now: now)
        }
        return receipt.answered(status)
    }

    /// Sends a reply.
    ///
    /// - Parameters:
    ///   - answer: The text of the reply.
    ///   - recipient: The number that receives it.
    ///   - answering: The composer and the transport.
    ///   - recordFailure: Records that the reply was not passed to the service.
    /// - Returns: The outcome.
    /// - Throws: The reason that the reply was not passed to the service, or the error of `recordFailure`.
    private func send(
        _ answer: String, to recipient: PhoneNumber, by answering: Answering,
        recordFailure: @escaping @Sendable (any Error) async throws -> Void
    ) async throws -> DeliveryOutcome {
        do {
            let message = try answering.composer.message(answer, to: recipient)
            return try await answering.transport.withSession { session in await session.deliver(message) }
        } catch {
            try await runToCompletion { try await recordFailure(error) }
            throw error
        }
    }

    /// Returns the contact for replies: the studio of the sender's last session, otherwise the only studio, otherwise a
    /// generic name.
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
    /// Creates the meaning of a text message.
    ///
    /// A provider that handles opt-outs itself has already replied.
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
    /// The template of the reply; `nil` if no reply is sent.
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
    /// The stored result of a reply, which is tried once: the status, the provider's response, and the provider's ID.
    fileprivate var replyRecord: (DeliveryRecord.Status, String, String?) {
        switch self {
        case .accepted(let reply, let id): (.sent, reply, id)
        case .rejectedTemporarily(_, let reply), .rejectedPermanently(_, let reply, _): (.failed, reply, nil)
        case .senderRefused(let reason), .notSent(let reason, _): (.failed, reason, nil)
        case .unknown(let reason): (.unknown, reason, nil)
        }
    }
}
