import Booking
import FoundationEssentials
import Postgres

extension LedgerRepository {
    /// A mail that was handed over, as a report may be about it.
    struct SentMessage {
        let id: Int64
        let session: Session.ID
        let recipient: EmailAddress
        let audience: Audience

        /// What decides about a report.
        var facts: MailDecision.Message { MailDecision.Message(recipient: recipient, audience: audience) }
    }

    /// The mail that was handed over with one of these identifiers, the first that there is; its row is locked.
    ///
    /// An identifier holds the session's reference: 40 bits that an outsider does not know. That of a trainer's day holds
    /// nothing of the kind, so it is never found here.
    func sent(withAnyOf messageIDs: [String]) async throws -> SentMessage? {
        for name in messageIDs.compactMap({ MessageName($0) }) {
            if let message = try await sent(name) { return message }
        }
        return nil
    }

    private func sent(_ name: MessageName) async throws -> SentMessage? {
        // The session before its messages, as whoever moves or cancels it locks them.
        try await connection.query("SELECT FROM session WHERE reference = \(name.reference.code) FOR KEY SHARE")
        return try await connection.query(
            """
            SELECT m.id, s.id, m.recipient, m.audience
            FROM message AS m
            JOIN session AS s ON s.id = m.session_id
            WHERE s.reference = \(name.reference.code)
              AND m.rule = \(name.rule)
              AND m.revision = \(name.revision)
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

    /// Marks a mail as failed because it came back.
    func markBounced(_ id: Int64, diagnosis: String?) async throws {
        try await connection.query(
            """
            UPDATE message
            SET status = 'failed', reason = 'bounced', reply = coalesce(\(diagnosis), reply), sent_at = NULL
            WHERE id = \(id) AND status IN ('attempting', 'sent', 'unknown')
            """)
    }

    /// Marks a text as taken by its service, and as delivered where it was.
    func markSent(_ id: Int64, deliveredAt: Date?) async throws {
        try await connection.query(
            """
            UPDATE message
            SET status = 'sent', reason = NULL, sent_at = coalesce(sent_at, attempted_at), delivered_at = \(deliveredAt)
            WHERE id = \(id)
            """)
    }

    /// Marks a text as failed because its service could not deliver it.
    func markUndelivered(_ id: Int64, reason: String, reply: String) async throws {
        try await connection.query(
            """
            UPDATE message
            SET status = 'failed', reason = \(reason), reply = \(reply), sent_at = NULL, delivered_at = NULL
            WHERE id = \(id)
            """)
    }

    /// The row of a key.
    func entry(_ id: Int64) async throws -> LedgerEntry {
        try await connection.query(
            "SELECT \(LedgerEntry.columns) FROM message AS m \(LedgerEntry.joins) WHERE m.id = \(id)"
        ).map { try LedgerEntry(&$0) }[0]
    }
}
