public import Booking
public import FoundationEssentials
public import Postgres

/// The erasure of a client's personal data on request.
///
/// The rows of the client and of the sessions and messages remain without personal data, so that reports do not change.
/// The used free session and the blocked addresses are kept as keyed hashes. The database erases; see `erase_client`.
public struct ClientErasure: Sendable {
    private let database: Database
    private let actor: String
    private let privacyKey: PrivacyKeySource

    /// Creates an erasure.
    ///
    /// - Parameters:
    ///   - database: The database.
    ///   - actor: The actor, for the event log.
    ///   - privacyKey: The key of the hashes.
    public init(database: Database, actor: String, privacyKey: @escaping PrivacyKeySource) {
        self.database = database
        self.actor = actor
        self.privacyKey = privacyKey
    }

    /// The result of an erasure.
    public struct Result: Sendable {
        /// The number of erased rows of each table; of a daily schedule, only the copy of the text is erased.
        public let erased: [String: Int]
        /// The number of sessions that remain without personal data.
        public var sessions: Int { erased["session"] ?? 0 }
        /// The number of messages that remain without personal data.
        public var messages: Int { erased["message"] ?? 0 }
        /// Whether the free session is kept as a keyed hash, so that the person gets no second one.
        public let keepsFreeSession: Bool
    }

    /// An error for a client to whom a message is being sent: the sender would store its text afterwards.
    public struct MessageInDelivery: Error, Sendable {}

    /// Returns a client who can be erased.
    ///
    /// - Parameters:
    ///   - identifier: The client.
    ///   - now: The current time.
    /// - Returns: The client.
    /// - Throws: ``Refusal`` of the rule `session_to_come`, ``PrivacyKeyError``, ``NotFound``, ``InvalidInput`` if
    ///   several clients match, or ``PostgresError``.
    public func erasable(_ identifier: ClientIdentifier, now: Date) async throws -> Client {
        try await database.withConnection { connection in
            let client = try await ClientRepository(connection).one(identifier)
            try await Self.assertNoSessionToCome(of: client, now: now, on: connection)
            _ = try await hashes(of: client.id, isFirst: false, on: connection)
            return client
        }
    }

    /// Erases a client.
    ///
    /// - Parameters:
    ///   - id: The client.
    ///   - reason: The reason, for the event log; it must not name the client.
    ///   - now: The current time.
    /// - Returns: The numbers of erased rows.
    /// - Throws: ``Refusal`` of the rule `session_to_come`, ``PrivacyKeyError``, ``MessageInDelivery``, ``NotFound``,
    ///   ``InvalidInput`` for a reason that names the client, or ``PostgresError``.
    public func erase(_ id: Client.ID, reason: String?, now: Date) async throws -> Result {
        do {
            return try await ConstraintRefusal.translating {
                try await database.transaction { connection in
                    try await erase(id, reason: reason, now: now, on: connection)
                }
            }
        } catch let error as PostgresError where error.constraint == "message_is_not_being_sent" {
            throw MessageInDelivery()
        }
    }

    private func erase(
        _ id: Client.ID, reason: String?, now: Date, on connection: Connection
    ) async throws -> Result {
        await BookingLocks(actor: actor, reason: reason).begin(on: connection)
        // Bookings under the person's contacts wait, and then find the hashes instead of the client.
        var locks = BookingLocks(actor: actor)
        locks.locks = try await connection.query("SELECT unnest(person_contacts(\(id.value)))").decode(String.self)
            .sorted()
        await locks.lock(on: connection)
        let client = try await ClientRepository(connection).one(.id(id))
        try await Self.assertNoSessionToCome(of: client, now: now, on: connection)
        try await Self.assertAnonymous(reason, about: client, on: connection)
        let hashes = try await hashes(of: id, isFirst: true, on: connection)
        let rows = try await connection.query(
            """
            SELECT subject, erased
            FROM erase_client(\(id.value), \(now), \(hashes.map(\.name)), \(hashes.map(\.digest)))
            """
        ).decode((String, Int64).self)
        guard !rows.isEmpty else { throw NotFound(.client(.id(id))) }
        return Result(
            erased: Dictionary(uniqueKeysWithValues: rows.map { ($0.0, Int($0.1)) }),
            keepsFreeSession: hashes.contains { !$0.name.hasPrefix("blocked:") })
    }

    /// Returns the hashes that the database keeps of a client; empty if the client has neither used the free session nor
    /// a blocked address.
    private func hashes(
        of id: Client.ID, isFirst: Bool, on connection: Connection
    ) async throws -> [(name: String, digest: String)] {
        let names = try await connection.query("SELECT unnest(names_to_hash(\(id.value)))").decode(String.self)
        guard !names.isEmpty else { return [] }
        let contacts = ForgottenContacts(connection, key: privacyKey)
        let key = try await contacts.verifiedKey(or: .neededToErase, isFirst: isFirst)
        return names.map { ($0, key.digest(of: $0)) }
    }

    private static func assertNoSessionToCome(of client: Client, now: Date, on connection: Connection) async throws {
        let sessions = try await SessionRepository(connection).all(for: client.id)
        guard let next = sessions.last(where: { $0.status == .booked && $0.endsAt > now }) else { return }
        throw Refusal(
            .sessionToCome,
            "\(visible(client.name)) has the session \(next.reference) on \(next.start) with \(visible(next.trainer.name))",
            remedy: .cancelSession(next.reference))
    }

    /// Throws if a reason, which is kept, names the client.
    private static func assertAnonymous(_ reason: String?, about client: Client, on connection: Connection) async throws
    {
        guard let reason else { return }
        let isNamed = try await connection.query(
            "SELECT mentions_person(\(reason), \([client.name] + client.contacts.map(\.text)))"
        ).decode(Bool.self)[0]
        guard isNamed else { return }
        throw InvalidInput(
            field: "the reason", problem: "names the client, and is kept in the event log",
            hint: "write it without the name, address and number, such as \"request of 3 May\"")
    }
}

extension ClientErasure {
    /// Returns everything that is stored about a client, as a JSON document.
    ///
    /// - Parameters:
    ///   - id: The client.
    ///   - database: The database.
    /// - Returns: The document, with indentation; instants are in RFC 3339 UTC.
    /// - Throws: ``NotFound`` or ``PostgresError``.
    public static func export(_ id: Client.ID, from database: Database) async throws -> String {
        let documents = try await database.query(
            #"""
            SELECT regexp_replace(
                jsonb_pretty(personal_data(\#(id.value))),
                '"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)\+00:00"', '"\1Z"', 'g')
            """#
        ).decode(String?.self)
        guard let document = documents.first ?? nil else { throw NotFound(.client(.id(id))) }
        return document
    }
}
