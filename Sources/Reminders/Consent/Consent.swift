public import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// A client's communication preference for one channel and scope.
public struct Consent: Sendable, Equatable {
    /// The subject of messages.
    public enum Scope: String, Sendable, Hashable, CaseIterable {
        /// Messages about a future session.
        case session
        /// Messages after a session.
        case followUp = "follow_up"
    }

    /// The channel.
    public let channel: Channel
    /// The scope.
    public let scope: Scope
    /// Whether the client agrees to receive the messages.
    public let isGranted: Bool
    /// The time of the client's statement.
    public let at: Date
    /// The source of the statement: `contact_given`, `desk`, `sms`, `link`, or a description by the front desk.
    public let how: String
    /// The actor who recorded it.
    public let actor: String

    /// Creates a preference.
    public init(channel: Channel, scope: Scope, isGranted: Bool, at: Date, how: String, actor: String) {
        self.channel = channel
        self.scope = scope
        self.isGranted = isGranted
        self.at = at
        self.how = how
        self.actor = actor
    }
}

/// A blocked address or number, which receives no messages regardless of its owner.
public struct Suppression: Sendable, Equatable {
    /// The reason for blocking.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// The recipient opted out.
        case optOut = "opt_out"
        /// The server permanently rejected the address.
        case hardBounce = "hard_bounce"
        /// The recipient reported a message as spam.
        case complaint
        /// A user of Intro blocked it.
        case manual
    }

    /// The channel.
    public let channel: Channel
    /// An address in lower case, or a number in E.164.
    public let address: String
    /// The reason.
    public let reason: Reason
    /// The source of the reason: the keyword of a text message, or the server's diagnosis.
    public let detail: String?
    /// The time of blocking.
    public let at: Date
    /// The actor who recorded it.
    public let actor: String

    /// Creates an entry of the suppression list.
    public init(channel: Channel, address: String, reason: Reason, detail: String?, at: Date, actor: String) {
        self.channel = channel
        self.address = address
        self.reason = reason
        self.detail = detail
        self.at = at
        self.actor = actor
    }
}

/// The stored communication preferences and the suppression list.
public struct ConsentRepository: Sendable {
    let connection: Connection

    /// Creates a repository that uses one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns the preferences of a client, by channel and scope.
    ///
    /// - Throws: ``PostgresError``, or ``UnknownCode`` for a channel or scope that this version does not know.
    public func consents(of client: Client.ID) async throws -> [Consent] {
        try await connection.query(
            """
            SELECT channel, scope, granted, at, how, actor
            FROM consent
            WHERE client_id = \(client.value)
            ORDER BY channel, scope DESC
            """
        ).map { row in
            Consent(
                channel: try row.nextCode(), scope: try row.nextCode(), isGranted: try row.next(), at: try row.next(),
                how: try row.next(), actor: try row.next())
        }
    }

    /// Stores the preferences of a client.
    func write(_ consents: [Consent], of client: Client.ID) async throws {
        for consent in consents {
            try await connection.query(
                """
                INSERT INTO consent (client_id, channel, scope, granted, at, how, actor)
                VALUES (
                    \(client.value), \(consent.channel.rawValue), \(consent.scope.rawValue), \(consent.isGranted),
                    \(consent.at), \(consent.how), \(consent.actor))
                ON CONFLICT ON CONSTRAINT consent_key
                DO UPDATE SET granted = excluded.granted, at = excluded.at, how = excluded.how, actor = excluded.actor
                """)
        }
    }

    /// Returns the client with an unsubscribe token; `nil` if there is none.
    func client(unsubscribing token: UUID) async throws -> Client? {
        let id = try await connection.query("SELECT id FROM client WHERE unsubscribe_token = \(token)")
            .decode(Int64.self).first
        guard let id else { return nil }
        return try await ClientRepository(connection).one(.id(Client.ID(id)))
    }

    /// Returns the entries of the suppression list, newest first.
    ///
    /// - Parameters:
    ///   - address: One address or number; `nil` for all.
    ///   - limit: The maximum number of entries.
    /// - Returns: The entries.
    /// - Throws: ``PostgresError``, or ``UnknownCode`` for a channel or reason that this version does not know.
    public func suppressions(of address: String? = nil, limit: Int = 1000) async throws -> [Suppression] {
        try await connection.query(
            """
            SELECT channel, address, reason, detail, at, actor
            FROM suppression
            WHERE \(Self.addressCondition(address))
            ORDER BY id DESC
            LIMIT \(Int64(limit))
            """
        ).map { row in
            Suppression(
                channel: try row.nextCode(), address: try row.next(), reason: try row.nextCode(),
                detail: try row.next(), at: try row.next(), actor: try row.next())
        }
    }

    /// Returns the number of entries that ``suppressions(of:limit:)`` finds without a limit, counted up to a bound.
    public func countSuppressions(of address: String?, upTo bound: Int) async throws -> Int {
        let count = try await connection.query(
            """
            SELECT count(*)
            FROM (SELECT FROM suppression WHERE \(Self.addressCondition(address)) LIMIT \(Int64(bound))) AS found
            """
        ).decode(Int64.self)[0]
        return Int(count)
    }

    private static func addressCondition(_ address: String?) -> SQL {
        "(\(address)::text IS NULL OR address = lower(\(address)))"
    }

    /// Adds an entry to the suppression list, and returns whether it is new.
    @discardableResult
    func suppress(_ entry: Suppression) async throws -> Bool {
        try await connection.query(
            """
            INSERT INTO suppression (channel, address, reason, detail, at, actor)
            VALUES (
                \(entry.channel.rawValue), lower(\(entry.address)), \(entry.reason.rawValue), \(entry.detail),
                \(entry.at), \(entry.actor))
            ON CONFLICT ON CONSTRAINT suppression_key DO NOTHING
            RETURNING id
            """
        ).count > 0
    }

    /// Removes an address from the suppression list, for one reason or for all, and returns whether it was listed.
    @discardableResult
    func lift(_ channel: Channel, _ address: String, _ reason: Suppression.Reason?) async throws -> Bool {
        try await connection.query(
            """
            DELETE FROM suppression
            WHERE channel = \(channel.rawValue)
              AND address = lower(\(address))
              AND (\(reason?.rawValue)::text IS NULL OR reason = \(reason?.rawValue))
            RETURNING id
            """
        ).count > 0
    }
}
