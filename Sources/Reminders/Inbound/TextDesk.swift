public import Booking
public import BookingStore
public import FoundationEssentials
public import Messaging
public import Postgres

/// Hears clients' texts, does what they ask for, and answers once where an answer is owed.
public struct TextDesk: Sendable {
    let database: Database
    let transport: any Transport<TextMessage>
    let composer: TextComposer
    let actor: String

    /// Opens the desk.
    ///
    /// - Parameters:
    ///   - database: Where texts are kept.
    ///   - transport: How answers leave.
    ///   - composer: Who writes them.
    ///   - actor: Who listens, for the event log.
    public init(
        database: Database, transport: any Transport<TextMessage>, composer: TextComposer, actor: String
    ) {
        self.database = database
        self.transport = transport
        self.composer = composer
        self.actor = actor
    }

    /// Hears one text.
    ///
    /// What it asks for is done, and the answer written down, before the answer leaves: one that is cut off is unknown and
    /// never sent again.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - sender: Its number.
    ///   - now: When it came.
    /// - Returns: What came of it.
    /// - Throws: `PostgresError`, `TextMessageError`, `TemplateError` or `TransportConfigurationError`.
    public func receive(
        _ text: InboundText, from sender: PhoneNumber, now: Date
    ) async throws -> InboundDesk.Heard {
        let (name, phone) = try await desk(of: sender)
        let inbound = InboundDesk(database: database, actor: actor)
        let composer = composer
        let heard = try await inbound.hear(
            InboundDesk.Text(providerID: text.id, sender: sender, recipient: text.to, body: text.body),
            meaning: InboundDesk.Action(text.word), now: now
        ) { action, language in
            try action.template.map {
                try composer.answer($0, from: name, phone: phone, in: language)
            }
        }
        guard let answer = heard.answer else { return heard }
        let outcome = try await transport.withCourier { [composer] courier in
            await courier.deliver(try composer.message(answer, to: sender))
        }
        let (status, reply) = outcome.ofAnswer
        try await finishing { try await inbound.answered(heard.id, status, reply: reply) }
        return heard
    }

    /// Who answers: the studio of the sender's last session, else the only studio, else none by name.
    private func desk(of sender: PhoneNumber) async throws -> (name: String, phone: PhoneNumber?) {
        try await database.withConnection { connection in
            let studios = StudioRepository(connection)
            for person in try await ClientRepository(connection).matching(.phone(sender)) {
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

extension InboundDesk.Action {
    /// What a word asks for.
    fileprivate init(_ word: ReplyWord) {
        self =
            switch word {
            case .optOut: .optedOut
            case .optIn: .optedIn
            case .help: .helped
            case .confirm: .confirmed
            case .callMe: .callAsked
            case .other: .none
            }
    }

    /// The words that answer it; the rest needs none.
    fileprivate var template: String? {
        switch self {
        case .optedOut: "opted-out"
        case .optedIn: "opted-in"
        case .helped: "help"
        case .confirmed, .callAsked, .none: nil
        }
    }
}

extension DeliveryOutcome {
    /// What is written down of an answer: it is tried once.
    fileprivate var ofAnswer: (DeliveryRecord.Status, String) {
        switch self {
        case .accepted(let reply): (.sent, reply)
        case .rejectedForNow(_, let reply), .rejectedForGood(_, let reply): (.failed, reply)
        case .notSent(let reason, _): (.failed, reason)
        case .unknown(let reason): (.unknown, reason)
        }
    }
}
