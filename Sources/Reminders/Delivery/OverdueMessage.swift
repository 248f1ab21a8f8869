import BookingStore
public import FoundationEssentials
import Postgres

/// A message that is due and not sent.
public struct OverdueMessage: Sendable, Equatable {
    /// The time at which the message was due.
    public let dueAt: Date
    /// The time until which the message was postponed, such as the end of quiet hours; `nil` without a postponement.
    public let waitUntil: Date?
    /// The rule that requires the message.
    public let rule: String
    /// The channel.
    public let channel: Channel
    /// The reason of the last postponement.
    public let reason: String?
    /// The session; `nil` for a trainer's schedule of a day.
    public let reference: String?

    /// The time from which a sender could send the message.
    public var sendableAt: Date { waitUntil.map { max($0, dueAt) } ?? dueAt }
}

extension DeliveryRepository {
    /// Returns the message that has been overdue longest, or `nil`; a postponed message is not overdue.
    public func oldestOverdue(now: Date) async throws -> OverdueMessage? {
        try await connection.query(
            """
            SELECT oldest.due_at, oldest.wait_until, oldest.rule, oldest.channel, oldest.reason, s.reference
            FROM unnest(ARRAY['email', 'sms']) AS known (channel)
            CROSS JOIN LATERAL (
                SELECT due_at, wait_until, rule, m.channel, reason, session_id
                FROM message AS m
                WHERE status = 'queued' AND m.channel = known.channel AND coalesce(wait_until, due_at) <= \(now)
                ORDER BY coalesce(wait_until, due_at), id
                LIMIT 1
            ) AS oldest
            LEFT JOIN session AS s ON s.id = oldest.session_id
            ORDER BY oldest.due_at
            LIMIT 1
            """
        ).map { row in
            OverdueMessage(
                dueAt: try row.next(), waitUntil: try row.next(), rule: try row.next(), channel: try row.nextCode(),
                reason: try row.next(), reference: try row.next())
        }.first
    }
}
