import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// A channel whose server accepts no message from one host, since its last attempt.
public struct ChannelPause: Sendable, Equatable {
    /// Why a channel is paused.
    public enum Code: String, Sendable, CaseIterable {
        /// The server could not be used at all.
        case unreachable
        /// The server refuses the sender, and so every message.
        case refused
        /// The server asked to wait.
        case deferred
    }

    /// The channel.
    public let channel: Channel
    /// The host whose senders do not use the channel.
    public let sender: String
    /// Why.
    public let code: Code
    /// What the server said, or why it could not be used.
    public let reason: String
    /// When the pause began.
    public let since: Date
    /// When one message is tried.
    public let until: Date
    /// How often one message was tried since the pause began.
    public let retries: Int

    /// Describes a pause.
    public init(
        channel: Channel, sender: String, code: Code, reason: String, since: Date, until: Date, retries: Int = 0
    ) {
        self.channel = channel
        self.sender = sender
        self.code = code
        self.reason = reason
        self.since = since
        self.until = until
        self.retries = retries
    }
}

/// The last message of a host that was refused for a reason that may concern every message.
public struct ChannelRefusal: Sendable, Equatable {
    /// The message, which failed.
    public let message: Int64
    /// Where it went; `nil` where it has been queued again since.
    public let recipient: String?
    /// The server's reply without what names the message.
    public let words: String

    /// Describes a refusal.
    public init(message: Int64, recipient: String?, words: String) {
        self.message = message
        self.recipient = recipient
        self.words = words
    }
}

/// Paused channels, as the database holds them: what one process decides, all of its host follow and all can show.
public struct ChannelPauseRepository: Sendable {
    /// A pause that nothing has followed for so long is out of date: its host sends no more.
    private static let validity: TimeInterval = 86_400
    private static let columns: SQL = """
        pause.channel, pause.sender, CASE WHEN pause.refused THEN 'refused' ELSE pause.code END, pause.reason,
        pause.since, pause.until, pause.retries
        """

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
        let pauses = try await known(at: now).filter { $0.until > now }
        return Dictionary(pauses.map { ($0.channel, $0) }) { $0.until > $1.until ? $0 : $1 }
    }

    /// The channels of all hosts whose server has accepted no message since the last attempt.
    ///
    /// - Parameter now: The present instant.
    /// - Returns: The pauses, by channel and host.
    /// - Throws: `PostgresError`.
    public func known(at now: Date) async throws -> [ChannelPause] {
        try await connection.query(
            """
            SELECT \(Self.columns)
            FROM channel_pause AS pause
            WHERE until > \(now - Self.validity)
            ORDER BY channel, sender
            """
        ).map { try Self.pause(of: try $0.nextCode(), &$0) }
    }

    /// What is stored of each channel for one host.
    ///
    /// - Parameter sender: The host.
    /// - Returns: The pause and the last refusal, for the channels that have one.
    /// - Throws: `PostgresError`.
    public func states(of sender: String) async throws -> [Channel: (pause: ChannelPause?, refusal: ChannelRefusal?)] {
        var states: [Channel: (pause: ChannelPause?, refusal: ChannelRefusal?)] = [:]
        try await connection.query(
            """
            SELECT refusal.channel, refusal.message_id, failed.recipient, refusal.words, \(Self.columns)
            FROM (SELECT * FROM channel_pause WHERE sender = \(sender)) AS pause
            FULL JOIN (SELECT * FROM channel_refusal WHERE sender = \(sender)) AS refusal USING (channel)
            LEFT JOIN message AS failed ON failed.id = refusal.message_id AND failed.status = 'failed'
            """
        ).forEach { row in
            let refused: Channel? = try row.nextCode()
            let (message, recipient, words) = (
                try row.next(Int64?.self), try row.next(String?.self), try row.next(String?.self)
            )
            if let refused, let message, let words {
                states[refused, default: (nil, nil)].refusal =
                    ChannelRefusal(message: message, recipient: recipient, words: words)
            }
            guard let paused: Channel = try row.nextCode() else { return }
            states[paused, default: (nil, nil)].pause = try Self.pause(of: paused, &row)
        }
        return states
    }

    private static func pause(of channel: Channel, _ row: inout Row) throws -> ChannelPause {
        ChannelPause(
            channel: channel, sender: try row.next(), code: try row.nextCode(), reason: try row.next(),
            since: try row.next(), until: try row.next(), retries: Int(try row.next(Int32.self)))
    }
}

extension ChannelPauseRepository {
    /// Records that the senders of a host do not use a channel for a while.
    ///
    /// A pause that is recorded already keeps its beginning and its retries, and ends no earlier.
    ///
    /// - Parameter pause: The pause.
    /// - Throws: `PostgresError`.
    public func begin(_ pause: ChannelPause) async throws {
        let code = pause.code == .refused ? ChannelPause.Code.unreachable : pause.code
        try await connection.query(
            """
            INSERT INTO channel_pause AS known (channel, sender, code, refused, reason, since, until)
            VALUES (
                \(pause.channel.rawValue), \(pause.sender), \(code.rawValue), \(pause.code == .refused),
                \(pause.reason), \(pause.since), \(pause.until))
            ON CONFLICT ON CONSTRAINT channel_pause_pkey DO UPDATE
            SET code = excluded.code, refused = excluded.refused, reason = excluded.reason,
                until = greatest(known.until, excluded.until)
            """)
    }

    /// Reserves the trial of a paused channel: of several processes, one tries a message.
    ///
    /// The pause is prolonged before the trial, so that a process that ends during it has counted.
    ///
    /// - Parameters:
    ///   - pause: The pause as it was read; where another process has tried since, nothing is reserved.
    ///   - until: When the next trial follows if this one fails.
    /// - Returns: Whether this process is the one.
    /// - Throws: `PostgresError`.
    public func reserveTrial(of pause: ChannelPause, nextAt until: Date) async throws -> Bool {
        try await connection.query(
            """
            UPDATE channel_pause
            SET until = greatest(\(until), since + interval '1 second'), retries = retries + 1
            WHERE channel = \(pause.channel.rawValue)
              AND sender = \(pause.sender)
              AND retries = \(Int32(pause.retries))
            RETURNING true
            """
        ).count > 0
    }

    /// Removes the pause of a host that uses the channel again.
    ///
    /// - Parameters:
    ///   - channel: The channel.
    ///   - sender: The host.
    /// - Throws: `PostgresError`.
    public func end(_ channel: Channel, of sender: String) async throws {
        try await connection.query(
            "DELETE FROM channel_pause WHERE sender = \(sender) AND channel = \(channel.rawValue)")
    }

    /// Records, replaces or removes the last refusal of a host that may concern every message.
    ///
    /// - Parameters:
    ///   - refusal: The refusal; `nil` removes it.
    ///   - channel: The channel.
    ///   - sender: The host.
    /// - Throws: `PostgresError`.
    public func record(_ refusal: ChannelRefusal?, of channel: Channel, by sender: String) async throws {
        guard let refusal else {
            try await connection.query(
                "DELETE FROM channel_refusal WHERE sender = \(sender) AND channel = \(channel.rawValue)")
            return
        }
        try await connection.query(
            """
            INSERT INTO channel_refusal (channel, sender, message_id, words)
            VALUES (\(channel.rawValue), \(sender), \(refusal.message), \(refusal.words))
            ON CONFLICT ON CONSTRAINT channel_refusal_pkey DO UPDATE
            SET message_id = excluded.message_id, words = excluded.words
            """)
    }

    /// Removes pauses that are out of date.
    ///
    /// - Parameter now: The present instant.
    /// - Throws: `PostgresError`.
    public func prune(at now: Date) async throws {
        try await connection.query("DELETE FROM channel_pause WHERE until < \(now - Self.validity)")
    }
}

extension DeliveryRepository {
    /// Queues messages again that failed by refusals which turned out to concern every message.
    ///
    /// - Parameters:
    ///   - messages: The messages; those that have not failed are left alone.
    ///   - now: The instant; they come behind what was due before.
    /// - Throws: `PostgresError`.
    public func queueAgain(_ messages: [Int64], at now: Date) async throws {
        guard !messages.isEmpty else { return }
        try await connection.query(
            """
            UPDATE message
            SET status = 'queued', reason = 'channel_paused', wait_until = \(now), recipient = NULL, subject = NULL,
                body = NULL
            WHERE id = ANY(\(messages))
              AND status = 'failed'
              AND reason = 'rejected_for_good'
            """)
    }
}
