package import Booking
package import FoundationEssentials
public import Jobs
package import Postgres

/// The messages of a session, queued and superseded in the transaction that changes it.
///
/// What is sent, when and to whom is decided by the rules in the database; `Reminders` sends it.
package struct SessionMessages: Sendable {
    /// A change of a session that rules may send messages about; raw values are the anchors of rules.
    package enum Event: String, Sendable {
        /// A move to another time.
        case moved
        /// A change of trainer at the same time.
        case trainerChanged = "trainer_changed"
        /// The cancellation.
        case cancelled
        /// The client's request for a call.
        case callRequested = "call_asked"
    }

    /// Why a queued message is not sent any more; raw values are the reasons that the ledger stores.
    package enum Supersession: String, Sendable {
        /// The session has another time or trainer.
        case rescheduled
        /// The session is cancelled.
        case cancelled
        /// The session is marked as attended or no-show.
        case sessionClosed = "session_closed"
    }

    /// The time in which a move may be followed by another before its notice is sent.
    private static let moveNoticeDelay: TimeInterval = 60

    let connection: Connection

    /// Writes through one connection.
    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// Queues what the rules of a studio say of a change of a session, in its present revision.
    ///
    /// A move may be followed by another in the same minute: runners wait that long, and only the last is told.
    package func announce(_ event: Event, of session: Session.ID, at now: Date) async throws {
        let wait = event == .moved || event == .trainerChanged
        _ = try await connection.query(
            """
            INSERT INTO message (session_id, studio_id, rule, channel, audience, revision, due_at, wait_until)
            SELECT s.id, s.studio_id, rule.key, rule.channel, rule.audience, s.revision, \(now),
                   \(wait ? now + Self.moveNoticeDelay : nil)
            FROM session AS s
            JOIN client ON client.id = s.client_id
            JOIN trainer ON trainer.id = s.trainer_id
            JOIN studio ON studio.id = s.studio_id
            CROSS JOIN LATERAL rules_at(s.studio_id) AS rule
            WHERE s.id = \(session.value)
              AND rule.enabled
              AND rule.anchor = \(event.rawValue)
              AND is_reachable(
                  rule.audience, rule.channel, client.phone, trainer.email, trainer.phone, studio.email, studio.phone)
            ON CONFLICT ON CONSTRAINT message_once DO NOTHING
            """)
        try await requestDelivery(after: wait ? .seconds(Self.moveNoticeDelay) : nil)
    }

    /// Asks the runners to send what is due, at once or after a while by the database's clock.
    package func requestDelivery(after delay: Duration? = nil) async throws {
        var options = DeliverMessages.immediately
        options.delay = delay
        try await JobQueue(connection).enqueue(DeliverMessages(), options)
    }

    /// Takes back what is queued about a session as it was, by the rules of its studio; what follows its end stays, and
    /// whoever asked to be called is called.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - reason: What has become of it.
    /// - Returns: Whether a move was among it of which nobody has been told.
    /// - Throws: ``PostgresError``.
    @discardableResult
    package func supersede(_ session: Session.ID, because reason: Supersession) async throws -> Bool {
        try await connection.query(
            """
            UPDATE message AS m
            SET status = 'skipped', reason = \(reason.rawValue), wait_until = NULL
            WHERE session_id = \(session.value)
              AND status = 'queued'
              AND NOT EXISTS (
                  SELECT FROM rules_at(m.studio_id) AS rule
                  WHERE rule.key = m.rule
                    AND (rule.anchor = 'call_asked' OR rule.anchor = 'end' AND \(reason.rawValue) = 'session_closed'))
            RETURNING EXISTS (
                SELECT FROM rules_at(m.studio_id) AS rule WHERE rule.key = m.rule AND rule.anchor = 'moved')
            """
        ).decode(Bool.self).contains(true)
    }
}

/// Asks for what is due in the ledger to be sent.
///
/// Every booking, move and cancellation enqueues one in its own transaction, so that the client's mail is under way while
/// they are still on the phone. One run serves all that wait.
public struct DeliverMessages: Job {
    /// `messages.deliver`.
    public static let kind = "messages.deliver"
    /// The queue of deliveries: one at a time in each runner, whatever else there is to do.
    public static let queue = "messages"

    /// Asks for a delivery.
    public init() {}

    /// For a client who has just been dealt with.
    static let immediately = JobOptions(queue: queue, priority: .urgent, maxAttempts: attempts)

    /// For what has become due with time; one that waits is enough.
    public static let whenDue = JobOptions(
        queue: queue, maxAttempts: attempts, uniqueness: .whileQueued("messages.deliver"))

    /// A mail server may be gone for a night: each minute's try counts as one.
    private static let attempts = 1000
}
