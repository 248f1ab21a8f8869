package import Booking
package import FoundationEssentials
public import Jobs
package import Postgres

/// The messages of a session, which are queued and superseded in the transaction that changes it.
///
/// The rules in the database determine the messages, their times and their recipients; `Reminders` sends them.
package struct SessionMessages: Sendable {
    /// A change of a session for which rules can send messages; raw values are the anchors of rules.
    package enum Event: String, Sendable {
        /// A move to another time.
        case moved
        /// A change of trainer at the same time.
        case trainerChanged = "trainer_changed"
        /// The cancellation.
        case cancelled
        /// The reinstatement of a cancelled session.
        case rebooked
        /// The client's request for a call.
        case callRequested = "call_asked"
    }

    /// A change of a session that supersedes its queued messages.
    package enum Supersession: Sendable {
        /// The session was moved to another time or trainer.
        case rescheduled
        /// The session was cancelled.
        case cancelled
        /// The session was marked as attended or as a no-show.
        case sessionClosed

        /// The reason of the superseded messages.
        var reason: MessageReason {
            switch self {
            case .rescheduled: .rescheduled
            case .cancelled: .cancelled
            case .sessionClosed: .sessionClosed
            }
        }
    }

    /// The delay of the notice of a move or a change of trainer, in seconds.
    private static let moveNoticeDelay: TimeInterval = 60

    let connection: Connection

    /// Creates a writer on a connection.
    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// Queues the messages of a studio's rules for a change of a session, in its current revision.
    ///
    /// The notice of a move or a change of trainer is delayed by a minute, so that only the last change is announced.
    package func announce(_ event: Event, of session: Session.ID, at now: Date) async throws {
        let isDelayed = event == .moved || event == .trainerChanged
        await connection.send(
            """
            SELECT queue_messages(
                \(event.rawValue), p_session => \(session.value), p_now => \(now),
                p_until => \(isDelayed ? now + Self.moveNoticeDelay : nil))
            """)
        try await requestDelivery(after: isDelayed ? .seconds(Self.moveNoticeDelay) : nil)
    }

    /// Queues the notices to trainers about a change of a session that their daily schedules do not contain.
    ///
    /// They wait for a minute, and further changes for the same trainer join them, so that a trainer gets one message
    /// about several changes. Call it after ``supersede(_:because:)``.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - former: The session before the change; `nil` for a new booking.
    ///   - now: The time of the change.
    package func notifyTrainers(of session: Session.ID, formerly former: Session?, at now: Date) async {
        await connection.send("SELECT \(Self.trainerNotices(of: "\(session.value)", formerly: former, at: now))")
    }

    /// Returns the call of the SQL function that queues the notices to trainers.
    static func trainerNotices(of session: SQL, formerly former: Session?, at now: Date) -> SQL {
        """
        queue_messages(
            'trainers', p_session => \(session), p_now => \(now), p_former_trainer => \(former?.trainer.id.value),
            p_former_start => \(former?.startsAt), p_former_studio => \(former?.studio.id.value))
        """
    }

    /// Enqueues a job that sends due messages, immediately or after a delay by the database's clock, together with the
    /// next statement.
    package func requestDelivery(after delay: Duration? = nil) async throws {
        var options = DeliverMessages.immediately
        options.delay = delay
        try await JobQueue(connection).send(DeliverMessages(), options)
    }

    /// Supersedes the queued messages about the old state of a session, together with the next statement.
    ///
    /// Requests for a call remain queued, and so do notices to trainers who no longer have the session. If the session is
    /// marked, messages after its end remain queued as well.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - change: The change of the session.
    /// - Returns: Whether the notice of a move or of a reinstated session was among the superseded messages.
    @discardableResult
    package func supersede(_ session: Session.ID, because change: Supersession) async -> Pending<Bool> {
        let reason = change.reason.rawValue
        return await connection.send(
            """
            UPDATE message AS m
            SET status = 'skipped', reason = \(reason), wait_until = NULL
            WHERE session_id = \(session.value)
              AND status = 'queued'
              AND NOT EXISTS (
                  SELECT FROM rules_at(m.studio_id) AS rule
                  WHERE rule.key = m.rule
                    AND (rule.anchor = 'call_asked'
                         OR rule.anchor = 'end' AND \(reason) = 'session_closed'
                         OR rule.anchor = 'trainer_cancelled'
                            AND m.trainer_id <> (SELECT s.trainer_id FROM session AS s WHERE s.id = m.session_id)))
            RETURNING EXISTS (
                SELECT FROM rules_at(m.studio_id) AS rule
                WHERE rule.key = m.rule AND rule.anchor IN ('moved', 'rebooked'))
            """
        ).map { try $0.decode(Bool.self).contains(true) }
    }
}

/// A job that sends the due messages in the ledger.
///
/// Every booking, move and cancellation enqueues one job in its own transaction, so that messages are sent immediately.
/// One run sends all due messages.
public struct DeliverMessages: Job {
    /// The kind of the job: `messages.deliver`.
    public static let kind = "messages.deliver"
    /// The queue of deliveries; by default each runner executes one delivery at a time.
    public static let queue = "messages"

    /// Creates a delivery job.
    public init() {}

    /// The options after a change of a session: with urgent priority.
    static let immediately = JobOptions(queue: queue, priority: .urgent, maxAttempts: attempts)

    /// The options for messages that become due over time: at most one job is queued.
    public static let whenDue = JobOptions(
        queue: queue, maxAttempts: attempts, uniqueness: .whileQueued("messages.deliver"))

    /// The maximum number of attempts.
    ///
    /// A mail server may be unavailable for a night, with an attempt each minute.
    private static let attempts = 1000
}
