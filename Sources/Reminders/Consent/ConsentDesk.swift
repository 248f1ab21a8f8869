public import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// Where people say what they want to be told: at the desk, by a link, by a text, or by a mailbox that is gone.
public struct ConsentDesk: Sendable {
    let database: Database
    let actor: String

    /// Opens the desk.
    ///
    /// - Parameters:
    ///   - database: Where the wishes are.
    ///   - actor: Who writes them down.
    public init(database: Database, actor: String) {
        self.database = database
        self.actor = actor
    }

    /// What a person wants from now on.
    public struct Preference: Sendable {
        /// By which channels.
        public var channels: [Channel]
        /// What about.
        public var scopes: [Consent.Scope]
        /// Whether they want it.
        public var isGranted: Bool
        /// How they said so.
        public var how: String

        /// Notes a wish; by default it is about everything.
        public init(
            isGranted: Bool, channels: [Channel] = Channel.allCases, scopes: [Consent.Scope] = Consent.Scope.allCases,
            how: String
        ) {
            self.isGranted = isGranted
            self.channels = channels
            self.scopes = scopes
            self.how = how
        }
    }

    /// What is written down of a person after they said something.
    public struct Record: Sendable {
        /// The person.
        public let client: Client
        /// What they want.
        public let consents: [Consent]
        /// What keeps messages from them all the same.
        public let suppressions: [Suppression]
    }

    /// Writes down what a person wants.
    ///
    /// Who wants to be written to again is taken off the list on which their own word put them; a dead mailbox stays on it.
    ///
    /// - Parameters:
    ///   - preference: What they want.
    ///   - who: The person.
    ///   - now: When they said so.
    /// - Returns: What is written down of them now.
    /// - Throws: ``NotFound``, ``InvalidInput`` or ``PostgresError``.
    public func note(_ preference: Preference, of who: ClientIdentifier, now: Date) async throws -> Record {
        try await inTransaction { connection in
            try await note(preference, of: try await ClientRepository(connection).one(who), now: now, on: connection)
        }
    }

    /// Writes down that the person whose mail has a link wants no more of it.
    ///
    /// - Parameters:
    ///   - token: What the link says.
    ///   - now: When it was followed.
    /// - Returns: What is written down of them now.
    /// - Throws: ``NotFound`` or ``PostgresError``.
    public func unsubscribe(_ token: UUID, now: Date) async throws -> Record {
        try await inTransaction { connection in
            guard let client = try await ConsentRepository(connection).client(unsubscribing: token) else {
                throw NotFound("client with that token", hint: "take it from the link in the mail")
            }
            let preference = Preference(isGranted: false, channels: [.email], how: "link")
            return try await note(preference, of: client, now: now, on: connection)
        }
    }

    /// Keeps an address or a number from being written to, whoever it belongs to.
    ///
    /// - Parameters:
    ///   - address: The address or number.
    ///   - reason: Why.
    ///   - detail: What was said.
    ///   - now: Since when.
    /// - Returns: Whether it was not on the list for that reason before.
    /// - Throws: ``PostgresError``.
    @discardableResult
    public func suppress(
        _ address: ClaimedMessage.Recipient, because reason: Suppression.Reason, detail: String?, now: Date
    ) async throws -> Bool {
        try await inTransaction { connection in
            try await ConsentRepository(connection).suppress(
                Suppression(
                    channel: address.channel, address: address.text, reason: reason, detail: detail, at: now,
                    actor: actor))
        }
    }

    /// Lets an address or a number be written to again.
    ///
    /// - Parameter address: The address or number.
    /// - Throws: ``NotFound`` where it is not on the list, or ``PostgresError``.
    public func lift(_ address: ClaimedMessage.Recipient) async throws {
        try await inTransaction { connection in
            guard try await ConsentRepository(connection).lift(address.channel, address.text, nil) else {
                throw NotFound("blocked address or number", hint: "see `intro suppression list`")
            }
        }
    }

    func inTransaction<Result: Sendable>(
        _ body: @Sendable (Connection) async throws -> Result
    ) async throws -> Result {
        try await database.transaction { connection in
            try await BookingLocks(actor: actor).begin(on: connection)
            return try await body(connection)
        }
    }

    func note(_ preference: Preference, of client: Client, now: Date, on connection: Connection) async throws -> Record
    {
        let repository = ConsentRepository(connection)
        let consents = preference.channels.flatMap { channel in
            preference.scopes.map { scope in
                Consent(
                    channel: channel, scope: scope, isGranted: preference.isGranted, at: now, how: preference.how,
                    actor: actor)
            }
        }
        try await repository.write(consents, of: client.id)
        if preference.isGranted {
            for address in client.addresses where preference.channels.contains(address.channel) {
                try await repository.lift(address.channel, address.text, .optOut)
            }
        }
        var suppressions: [Suppression] = []
        for address in client.addresses { suppressions += try await repository.suppressions(of: address.text) }
        return Record(
            client: client, consents: try await repository.consents(of: client.id), suppressions: suppressions)
    }
}

extension Client {
    /// Where the person can be written to.
    public var addresses: [ClaimedMessage.Recipient] {
        [email.map { .email($0) }, phone.map { .phone($0) }].compactMap(\.self)
    }
}

extension ClaimedMessage.Recipient {
    /// The channel that reaches it.
    public var channel: Channel {
        switch self {
        case .email: .email
        case .phone: .sms
        }
    }

    /// The address, or the number in E.164.
    public var text: String {
        switch self {
        case .email(let email): email.address
        case .phone(let phone): phone.e164
        }
    }
}
