public import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// Where clients' texts are heard: each once, however often the provider tells of it.
public struct InboundTexts: Sendable {
    /// What a text came to.
    public enum Action: String, Sendable, CaseIterable {
        /// Nothing is sent to that number any more.
        case optedOut = "opted_out"
        /// The number may be written to again.
        case optedIn = "opted_in"
        /// They were told what there is to say.
        case helped
        /// The client will come.
        case confirmed
        /// The desk is to call.
        case callRequested = "call_asked"
        /// It may be an opt-out: no text goes to that number until a person has read it.
        case optOutReview = "opt_out_review"
        /// A person has to read it.
        case none
    }

    /// What a text asks for.
    public struct Meaning: Sendable {
        /// What is done at once.
        public let action: Action
        /// Whether the desk should call all the same: whoever texts CANCEL may mean the session.
        public let requestsCall: Bool
        /// Whether it is answered; a service that handles opt-outs itself has done so.
        public let isAnswered: Bool

        /// Describes what a text asks for.
        public init(_ action: Action, requestsCall: Bool = false, isAnswered: Bool = true) {
            self.action = action
            self.requestsCall = requestsCall
            self.isAnswered = isAnswered
        }
    }

    /// A text as it came.
    public struct Text: Sendable {
        /// The provider's own key.
        public let providerID: String?
        /// Who sent it.
        public let sender: InboundSender
        /// The number of ours it came to.
        public let recipient: String?
        /// What it says.
        public let body: String
        /// How many pictures and other files came with it.
        public let attachments: Int

        /// Describes a text.
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

    /// What was written down.
    public struct Receipt: Sendable {
        /// The number by which it is marked as done.
        public let id: Int64
        /// What it came to.
        public let action: Action
        /// The session that it was about, where one was.
        public let session: Reference?
        /// What is to be answered now; `nil` is nothing, or it has been.
        public let answer: String?
        /// Whether it was told of for the first time.
        public let isNew: Bool
        /// Whether the desk has something to do about it.
        public let isOpen: Bool
        /// What became of the answer, where one left.
        public private(set) var answered: DeliveryRecord.Status?

        init(id: Int64, action: Action, session: Reference?, answer: String?, isNew: Bool, isOpen: Bool) {
            self.id = id
            self.action = action
            self.session = session
            self.answer = answer
            self.isNew = isNew
            self.isOpen = isOpen
        }

        /// The same text, answered.
        public func answered(_ status: DeliveryRecord.Status) -> Receipt {
            var receipt = self
            receipt.answered = status
            return receipt
        }
    }

    let database: Database
    let actor: String

    /// Opens the desk.
    ///
    /// - Parameters:
    ///   - database: Where the texts are kept.
    ///   - actor: Who listens, for the event log.
    public init(database: Database, actor: String) {
        self.database = database
        self.actor = actor
    }

    /// Hears a text, and does what it asks for in the same transaction.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - meant: What it asks for.
    ///   - now: When it came.
    ///   - answer: The words with which to answer what was done, in the client's language.
    /// - Returns: What was done.
    /// - Throws: ``PostgresError``.
    public func receive(
        _ text: Text, meaning meant: Meaning, now: Date,
        answer: @escaping @Sendable (Action, Language) -> String?
    ) async throws -> Receipt {
        try await ConsentDesk(database: database, actor: actor).inTransaction { connection in
            let texts = InboundRepository(connection)
            guard let id = try await texts.insert(text, now: now) else { return try await texts.known(text) }
            let people = try await ClientRepository(connection).clientsWithPhone(of: text.sender)
            let session = try await texts.session(of: text.sender, now: now)
            let action = try await act(on: meant.action, text, people, session, now: now, connection)
            let language = people.lazy.compactMap(\.language).first ?? .english
            let isAnswered = action.changed && meant.isAnswered && text.sender.number != nil
            let words = isAnswered ? answer(action.done, language) : nil
            let isOpen = action.done.isForPerson || meant.requestsCall
            try await texts.finish(id, as: action.done, isOpen: isOpen, about: session?.id, answer: words)
            return Receipt(
                id: id, action: action.done, session: session?.reference, answer: words, isNew: true, isOpen: isOpen)
        }
    }

    /// Writes down what became of an answer.
    ///
    /// - Parameters:
    ///   - id: The text that was answered.
    ///   - status: What became of the answer.
    ///   - reply: What the provider said.
    ///   - providerID: The provider's own name for the answer.
    ///   - now: When.
    /// - Throws: ``PostgresError``.
    public func answered(
        _ id: Int64, _ status: DeliveryRecord.Status, reply: String?, providerID: String?, now: Date
    ) async throws {
        try await database.withConnection { connection in
            try await InboundRepository(connection).answered(id, status, reply: reply, providerID: providerID)
            if let providerID { try await TextStatusRepository(connection).applyEarly([providerID], now: now) }
        }
    }

    /// Marks a text as done: nothing is left to do for the desk.
    ///
    /// What was held because of it may go out.
    ///
    /// - Parameters:
    ///   - id: The text.
    ///   - isOptOut: Whether its sender is opted out of texts.
    ///   - now: When.
    /// - Throws: ``NotFound`` or ``PostgresError``.
    public func finish(_ id: Int64, optingOut isOptOut: Bool = false, now: Date) async throws {
        try await ConsentDesk(database: database, actor: actor).inTransaction { connection in
            let texts = InboundRepository(connection)
            guard let (sender, body) = try await texts.markDone(id, by: actor, now: now) else {
                throw NotFound("text number \(id)", hint: "see `intro sms list`")
            }
            if isOptOut {
                let people = try await ClientRepository(connection).clientsWithPhone(of: sender)
                _ = try await optOut(sender, people, saying: body, now: now, connection)
            } else {
                try await texts.release(sender)
            }
        }
    }

    /// Opts a number out of texts; whether it was not before.
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
        let preference = ConsentDesk.Preference(isGranted: isGranted, channels: [.sms], how: "sms")
        for person in people {
            _ = try await ConsentDesk(database: database, actor: actor).note(
                preference, of: person, now: now, on: connection)
        }
    }

    /// Does what was meant; whether anything is otherwise now, so that an answer is worth sending.
    private func act(
        on meant: Action, _ text: Text, _ people: [Client], _ session: InboundRepository.SubjectSession?, now: Date,
        _ connection: Connection
    ) async throws -> (done: Action, changed: Bool) {
        switch meant {
        case .optedOut:
            return (meant, try await optOut(text.sender, people, saying: text.body, now: now, connection))
        case .optedIn:
            try await note(isGranted: true, people, now: now, connection)
            if let phone = text.sender.number {
                try await ConsentRepository(connection).lift(.sms, phone.e164, .optOut)
            }
            let texts = InboundRepository(connection)
            try await texts.closeReviews(of: text.sender, by: actor, now: now)
            try await texts.release(text.sender)
            return (meant, true)
        case .confirmed:
            // A yes to the time before a move is none to the time after it.
            guard let session, session.isAhead, session.isUpToDate else { return (.none, false) }
            try await SessionRepository(connection).confirm(session.id, at: now)
            return (.confirmed, true)
        case .callRequested:
            if let session { try await SessionMessages(connection).announce(.callRequested, of: session.id, at: now) }
            return (.callRequested, true)
        case .helped, .optOutReview, .none:
            return (meant, meant == .helped)
        }
    }
}

extension InboundTexts.Action {
    /// Whether the desk has something to do about it.
    fileprivate var isForPerson: Bool {
        switch self {
        case .callRequested, .optOutReview, .none: true
        case .optedOut, .optedIn, .helped, .confirmed: false
        }
    }
}
