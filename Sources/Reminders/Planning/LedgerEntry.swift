public import Booking
public import BookingStore
public import FoundationEssentials
import Postgres

/// A row of the ledger: a message that was sent, was not sent, or will be sent.
public struct LedgerEntry: Sendable {
    /// The number to resend or settle the message by; `nil` for a planned message that is not stored yet.
    public let id: Int64?
    /// The session; `nil` for a trainer's digest.
    public let reference: Reference?
    /// The trainer of a digest; `nil` for a session.
    public let trainer: String?
    /// The studio's handle.
    public let studio: String
    /// The rule that created it.
    public let rule: String
    /// The channel.
    public let channel: String
    /// The audience.
    public let audience: String
    /// The revision of the session.
    public let revision: Int32
    /// The status: planned, queued, attempting, sent, failed, unknown or skipped.
    public let status: String
    /// The reason that it was skipped, failed, is unknown or waits; for a future message, the reason that it would be
    /// skipped or wait in the current state.
    public internal(set) var reason: MessageReason?
    /// The due time.
    public let dueAt: Date
    /// The time before which a runner does not attempt it.
    public internal(set) var waitUntil: Date?
    /// The number of attempts, each of which passed it to a transport.
    public let attempts: Int32
    /// The time of the last attempt.
    public let attemptedAt: Date?
    /// The time at which a server accepted it.
    public let sentAt: Date?
    /// The time at which the provider reported its delivery; only providers of text messages do.
    public let deliveredAt: Date?
    /// The recipient, or the expected one.
    public let recipient: String?
    /// The server's reply.
    public let reply: String?
    /// The subject as sent.
    public let subject: String?
    /// The text as sent.
    public let body: String?
    /// The studio's time zone.
    public let clock: StudioClock
    /// The name of the trainer.
    public let trainerName: String?
    /// The name of the studio.
    public let studioName: String
    /// The number of the copy that was requested; 0 is the first message.
    public let copy: Int32
    /// The reason for the copy.
    public let copyReason: String?
    /// The stored reason of the obstacle, such as that of a closure.
    public internal(set) var obstacleDetail: String?
    /// The pause of its channel, if that is the only reason that it is not sent now.
    public internal(set) var pause: ChannelPause?
}

extension LedgerEntry {
    /// The columns of a message `m`, its session `s`, client `c`, trainer `t` and studio `st`.
    static let columns: SQL = """
        m.id, s.reference, CASE WHEN m.day IS NOT NULL THEN t.handle END, st.slug, m.rule, m.channel, m.audience,
        m.revision, m.status, m.reason, m.due_at, m.wait_until, m.attempts, m.attempted_at, m.sent_at,
        m.delivered_at, coalesce(m.recipient, \(address)), m.reply, m.subject, m.body, st.time_zone, st.region, t.name,
        st.name, m.copy, m.copy_reason
        """

    /// The current recipient of a message `m`.
    static let address: SQL = """
        recipient_address(m.audience, m.channel, c.email, c.phone, t.email, t.phone, st.email, st.phone)
        """

    static let joins: SQL = """
        JOIN studio AS st ON st.id = m.studio_id
        LEFT JOIN session AS s ON s.id = m.session_id
        LEFT JOIN client AS c ON c.id = s.client_id
        LEFT JOIN trainer AS t ON t.id = coalesce(m.trainer_id, s.trainer_id)
        """

    /// Decodes a row of ``columns``.
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
        reason = try row.nextCode()
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
        clock = try StudioClocks.clock(&row)
        trainerName = try row.next()
        studioName = try row.next()
        copy = try row.next()
        copyReason = try row.next()
    }
}

extension LedgerEntry {
    /// Replaces the stored reason of a queued message by its current reason to wait.
    ///
    /// - Parameters:
    ///   - blockingReason: The reason that it would be skipped or postponed at its next attempt; `nil` if it would be sent.
    ///   - pauses: The channels that are paused now.
    ///   - now: The current time.
    mutating func explain(blockingReason: MessageReason?, pauses: [Channel: ChannelPause], now: Date) {
        guard status == "queued" else { return }
        if let blockingReason {
            reason = blockingReason
        } else if reason?.isObstacle == true {
            // The obstacle no longer exists; the next batch claims the message.
            (reason, waitUntil) = (nil, nil)
        }
        guard blockingReason == nil else { return }
        if let waitUntil, waitUntil > now, reason != .channelPaused {
            reason = reason ?? .awaitingChanges
        } else if dueAt <= now, let pause = Channel(rawValue: channel).flatMap({ pauses[$0] }) {
            self.pause = pause
            waitUntil = pause.until
            reason = reason ?? .channelPaused
        } else if reason == .channelPaused {
            // The pause has ended, and one message is tried.
            waitUntil = nil
        }
    }
}
