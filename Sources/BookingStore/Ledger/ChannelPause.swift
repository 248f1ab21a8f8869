public import Booking
public import FoundationEssentials
public import Postgres

/// A channel that the runners of one host do not use for a while.
public struct ChannelPause: Sendable, Equatable {
    /// Why a channel is paused.
    public enum Code: String, Sendable, CaseIterable {
        /// The server could not be used at all.
        case unreachable
        /// The server asked to wait.
        case deferred
    }

    /// The channel.
    public let channel: Channel
    /// Why.
    public let code: Code
    /// What the server said, or why it could not be used.
    public let reason: String
    /// When the pause began.
    public let since: Date
    /// When the channel is tried again.
    public let until: Date

    /// Describes a pause.
    public init(channel: Channel, code: Code, reason: String, since: Date, until: Date) {
        self.channel = channel
        self.code = code
        self.reason = reason
        self.since = since
        self.until = until
    }
}

/// Paused channels, as the database holds them: what one process decides, others can show.
public struct ChannelPauseRepository: Sendable {
    let connection: Connection

    /// Reads and writes through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// The pauses that last at an instant, at most one for each channel: the one that ends last.
    ///
    /// - Parameter now: The present instant.
    /// - Returns: The pauses by channel.
    /// - Throws: `PostgresError`.
    public func all(at now: Date) async throws -> [Channel: ChannelPause] {
        let pauses = try await connection.query(
            """
            SELECT DISTINCT ON (channel) channel, code, reason, since, until
            FROM channel_pause
            WHERE until > \(now)
            ORDER BY channel, until DESC
            """
        ).map { row in
            ChannelPause(
                channel: try row.nextCode(), code: try row.nextCode(), reason: try row.next(), since: try row.next(),
                until: try row.next())
        }
        return Dictionary(uniqueKeysWithValues: pauses.map { ($0.channel, $0) })
    }

    /// Records that the runners of a host do not use a channel for a while.
    ///
    /// - Parameters:
    ///   - pause: The pause.
    ///   - sender: The host.
    /// - Throws: `PostgresError`.
    public func begin(_ pause: ChannelPause, by sender: String) async throws {
        try await connection.query(
            """
            INSERT INTO channel_pause (channel, sender, code, reason, since, until)
            VALUES (
                \(pause.channel.rawValue), \(sender), \(pause.code.rawValue), \(pause.reason), \(pause.since),
                \(pause.until))
            ON CONFLICT ON CONSTRAINT channel_pause_pkey DO UPDATE
            SET code = excluded.code, reason = excluded.reason, since = excluded.since, until = excluded.until
            """)
    }

    /// Removes the pauses of a host, whose runners use the channels again.
    ///
    /// - Parameters:
    ///   - channels: The channels.
    ///   - sender: The host.
    /// - Throws: `PostgresError`.
    public func end(_ channels: [Channel], of sender: String) async throws {
        guard !channels.isEmpty else { return }
        try await connection.query(
            "DELETE FROM channel_pause WHERE sender = \(sender) AND channel = ANY(\(channels.map(\.rawValue)))")
    }
}
