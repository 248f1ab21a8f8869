public import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// The operations on inbound text messages: each is processed once, even if the provider reports it repeatedly.
public struct InboundTexts: Sendable {
    /// The action that follows a text message.
    public enum Action: String, Sendable, CaseIterable {
        /// The number is blocked.
        case optedOut = "opted_out"
        /// The number is no longer blocked.
        case optedIn = "opted_in"
        /// The sender receives the help text.
        case helped
        /// The session is confirmed.
        case confirmed
        /// The front desk is asked to call.
        case callRequested = "call_asked"
        /// It may be an opt-out: text messages to the number are held until it is reviewed.
        case optOutReview = "opt_out_review"
        /// It requires manual review.
        case none
    }

    /// The meaning of a text message.
    public struct Meaning: Sendable {
        /// The action to apply at once.
        public let action: Action
        /// Whether the front desk should also call: a client who sends CANCEL may mean the session.
        public let requestsCall: Bool
        /// Whether Intro replies; false if the provider handles opt-outs and has replied.
        public let isAnswered: Bool

        /// Creates the meaning of a text message.
        public init(_ action: Action, requestsCall: Bool = false, isAnswered: Bool = true) {
            self.action = action
            self.requestsCall = requestsCall
            self.isAnswered = isAnswered
        }
    }

    /// A received text message.
    public struct Text: Sendable {
        /// The provider's ID.
        public let providerID: String?
        /// The sender.
        public let sender: InboundSender
        /// The number that it was sent to.
        public let recipient: String?
        /// The text.
        public let body: String
        /// The number of attached files.
        public let attachments: Int

        /// Creates a text message.
        public init(
            providerID: String?, sender: InboundSender, recipient: String?, body: String, attachments: Int = 0
        ) {
            self.providerID = providerID
            self.sender = sender
            self.recipient = recipient
            self.body = body
            self.attachments = attachments
        }
    }

    /// The result of a text message.
    public struct Receipt: Sendable {
        /// The number to mark it as done by.
        public let id: Int64
        /// The action that followed.
        public let action: Action
        /// The session that it concerns, if any.
        public let session: Reference?
        /// The reply to send now; `nil` if none is required, or it was sent before.
        public let answer: String?
        /// Whether it was received for the first time.
        public let isNew: Bool
        /// Whether the front desk must act on it.
        public let isOpen: Bool
        /// The status of the reply, if one was sent.
        public private(set) var answered: DeliveryRecord.Status?

        init(id: Int64, action: Action, session: Reference?, answer: String?, isNew: Bool, isOpen: Bool) {
            self.id = id
            self.action = action
            self.session = session
            self.answer = answer
            self.isNew = isNew
            self.isOpen = isOpen
        }

        /// Returns the receipt with the status of its reply.
        public func answered(_ status: DeliveryRecord.Status) -> Receipt {
            var receipt = self
            receipt.answered = status
            return receipt
        }
    }

    let database: Database
    let actor: String

    /// Creates the operations of an actor.
    ///
    /// - Parameters:
    ///   - database: The database of text messages.
    ///   - actor: The actor for the event log.
    public init(database: Database, actor: String) {
        self.database = database
        self.actor = actor
    }

    /// Receives a text message, and applies its effects in the same transaction.
    ///
    /// - Parameters:
    ///   - text: The text message.
    ///   - meaning: Its meaning.
    ///   - now: The time of receipt.
    ///   - answer: Returns the text of the reply to an action in the client's language.
    /// - Returns: The result.
    /// - Throws: ``PostgresError``.
    public func receive(
        _ text: Text, meaning: Meaning, now: Date,
        answer: @escaping @Sendable (Action, Language) -> String?
    ) async throws -> Receipt {
        try await ConsentEditor(database: database, actor: actor).inTransaction { connection in
            let texts = InboundRepository(connection)
            guard let id = try await texts.insert(text, now: now) else { return try await texts.known(text) }
            let people = try await ClientRepository(connection).clientsWithPhone(of: text.sender)
            let session = try await texts.session(of: text.sender, now: now)
            let action = try await act(on: meaning.action, text, people, session, now: now, connection)
            let language = people.lazy.compactMap(\.language).first ?? .english
            let isAnswered = action.changed && meaning.isAnswered && text.sender.number != nil
            let replyText = isAnswered ? answer(action.done, language) : nil
            let isOpen = action.done.isForPerson || meaning.requestsCall
            try await texts.finish(id, as: action.done, isOpen: isOpen, about: session?.id, answer: replyText)
            return Receipt(
                id: id, action: action.done, session: session?.reference, answer: replyText, isNew: true,
                isOpen: isOpen)
        }
    }

    /// Stores the status of a reply.
    ///
    /// - Parameters:
    ///   - id: The text message that was replied to.
    ///   - status: The status of the reply.
    ///   - reply: The provider's response.
    ///   - providerID: The provider's ID of the reply.
    ///   - now: The current time.
    /// - Throws: ``PostgresError``.
    public func answered(
        _ id: Int64, _ status: DeliveryRecord.Status, reply: String?, providerID: String?, now: Date
    ) async throws {
        try await database.withConnection { connection in
            try await InboundRepository(connection).answered(id, status, reply: reply, providerID: providerID)
            if let providerID { try await TextStatusRepository(connection).applyEarly([providerID], now: now) }
        }
    }

    /// Marks a text message as done, so that the front desk has nothing left to do.
    ///
    /// Messages that were held because of it are released.
    ///
    /// - Parameters:
    ///   - id: The text message.
    ///   - isOptOut: Whether to opt its sender out of text messages.
    ///   - now: The current time.
    /// - Throws: ``NotFound`` or ``PostgresError``.
    public func finish(_ id: Int64, optingOut isOptOut: Bool = false, now: Date) async throws {
        try await ConsentEditor(database: database, actor: actor).inTransaction { connection in
            let texts = InboundRepository(connection)
            guard let (sender, body) = try await texts.markDone(id, by: actor, now: now) else {
                throw NotFound(.inboundText(id))
            }
            if isOptOut {
                let people = try await ClientRepository(connection).clientsWithPhone(of: sender)
                _ = try await optOut(sender, people, saying: body, now: now, connection)
            } else {
                try await texts.release(sender)
            }
        }
    }

    /// Opts a number out of text messages, and returns whether it was not blocked before.
    private func optOut(
        _ sender: InboundSender, _ people: [Client], saying body: String, now: Date, _ connection: Connection
    ) async throws -> Bool {
        try await note(isGranted: false, people, now: now, connection)
        try await InboundRepository(connection).closeReviews(of: sender, by: actor, now: now)
        guard let phone = sender.number else { return false }
        return try await ConsentRepository(connection).suppress(
            Suppression(channel: .sms, address: phone.e164, reason: .optOut, detail: body, at: now, actor: actor))
    }

    private func note(isGranted: Bool, _ people: [Client], now: Date, _ connection: Connection) async throws {
        let preference = ConsentEditor.Preference(isGranted: isGranted, channels: [.sms], how: "sms")
        for person in people {
            _ = try await ConsentEditor(database: database, actor: actor).note(
                preference, of: person, now: now, on: connection)
        }
    }

    /// Applies an action, and returns the resulting action and whether a reply is worth sending.
    private func act(
        on requested: Action, _ text: Text, _ people: [Client], _ session: InboundRepository.SubjectSession?, now: Date,
        _ connection: Connection
    ) async throws -> (done: Action, changed: Bool) {
        switch requested {
        case .optedOut:
            return (requested, try await optOut(text.sender, people, saying: text.body, now: now, connection))
        case .optedIn:
            try await note(isGranted: true, people, now: now, connection)
            if let phone = text.sender.number {
                try await ConsentRepository(connection).lift(.sms, phone.e164, .optOut)
            }
            let texts = InboundRepository(connection)
            try await texts.closeReviews(of: text.sender, by: actor, now: now)
            try await texts.release(text.sender)
            return (requested, true)
        case .confirmed:
            // A confirmation of an earlier time does not apply after a move.
            guard let session, session.isAhead, session.isUpToDate else { return (.none, false) }
            await FrontDesk.confirm(session.id, at: now, on: connection)
            return (.confirmed, true)
        case .callRequested:
            if let session { try await SessionMessages(connection).announce(.callRequested, of: session.id, at: now) }
            return (.callRequested, true)
        case .helped, .optOutReview, .none:
            return (requested, requested == .helped)
        }
    }
}

extension InboundTexts.Action {
    /// Whether the front desk must act on it.
    fileprivate var isForPerson: Bool {
        switch self {
        case .callRequested, .optOutReview, .none: true
        case .optedOut, .optedIn, .helped, .confirmed: false
        }
    }
}
