import Booking
import BookingStore
import FoundationEssentials
import Postgres

/// The messages that reports of mail servers and providers concern.
extension LedgerRepository {
    /// A sent mail that a report may concern.
    struct SentMessage {
        let id: Int64
        let session: Session.ID
        let recipient: EmailAddress
        let audience: Audience

        /// The facts for the decision about a report.
        var facts: MailDecision.Message { MailDecision.Message(recipient: recipient, audience: audience) }
    }

    /// Returns the first sent mail with one of these Message-IDs, and locks its row.
    ///
    /// A Message-ID contains the session's reference: 40 bits that an outsider does not know. The Message-ID of a
    /// trainer's digest contains no secret, so digests are never found.
    func sent(withAnyOf messageIDs: [String]) async throws -> SentMessage? {
        for name in messageIDs.compactMap({ MessageName($0) }) {
            if let message = try await sent(name) { return message }
        }
        return nil
    }

    private func sent(_ name: MessageName) async throws -> SentMessage? {
        // Lock the session before its messages, in the same order as a move or a cancellation.
        try await connection.query("SELECT FROM session WHERE reference = \(name.reference.code) FOR KEY SHARE")
        return try await connection.query(
            """
            SELECT m.id, s.id, m.recipient, m.audience
            FROM message AS m
            JOIN session AS s ON s.id = m.session_id
            WHERE s.reference = \(name.reference.code)
              AND m.rule = \(name.rule)
              AND m.revision = \(name.revision)
              AND m.copy = \(name.copy)
              AND m.channel = 'email'
              AND m.attempted_at IS NOT NULL
              AND m.recipient IS NOT NULL
            FOR UPDATE OF m
            """
        ).decode((Int64, Int64, String, String).self).first.map {
            SentMessage(
                id: $0.0, session: Session.ID($0.1), recipient: try EmailAddress($0.2), audience: try storedCode($0.3))
        }
    }

    /// Marks a mail as failed because it bounced.
    func markBounced(_ id: Int64, diagnosis: String?) async throws {
        try await connection.query(
            """
            UPDATE message
            SET status = 'failed', reason = 'bounced', reply = coalesce(\(diagnosis), reply), sent_at = NULL
            WHERE id IN (\(Self.rows(ofMessageWith: id))) AND status IN ('attempting', 'sent', 'unknown')
            """)
    }

    /// Marks a text message as accepted by its provider, and as delivered if a time is given.
    func markSent(_ id: Int64, deliveredAt: Date?) async throws {
        try await connection.query(
            """
            UPDATE message
            SET status = 'sent', reason = NULL, sent_at = coalesce(sent_at, attempted_at), delivered_at = \(deliveredAt)
            WHERE id IN (\(Self.rows(ofMessageWith: id)))
            """)
    }

    /// Marks a text message as failed because its provider could not deliver it.
    func markUndelivered(_ id: Int64, reason: MessageReason, reply: String) async throws {
        try await connection.query(
            """
            UPDATE message
            SET status = 'failed', reason = \(reason.rawValue), reply = \(reply), sent_at = NULL, delivered_at = NULL
            WHERE id IN (\(Self.rows(ofMessageWith: id)))
            """)
    }

    /// Returns the query for all rows of the message that a row belongs to.
    ///
    /// Several changes are announced to a trainer in one message: their rows were attempted by the same run at the same
    /// time. The message is named after the row that was due first.
    private static func rows(ofMessageWith id: Int64) -> SQL {
        """
        SELECT \(id)::bigint
        UNION
        SELECT part.id
        FROM message AS named
        CROSS JOIN LATERAL (
            -- Each of these queries has an index.
            SELECT * FROM message
            WHERE coalesce(body, subject, reply) IS NOT NULL AND due_at BETWEEN named.due_at AND named.attempted_at
            UNION ALL
            SELECT * FROM message WHERE status = 'attempting' AND run_id = named.run_id
            UNION ALL
            SELECT * FROM message WHERE status = 'unknown'
        ) AS part
        WHERE named.id = \(id)
          AND named.session_id IS NOT NULL
          AND named.trainer_id IS NOT NULL
          AND part.session_id IS NOT NULL
          AND (part.trainer_id, part.channel, part.run_id, part.attempted_at, part.recipient)
              = (named.trainer_id, named.channel, named.run_id, named.attempted_at, named.recipient)
        """
    }
}
