public import Booking
public import FoundationEssentials
public import Postgres

/// Where clients' texts are heard: each once, however often the provider tells of it.
public struct InboundDesk: Sendable {
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
        case callAsked = "call_asked"
        /// A person has to read it.
        case none
    }

    /// A text as it came.
    public struct Text: Sendable {
        /// The provider's own key.
        public let providerID: String?
        /// Who sent it.
        public let sender: PhoneNumber
        /// The number of ours it came to.
        public let recipient: String?
        /// What it says.
        public let body: String

        /// Describes a text.
        public init(providerID: String?, sender: PhoneNumber, recipient: String?, body: String) {
            self.providerID = providerID
            self.sender = sender
            self.recipient = recipient
            self.body = body
        }
    }

    /// What was written down.
    public struct Heard: Sendable {
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
        /// What became of the answer, where one left.
        public private(set) var answered: DeliveryRecord.Status?

        init(id: Int64, action: Action, session: Reference?, answer: String?, isNew: Bool) {
            self.id = id
            self.action = action
            self.session = session
            self.answer = answer
            self.isNew = isNew
        }

        /// The same text, answered.
        public func answered(_ status: DeliveryRecord.Status) -> Heard {
            var heard = self
            heard.answered = status
            return heard
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
    public func hear(
        _ text: Text, meaning meant: Action, now: Date,
        answer: @escaping @Sendable (Action, Language) -> String?
    ) async throws -> Heard {
        try await WishDesk(database: database, actor: actor).working { connection in
            let texts = InboundRepository(connection)
            guard let id = try await texts.insert(text, now: now) else { return try await texts.known(text) }
            let people = try await ClientRepository(connection).matching(.phone(text.sender))
            let session = try await texts.session(of: text.sender, now: now)
            let action = try await act(on: meant, text, people, session, now: now, connection)
            let language = people.lazy.compactMap(\.language).first ?? .english
            let words = action.changed ? answer(action.done, language) : nil
            try await texts.finish(id, as: action.done, about: session?.id, answer: words)
            return Heard(id: id, action: action.done, session: session?.reference, answer: words, isNew: true)
        }
    }

    /// Writes down what became of an answer.
    ///
    /// - Parameters:
    ///   - id: The text that was answered.
    ///   - status: What became of the answer.
    ///   - reply: What the provider said.
    /// - Throws: ``PostgresError``.
    public func answered(_ id: Int64, _ status: DeliveryRecord.Status, reply: String?) async throws {
        try await database.withConnection { connection in
            try await InboundRepository(connection).answered(id, status, reply: reply)
        }
    }

    /// Marks a text as done: nothing is left to do for the desk.
    ///
    /// - Parameters:
    ///   - id: The text.
    ///   - now: When.
    /// - Throws: ``NotFound`` or ``PostgresError``.
    public func finish(_ id: Int64, now: Date) async throws {
        let found = try await database.query(
            """
            UPDATE inbound_text
            SET done_at = coalesce(done_at, \(now)), done_by = coalesce(done_by, \(actor))
            WHERE id = \(id)
            RETURNING id
            """)
        guard found.count > 0 else { throw NotFound("text number \(id)", hint: "see `intro sms list`") }
    }

    /// Does what was meant; whether anything is otherwise now, so that an answer is worth sending.
    private func act(
        on meant: Action, _ text: Text, _ people: [Client], _ session: InboundRepository.Meant?, now: Date,
        _ connection: Connection
    ) async throws -> (done: Action, changed: Bool) {
        let wishes = WishRepository(connection)
        switch meant {
        case .optedOut, .optedIn:
            let wish = WishDesk.Wish(isGranted: meant == .optedIn, channels: [.sms], how: "sms")
            for person in people {
                _ = try await WishDesk(database: database, actor: actor).note(
                    wish, of: person, now: now, on: connection)
            }
            guard meant == .optedOut else {
                try await wishes.lift(.sms, text.sender.e164, .optOut)
                return (meant, true)
            }
            let entry = Suppression(
                channel: .sms, address: text.sender.e164, reason: .optOut, detail: text.body, at: now, actor: actor)
            return (meant, try await wishes.suppress(entry))
        case .confirmed:
            // A yes to the time before a move is none to the time after it.
            guard let session, session.isAhead, session.isAsTold else { return (.none, false) }
            try await connection.query(
                "UPDATE session SET confirmed_at = coalesce(confirmed_at, \(now)) WHERE id = \(session.id.value)")
            return (.confirmed, true)
        case .callAsked:
            if let session { try await LedgerRepository(connection).announce(.callAsked, of: session.id, at: now) }
            return (.callAsked, true)
        case .helped, .none:
            return (meant, meant == .helped)
        }
    }
}
