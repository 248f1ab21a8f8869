import Booking
public import FoundationEssentials
import Postgres

/// The messages about the present state of a session, and whether they are sent without a further command.
public struct ExpectedMessages: Sendable, Equatable {
    /// The messages by due time.
    public let messages: [ExpectedMessage]
    /// Whether a runner is active; without one, messages wait.
    public let hasRunner: Bool
}

/// A message about a session, as expected at present.
public struct ExpectedMessage: Sendable, Equatable {
    /// The rule.
    public let rule: String
    /// The event that its time is relative to; `nil` if the rule was removed.
    public let anchor: String?
    /// The channel.
    public let channel: String
    /// The audience.
    public let audience: String
    /// The due time.
    public let dueAt: Date
    /// The status in the ledger.
    public let status: String
    /// The reason that it was or would be skipped, or that it waits.
    public let reason: MessageReason?
    /// Whether it was sent, or will be sent in the present state.
    public let isExpected: Bool
}

extension SessionMessages {
    /// Reads the messages about the present state of a session, together with the next statement; also within the
    /// transaction that changes it.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - now: The current time; future messages are evaluated at their due time in the present state.
    /// - Returns: The messages by due time.
    func expected(of session: Reference, at now: Date) async -> Pending<ExpectedMessages> {
        await connection.send(
            """
            SELECT EXISTS (SELECT FROM job_runner WHERE gone_at IS NULL AND lease_until > now()),
                   m.rule, rule.anchor, m.channel, m.audience, m.due_at, m.status,
                   coalesce(eligibility.reason, m.reason),
                   m.status IN ('attempting', 'sent', 'unknown')
                       OR m.status = 'queued' AND (eligibility.reason IS NULL OR eligibility.wait_until IS NOT NULL)
            FROM session AS s
            LEFT JOIN message AS m ON m.session_id = s.id AND m.revision = s.revision AND m.copy = 0
            LEFT JOIN LATERAL rules_at(m.studio_id) AS rule ON rule.key = m.rule
            LEFT JOIN LATERAL message_eligibility(greatest(m.due_at, \(now))) AS eligibility
                ON eligibility.id = CASE WHEN m.status = 'queued' THEN m.id END
            WHERE s.reference = \(session.code)
            ORDER BY m.due_at, m.id
            """
        ).map(Self.expectedMessages)
    }

    private static func expectedMessages(_ rows: Rows) throws -> ExpectedMessages {
        var hasRunner = false
        let messages = try rows.map { row -> ExpectedMessage? in
            hasRunner = try row.next()
            guard let rule = try row.next(String?.self) else { return nil }
            return ExpectedMessage(
                rule: rule, anchor: try row.next(), channel: try row.next(), audience: try row.next(),
                dueAt: try row.next(), status: try row.next(), reason: try row.nextCode(), isExpected: try row.next())
        }
        return ExpectedMessages(messages: messages.compactMap(\.self), hasRunner: hasRunner)
    }
}
