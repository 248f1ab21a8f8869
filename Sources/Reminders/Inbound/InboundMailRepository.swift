public import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// A mail to the sender's address, and its result.
public struct InboundMailEntry: Sendable {
    /// The kind of a mail.
    public enum Kind: String, Sendable, CaseIterable {
        /// A delivery report.
        case failure
        /// A complaint.
        case complaint
        /// A reply to an invitation.
        case calendarReply = "calendar_reply"
        /// Any other mail.
        case other
    }

    /// The action that followed a mail.
    public enum Action: String, Sendable, CaseIterable {
        /// The recipient's address was blocked.
        case suppressed
        /// The message was marked as failed.
        case messageFailed = "message_failed"
        /// No action was needed.
        case noted
        /// The session was confirmed.
        case confirmed
        /// The front desk was asked to call.
        case callRequested = "call_asked"
        /// None; the mail requires manual review.
        case none
    }

    /// The mail's number, by which `intro mail show` and `intro mail done` find it.
    public let id: Int64
    /// The time of receipt.
    public let receivedAt: Date
    /// The sender in its header.
    public let sender: String?
    /// Its subject.
    public let subject: String?
    /// The kind of mail.
    public let kind: Kind
    /// The action that followed.
    public let action: Action
    /// The reason for manual review; `nil` if none is required.
    public let review: MailDecision.Review?
    /// The diagnosis of the refusing server.
    public let detail: String?
    /// The session that it concerns.
    public let reference: Reference?
    /// The rule of the message that it concerns.
    public let rule: String?
    /// The time at which it was marked as done.
    public let doneAt: Date?
    /// The actor who marked it as done; `nil` if that was not required.
    public let doneBy: String?
}

/// The stored mail to the sender's address.
public struct InboundMailRepository: Sendable {
    let connection: Connection

    /// Creates a repository that uses one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns mails, newest first.
    ///
    /// - Parameters:
    ///   - isOpen: Whether to return only mails that still require manual review.
    ///   - limit: The maximum number of entries.
    /// - Returns: The entries.
    /// - Throws: ``PostgresError``.
    public func all(open isOpen: Bool, limit: Int) async throws -> [InboundMailEntry] {
        try await read(
            """
            \(Self.select)
            WHERE \(Self.condition(open: isOpen))
            ORDER BY mail.id DESC
            LIMIT \(Int64(limit))
            """)
    }

    /// Returns the number of mails, counted up to a bound.
    ///
    /// - Parameters:
    ///   - isOpen: Whether to count only mails that still require manual review.
    ///   - bound: The bound.
    /// - Returns: The number.
    /// - Throws: ``PostgresError``.
    public func count(open isOpen: Bool, upTo bound: Int) async throws -> Int {
        try await connection.query(
            """
            SELECT count(*)
            FROM (SELECT FROM inbound_mail AS mail WHERE \(Self.condition(open: isOpen)) LIMIT \(Int64(bound))) AS found
            """
        ).decode(Int.self)[0]
    }

    private static func condition(open isOpen: Bool) -> SQL { isOpen ? "mail.done_at IS NULL" : "true" }

    /// Returns a mail with an excerpt, which is the beginning of its text.
    ///
    /// - Parameter id: The mail.
    /// - Returns: The mail and its excerpt; the excerpt is `nil` for a login without permission to read it, because a
    ///   returned message contains the client's unsubscribe token.
    /// - Throws: ``NotFound`` or ``PostgresError``.
    public func one(_ id: Int64) async throws -> (entry: InboundMailEntry, excerpt: String?) {
        guard let entry = try await read("\(Self.select) WHERE mail.id = \(id)").first else {
            throw NotFound(.inboundMail(id))
        }
        do {
            let rows = try await connection.query("SELECT excerpt FROM inbound_mail WHERE id = \(id)")
            return (entry, try rows.decode(String.self).first)
        } catch let error as PostgresError where error.sqlState == "42501" {
            return (entry, nil)
        }
    }

    /// Stores a mail and returns its ID; returns `nil` if the same mail is already stored.
    ///
    /// The stored row is complete only after ``finish(_:_:now:)``.
    func insert(_ item: InboundMail.Item, now: Date) async throws -> Int64? {
        try await connection.query(
            """
            INSERT INTO inbound_mail (received_at, sender, subject, kind, reason, excerpt, digest)
            VALUES (
                \(now), \(item.sender), \(item.subject), \(item.content.kind.rawValue),
                \(MailDecision.Review.notUnderstood.rawValue), \(item.excerpt), \(Self.digest(of: item.excerpt)))
            ON CONFLICT ON CONSTRAINT inbound_mail_digest_key DO NOTHING
            RETURNING id
            """
        ).decode(Int64.self).first
    }

    /// Stores the result of a mail; a mail that requires manual review stays open.
    func finish(_ id: Int64, _ evaluation: MailEvaluation, now: Date) async throws {
        let decision = evaluation.decision
        try await connection.query(
            """
            UPDATE inbound_mail
            SET action = \(evaluation.action.rawValue),
                reason = \(decision.review?.rawValue),
                detail = \(decision.detail),
                message_id = \(evaluation.message?.id),
                session_id = \(evaluation.session?.id.value),
                done_at = CASE WHEN \(decision.review == nil) THEN \(now) END
            WHERE id = \(id)
            """)
    }

    /// Returns the mail with an ID, or with an excerpt if the ID is `nil`.
    func entry(id: Int64?, excerpt: String) async throws -> InboundMailEntry {
        try await read(
            """
            \(Self.select)
            WHERE CASE WHEN \(id)::bigint IS NULL THEN mail.digest = \(Self.digest(of: excerpt)) ELSE mail.id = \(id) END
            """)[0]
    }

    /// Marks mails as done, and returns those that exist.
    func markDone(_ ids: [Int64], by actor: String, now: Date) async throws -> [Int64] {
        try await connection.query(
            """
            UPDATE inbound_mail
            SET done_at = coalesce(done_at, \(now)),
                done_by = CASE WHEN done_at IS NULL THEN \(actor) ELSE done_by END
            WHERE id = ANY(\(ids))
            RETURNING id
            """
        ).decode(Int64.self)
    }

    private static func digest(of excerpt: String) -> SQL { "sha256(convert_to(\(excerpt), 'UTF8'))" }

    private static let select: SQL = """
        SELECT mail.id, mail.received_at, mail.sender, mail.subject, mail.kind, mail.action, mail.reason, mail.detail,
               session.reference, message.rule, mail.done_at, mail.done_by
        FROM inbound_mail AS mail
        LEFT JOIN session ON session.id = mail.session_id
        LEFT JOIN message ON message.id = mail.message_id
        """

    private func read(_ sql: SQL) async throws -> [InboundMailEntry] {
        try await connection.query(sql).map { row in
            InboundMailEntry(
                id: try row.next(), receivedAt: try row.next(), sender: try row.next(), subject: try row.next(),
                kind: try row.nextCode(), action: try row.nextCode(), review: try row.nextCode(),
                detail: try row.next(), reference: try row.next(String?.self).map { try Reference($0) },
                rule: try row.next(), doneAt: try row.next(), doneBy: try row.next())
        }
    }
}
