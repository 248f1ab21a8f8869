public import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// What a person wants to be told by one channel.
public struct Consent: Sendable, Equatable {
    /// What messages are about.
    public enum Scope: String, Sendable, Hashable, CaseIterable {
        /// What concerns a session to come.
        case session
        /// What comes after it.
        case followUp = "follow_up"
    }

    /// Which channel.
    public let channel: Channel
    /// What about.
    public let scope: Scope
    /// Whether they want it.
    public let isGranted: Bool
    /// Since when.
    public let at: Date
    /// How they said so: `contact_given`, `studioContact`, `sms`, `link`, or in the desk's words.
    public let how: String
    /// Who wrote it down.
    public let actor: String

    /// Notes what a person said.
    public init(channel: Channel, scope: Scope, isGranted: Bool, at: Date, how: String, actor: String) {
        self.channel = channel
        self.scope = scope
        self.isGranted = isGranted
        self.at = at
        self.how = how
        self.actor = actor
    }
}

/// An address or a number to which nothing is sent, whoever it belongs to.
public struct Suppression: Sendable, Equatable {
    /// Why nothing is sent there.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// Whoever reads there said so.
        case optOut = "opt_out"
        /// The server said for good that there is nobody.
        case hardBounce = "hard_bounce"
        /// Whoever reads there called it spam.
        case complaint
        /// Somebody of us wrote it down.
        case manual
    }

    /// Which channel.
    public let channel: Channel
    /// An address in small letters, or a number in E.164.
    public let address: String
    /// Why.
    public let reason: Reason
    /// What was said: the word that was texted, the server's diagnosis.
    public let detail: String?
    /// Since when.
    public let at: Date
    /// Who wrote it down.
    public let actor: String

    /// Puts an entry of the list together.
    public init(channel: Channel, address: String, reason: Reason, detail: String?, at: Date, actor: String) {
        self.channel = channel
        self.address = address
        self.reason = reason
        self.detail = detail
        self.at = at
        self.actor = actor
    }
}

/// What people want to be told, and where nothing is sent, as the database holds it.
public struct ConsentRepository: Sendable {
    let connection: Connection

    /// Reads and writes through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// What a person said, by channel and scope.
    public func consents(of client: Client.ID) async throws -> [Consent] {
        try await connection.query(
            """
            SELECT channel, scope, granted, at, how, actor
            FROM consent
            WHERE client_id = \(client.value)
            ORDER BY channel, scope DESC
            """
        ).decode((String, String, Bool, Date, String, String).self).compactMap { row in
            guard let channel = Channel(rawValue: row.0), let scope = Consent.Scope(rawValue: row.1) else { return nil }
            return Consent(channel: channel, scope: scope, isGranted: row.2, at: row.3, how: row.4, actor: row.5)
        }
    }

    /// Writes down what a person wants.
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

    /// The person whose mail names them by a token; `nil` where there is none.
    func client(unsubscribing token: UUID) async throws -> Client? {
        let id = try await connection.query("SELECT id FROM client WHERE unsubscribe_token = \(token)")
            .decode(Int64.self).first
        guard let id else { return nil }
        return try await ClientRepository(connection).one(.id(Client.ID(id)))
    }

    /// Where nothing is sent, newest first.
    ///
    /// - Parameters:
    ///   - address: One address or number; `nil` is all.
    ///   - limit: How many at the most.
    /// - Returns: The entries of the list.
    /// - Throws: ``PostgresError``.
    public func suppressions(of address: String? = nil, limit: Int = 1000) async throws -> [Suppression] {
        try await connection.query(
            """
            SELECT channel, address, reason, detail, at, actor
            FROM suppression
            WHERE \(Self.isMeant(address))
            ORDER BY id DESC
            LIMIT \(Int64(limit))
            """
        ).decode((String, String, String, String?, Date, String).self).compactMap { row in
            guard let channel = Channel(rawValue: row.0), let reason = Suppression.Reason(rawValue: row.2) else {
                return nil
            }
            return Suppression(
                channel: channel, address: row.1, reason: reason, detail: row.3, at: row.4, actor: row.5)
        }
    }

    /// How many entries ``suppressions(of:limit:)`` finds without a limit, counted no further than a bound.
    public func countSuppressions(of address: String?, upTo bound: Int) async throws -> Int {
        let count = try await connection.query(
            """
            SELECT count(*)
            FROM (SELECT FROM suppression WHERE \(Self.isMeant(address)) LIMIT \(Int64(bound))) AS found
            """
        ).decode(Int64.self)[0]
        return Int(count)
    }

    private static func isMeant(_ address: String?) -> SQL {
        "(\(address)::text IS NULL OR address = lower(\(address)))"
    }

    /// Puts an address on the list; whether it was not there for that reason.
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

    /// Takes an address off the list, for one reason or for all; whether it was there.
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
