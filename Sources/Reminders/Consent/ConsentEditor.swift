public import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// The operations that record communication preferences and block addresses.
public struct ConsentEditor: Sendable {
    let database: Database
    let actor: String

    /// Creates the operations of an actor.
    ///
    /// - Parameters:
    ///   - database: The database of the preferences.
    ///   - actor: The actor for the event log.
    public init(database: Database, actor: String) {
        self.database = database
        self.actor = actor
    }

    /// A new communication preference.
    public struct Preference: Sendable {
        /// The channels.
        public var channels: [Channel]
        /// The scopes.
        public var scopes: [Consent.Scope]
        /// Whether the client agrees to receive the messages.
        public var isGranted: Bool
        /// The source of the statement.
        public var how: String

        /// Creates a preference; by default it applies to all channels and scopes.
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

    /// The stored preferences of a client after a change.
    public struct Record: Sendable {
        /// The client.
        public let client: Client
        /// The preferences.
        public let consents: [Consent]
        /// The entries of the suppression list that block messages regardless of the preferences.
        public let suppressions: [Suppression]
    }

    /// Stores a preference of a client.
    ///
    /// If the client agrees to receive messages again, their opt-out is removed from the suppression list; a hard
    /// bounce stays.
    ///
    /// - Parameters:
    ///   - preference: The preference.
    ///   - identifier: The client.
    ///   - now: The time of the client's statement.
    /// - Returns: The stored preferences of the client.
    /// - Throws: ``NotFound``, ``InvalidInput`` or ``PostgresError``.
    public func note(_ preference: Preference, of identifier: ClientIdentifier, now: Date) async throws -> Record {
        try await inTransaction { connection in
            let client = try await ClientRepository(connection).one(identifier)
            return try await note(preference, of: client, now: now, on: connection)
        }
    }

    /// Unsubscribes the client whose mail contains a link.
    ///
    /// - Parameters:
    ///   - token: The token in the link.
    ///   - now: The time of the request.
    /// - Returns: The stored preferences of the client.
    /// - Throws: ``NotFound`` or ``PostgresError``.
    public func unsubscribe(_ token: UUID, now: Date) async throws -> Record {
        try await inTransaction { connection in
            guard let client = try await ConsentRepository(connection).client(unsubscribing: token) else {
                throw NotFound(.unsubscribeToken)
            }
            let preference = Preference(isGranted: false, channels: [.email], how: "link")
            return try await note(preference, of: client, now: now, on: connection)
        }
    }

    /// Blocks an address or a number, regardless of its owner.
    ///
    /// - Parameters:
    ///   - address: The address or number.
    ///   - reason: The reason.
    ///   - detail: The source of the reason.
    ///   - now: The current time.
    /// - Returns: Whether the address was not blocked for that reason before.
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

    /// Unblocks an address or a number.
    ///
    /// - Parameter address: The address or number.
    /// - Throws: ``NotFound`` if it is not on the suppression list, or ``PostgresError``.
    public func lift(_ address: ClaimedMessage.Recipient) async throws {
        try await inTransaction { connection in
            guard try await ConsentRepository(connection).lift(address.channel, address.text, nil) else {
                throw NotFound(.suppression)
            }
        }
    }

    func inTransaction<Result: Sendable>(
        _ body: @Sendable (Connection) async throws -> Result
    ) async throws -> Result {
        try await database.transaction { connection in
            await BookingLocks(actor: actor).begin(on: connection)
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
    /// The client's address and number.
    public var addresses: [ClaimedMessage.Recipient] {
        [email.map { .email($0) }, phone.map { .phone($0) }].compactMap(\.self)
    }
}

extension ClaimedMessage.Recipient {
    /// The channel of the recipient.
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
