import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// A pause of a channel for one host, whose server has accepted no message since the last attempt.
public struct ChannelPause: Sendable, Equatable {
    /// The reason code of a pause.
    public enum Code: String, Sendable, CaseIterable {
        /// The server could not be reached or used.
        case unreachable
        /// The server refuses the sender, and therefore every message.
        case refused
        /// The server asked to wait.
        case deferred
    }

    /// The channel.
    public let channel: Channel
    /// The host whose senders do not use the channel.
    public let sender: String
    /// The reason code.
    public let code: Code
    /// The server's reply, or the reason that the server could not be used.
    public let reason: String
    /// The start of the pause.
    public let since: Date
    /// The time of the next trial.
    public let until: Date
    /// The number of trials since the start of the pause.
    public let retries: Int

    /// Creates a pause.
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

/// The last message of a host that was refused with a reason that may concern every message.
public struct ChannelRefusal: Sendable, Equatable {
    /// The failed message.
    public let message: Int64
    /// The recipient of the message; `nil` if the message was queued again.
    public let recipient: String?
    /// The server's reply without the parts that identify the message.
    public let words: String

    /// Creates a refusal.
    public init(message: Int64, recipient: String?, words: String) {
        self.message = message
        self.recipient = recipient
        self.words = words
    }
}

/// The stored pauses of channels, shared by all processes of a host.
public struct ChannelPauseRepository: Sendable {
    /// The age at which a pause is out of date, because its host no longer sends.
    private static let validity: TimeInterval = 86_400
    private static let columns: SQL = """
        pause.channel, pause.sender, CASE WHEN pause.refused THEN 'refused' ELSE pause.code END, pause.reason,
        pause.since, pause.until, pause.retries
        """

    let connection: Connection

    /// Creates a repository that uses one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns the pauses in effect at a time, at most one for each channel: the one that ends last.
    ///
    /// - Parameter now: The current time.
    /// - Returns: The pauses by channel.
    /// - Throws: `PostgresError`.
    public func all(at now: Date) async throws -> [Channel: ChannelPause] {
        let pauses = try await known(at: now).filter { $0.until > now }
        return Dictionary(pauses.map { ($0.channel, $0) }) { $0.until > $1.until ? $0 : $1 }
    }

    /// Returns the pauses of all hosts, including those whose trial is due.
    ///
    /// - Parameter now: The current time.
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

    /// Returns the stored state of each channel for one host.
    ///
    /// - Parameter sender: The host.
    /// - Returns: The pause and the last refusal of each channel that has one.
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
    /// Stores a pause of a channel for the senders of a host.
    ///
    /// An existing pause keeps its start and its number of trials, and never ends earlier than before.
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

    /// Reserves the trial of a paused channel, so that only one of several processes tries a message.
    ///
    /// The pause is extended before the trial, so that a trial is counted even if its process ends early.
    ///
    /// - Parameters:
    ///   - pause: The pause as it was read; if another process has tried since, nothing is reserved.
    ///   - until: The time of the next trial if this one fails.
    /// - Returns: Whether this process may make the trial.
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

    /// Stores, replaces or removes the last refusal of a host that may concern every message.
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
    /// - Parameter now: The current time.
    /// - Returns: The number of removed pauses.
    /// - Throws: `PostgresError`.
    @discardableResult
    public func prune(at now: Date) async throws -> Int {
        try await connection.query("DELETE FROM channel_pause WHERE \(Self.isOutdated(at: now))").affected
    }

    /// Counts the pauses that ``prune(at:)`` would remove.
    ///
    /// - Parameter now: The current time.
    /// - Returns: The number of pauses.
    /// - Throws: `PostgresError`.
    public func countOutdated(at now: Date) async throws -> Int {
        let count = try await connection.query("SELECT count(*) FROM channel_pause WHERE \(Self.isOutdated(at: now))")
        return Int(try count.decode(Int64.self)[0])
    }

    private static func isOutdated(at now: Date) -> SQL { "until < \(now - validity)" }
}

extension DeliveryRepository {
    /// Queues messages again that failed because of refusals that concern every message.
    ///
    /// - Parameters:
    ///   - messages: The messages; those that have not failed are not changed.
    ///   - now: The current time; messages that were due before are sent first.
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
