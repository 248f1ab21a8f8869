public import FoundationEssentials
import Postgres

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
