import Booking
import FoundationEssentials
import Postgres

/// The messages of a session whose mark or cancellation is corrected.
extension SessionMessages {
    /// Skips the queued follow-ups that require a mark other than the new status.
    func withdrawFollowUps(of session: Session.ID, keeping status: Session.Status) async throws {
        try await connection.query(
            """
            UPDATE message AS m
            SET status = 'skipped', reason = \(MessageReason.corrected.rawValue), wait_until = NULL
            WHERE session_id = \(session.value)
              AND status = 'queued'
              AND EXISTS (
                  SELECT FROM rules_at(m.studio_id) AS rule
                  WHERE rule.key = m.rule
                    AND rule.condition IN ('attended', 'no_show')
                    AND rule.condition <> \(status.rawValue))
            """)
    }

    /// Queues the follow-ups that require a mark, if an earlier correction had withdrawn them.
    func requeueFollowUps(of session: Session.ID, as mark: Session.Status) async throws {
        try await connection.query(
            """
            UPDATE message AS m
            SET status = 'queued', reason = NULL
            FROM session AS s
            WHERE s.id = \(session.value)
              AND m.session_id = s.id
              AND m.revision = s.revision
              AND m.status = 'skipped'
              AND m.reason = \(MessageReason.corrected.rawValue)
              AND EXISTS (
                  SELECT FROM rules_at(m.studio_id) AS rule
                  WHERE rule.key = m.rule AND rule.condition = \(mark.rawValue))
            """)
    }

    /// Queues the messages of a session to come that its mark had superseded.
    func requeueReminders(of session: Session.ID) async throws {
        try await connection.query(
            """
            UPDATE message AS m
            SET status = 'queued', reason = NULL
            FROM session AS s
            WHERE s.id = \(session.value)
              AND m.session_id = s.id
              AND m.revision = s.revision
              AND m.status = 'skipped'
              AND m.reason = \(MessageReason.sessionClosed.rawValue)
            """)
        try await requestDelivery()
    }

    /// Skips the queued notices of a cancellation, and returns whether the client may have been notified of it.
    ///
    /// A message that is being sent, or whose outcome is unknown, may have reached the client.
    func withdrawCancellation(of session: Session.ID) async throws -> Bool {
        try await connection.query(
            """
            UPDATE message AS m
            SET status = 'skipped', reason = \(MessageReason.corrected.rawValue), wait_until = NULL
            WHERE session_id = \(session.value)
              AND status = 'queued'
              -- Notices to trainers who had the session before do not change.
              AND (m.trainer_id IS NULL
                   OR m.trainer_id = (SELECT s.trainer_id FROM session AS s WHERE s.id = m.session_id))
              AND NOT EXISTS (
                  SELECT FROM rules_at(m.studio_id) AS rule WHERE rule.key = m.rule AND rule.anchor = 'call_asked')
            """)
        return try await connection.query(
            """
            SELECT EXISTS (
                SELECT FROM message AS m
                JOIN session AS s ON s.id = m.session_id
                CROSS JOIN LATERAL rules_at(m.studio_id) AS rule
                WHERE s.id = \(session.value)
                  AND m.revision = s.revision
                  AND m.audience = 'client'
                  AND m.status IN ('attempting', 'sent', 'unknown')
                  AND rule.key = m.rule
                  AND rule.anchor = 'cancelled')
            """
        ).decode(Bool.self)[0]
    }

    /// Queues the messages that a cancellation had superseded again, in the revision of the reinstated session.
    ///
    /// The client was not notified of the cancellation, and must receive what was not sent before it, such as the
    /// confirmation.
    func renewSuperseded(of session: Session.ID) async throws {
        _ = try await connection.query("SELECT queue_messages('renewed', \(session.value), NULL, NULL, NULL)")
        try await requestDelivery()
    }
}
