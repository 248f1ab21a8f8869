public import Booking
import BookingStore
public import FoundationEssentials
import Postgres

/// One row of the ledger: a message that did, did not or will go out.
public struct LedgerEntry: Sendable {
    /// The number by which it is resent or settled; `nil` for a message that is planned and not written down yet.
    public let id: Int64?
    /// The session it speaks of; `nil` for a trainer's day.
    public let reference: Reference?
    /// The trainer whose day it speaks of; `nil` for a session.
    public let trainer: String?
    /// The studio's id.
    public let studio: String
    /// Why it exists.
    public let rule: String
    /// How it goes out.
    public let channel: String
    /// Whom it is for.
    public let audience: String
    /// The revision of the session that it speaks of.
    public let revision: Int32
    /// planned, queued, attempting, sent, failed, unknown or skipped.
    public let status: String
    /// Why it was skipped, failed, is unknown, or waits; of one to come, why it would be skipped or wait as things stand.
    public internal(set) var reason: String?
    /// When it should go out.
    public let dueAt: Date
    /// Until when a runner leaves it alone.
    public internal(set) var waitUntil: Date?
    /// How often it was handed to a transport.
    public let attempts: Int32
    /// When it was last handed to a transport.
    public let attemptedAt: Date?
    /// When a server took it.
    public let sentAt: Date?
    /// When its service reported that it had arrived; only services for texts do.
    public let deliveredAt: Date?
    /// Where it went, or would go.
    public let recipient: String?
    /// What the server said.
    public let reply: String?
    /// The subject as it was sent.
    public let subject: String?
    /// The text as it was sent.
    public let body: String?
    /// Clock of the studio.
    public let clock: StudioClock
    /// The name of the trainer that it is about.
    public let trainerName: String?
    /// The name of the studio.
    public let studioName: String
    /// The recorded reason of what keeps the session from taking place, such as that of a closure.
    public internal(set) var obstacleDetail: String?
    /// The pause of its channel, where it would go out now otherwise.
    public internal(set) var pause: ChannelPause?
}

extension LedgerEntry {
    /// What is read of a message `m`, its session `s`, client `c`, trainer `t` and studio `st`.
    static let columns: SQL = """
        m.id, s.reference, CASE WHEN m.day IS NOT NULL THEN t.handle END, st.slug, m.rule, m.channel, m.audience,
        m.revision, m.status, m.reason, m.due_at, m.wait_until, m.attempts, m.attempted_at, m.sent_at,
        m.delivered_at, coalesce(m.recipient, \(address)), m.reply, m.subject, m.body, st.time_zone, t.name, st.name
        """

    /// Where a message `m` would go as things stand.
    static let address: SQL = """
        CASE m.audience
            WHEN 'client' THEN CASE m.channel WHEN 'email' THEN c.email ELSE c.phone END
            WHEN 'trainer' THEN CASE m.channel WHEN 'email' THEN t.email ELSE t.phone END
            ELSE CASE m.channel WHEN 'email' THEN st.email ELSE st.phone END
        END
        """

    static let joins: SQL = """
        JOIN studio AS st ON st.id = m.studio_id
        LEFT JOIN session AS s ON s.id = m.session_id
        LEFT JOIN client AS c ON c.id = s.client_id
        LEFT JOIN trainer AS t ON t.id = coalesce(m.trainer_id, s.trainer_id)
        """

    /// Reads a row of ``columns``.
    init(_ row: inout Row) throws {
        id = try row.next()
        reference = try row.next(String?.self).map { try Reference($0) }
        trainer = try row.next()
        studio = try row.next()
        rule = try row.next()
        channel = try row.next()
        audience = try row.next()
        revision = try row.next()
        status = try row.next()
        reason = try row.next()
        dueAt = try row.next()
        waitUntil = try row.next()
        attempts = try row.next()
        attemptedAt = try row.next()
        sentAt = try row.next()
        deliveredAt = try row.next()
        recipient = try row.next()
        reply = try row.next()
        subject = try row.next()
        body = try row.next()
        clock = try StudioClocks.clock(of: row.next())
        trainerName = try row.next()
        studioName = try row.next()
    }
}

extension LedgerEntry {
    /// The reason of a message that would go out now, were its channel not paused.
    public static let channelPaused = "channel_paused"
    /// The reason of a notice that waits for a minute in case another change follows.
    public static let awaitingChanges = "awaiting_changes"

    /// Replaces what is stored of a queued message by what it waits for as things stand.
    ///
    /// - Parameters:
    ///   - judged: Why it would be skipped or wait when it is tried; `nil` where it would go out.
    ///   - pauses: The channels that are paused now.
    ///   - now: The present instant.
    mutating func explain(judged: String?, pauses: [Channel: ChannelPause], now: Date) {
        guard status == "queued" else { return }
        if let judged {
            reason = judged
        } else if reason.flatMap({ MessageObstacle(rawValue: $0) }) != nil {
            // What was in the way is gone; the next batch takes it up.
            (reason, waitUntil) = (nil, nil)
        }
        guard judged == nil else { return }
        if let waitUntil, waitUntil > now, reason != Self.channelPaused {
            reason = reason ?? Self.awaitingChanges
        } else if dueAt <= now, let pause = Channel(rawValue: channel).flatMap({ pauses[$0] }) {
            self.pause = pause
            waitUntil = pause.until
            reason = reason ?? Self.channelPaused
        } else if reason == Self.channelPaused {
            // The pause is over, and one message is tried.
            waitUntil = nil
        }
    }
}

/// Why no message may say that a session takes place; raw values are the reasons that the ledger stores.
public enum MessageObstacle: String, Sendable, CaseIterable {
    /// The trainer is away at that time.
    case trainerAway = "trainer_away"
    /// The studio is closed at that time.
    case studioClosed = "studio_closed"
    /// The trainer no longer takes sessions.
    case trainerRetired = "trainer_retired"
}
