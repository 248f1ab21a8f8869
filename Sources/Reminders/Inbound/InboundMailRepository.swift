public import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// A mail that came to the sender's address, and what came of it.
public struct InboundMailEntry: Sendable {
    /// What kind of mail it is.
    public enum Kind: String, Sendable, CaseIterable {
        /// A report of deliveries.
        case failure
        /// A complaint.
        case complaint
        /// An answer to an invitation.
        case calendarReply = "calendar_reply"
        /// Anything else.
        case other
    }

    /// What followed from a mail.
    public enum Action: String, Sendable, CaseIterable {
        /// The recipient's address is blocked.
        case suppressed
        /// The message counts as failed.
        case messageFailed = "message_failed"
        /// Nothing had to be done.
        case noted
        /// The session is confirmed.
        case confirmed
        /// The desk is asked to call.
        case callRequested = "call_asked"
        /// Nothing; a person has to read it.
        case none
    }

    /// The number by which it is marked as done.
    public let id: Int64
    /// When it came.
    public let receivedAt: Date
    /// Who wrote it, as its header says.
    public let sender: String?
    /// Its subject.
    public let subject: String?
    /// What kind of mail it is.
    public let kind: Kind
    /// What followed.
    public let action: Action
    /// Why a person has to read it; `nil` where nobody has to.
    public let review: MailDecision.Review?
    /// What the server that refused said.
    public let detail: String?
    /// The session that it is about.
    public let reference: Reference?
    /// The rule whose message it is about.
    public let rule: String?
    /// When nothing was left to do.
    public let doneAt: Date?
    /// Who marked it as done; `nil` where nobody had to.
    public let doneBy: String?
}

/// Mail that came to the sender's address, as the database holds it.
public struct InboundMailRepository: Sendable {
    let connection: Connection

    /// Reads and writes through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns what came, newest first.
    ///
    /// - Parameters:
    ///   - isOpen: Whether only what a person still has to read.
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

    /// Returns how many there are, counted no further than a bound.
    ///
    /// - Parameters:
    ///   - isOpen: Whether only what a person still has to read counts.
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

    /// Returns a mail with its beginning.
    ///
    /// - Parameter id: The mail.
    /// - Returns: What came of it, and its beginning; `nil` for a login that may not read that, since a returned message
    ///   holds the client's unsubscribe token.
    /// - Throws: ``NotFound`` or ``PostgresError``.
    public func one(_ id: Int64) async throws -> (entry: InboundMailEntry, excerpt: String?) {
        guard let entry = try await read("\(Self.select) WHERE mail.id = \(id)").first else {
            throw NotFound("mail number \(id)", hint: "see `intro mail list`")
        }
        do {
            let rows = try await connection.query("SELECT excerpt FROM inbound_mail WHERE id = \(id)")
            return (entry, try rows.decode(String.self).first)
        } catch let error as PostgresError where error.sqlState == "42501" {
            return (entry, nil)
        }
    }

    /// Stores a mail; `nil` where it was delivered before.
    ///
    /// It is complete only after ``finish(_:_:now:)``.
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

    /// Stores what came of a mail; one that a person has to read stays open.
    func finish(_ id: Int64, _ judged: MailEvaluation, now: Date) async throws {
        let decision = judged.decision
        try await connection.query(
            """
            UPDATE inbound_mail
            SET action = \(judged.action.rawValue),
                reason = \(decision.review?.rawValue),
                detail = \(decision.detail),
                message_id = \(judged.message?.id),
                session_id = \(judged.session?.id.value),
                done_at = CASE WHEN \(decision.review == nil) THEN \(now) END
            WHERE id = \(id)
            """)
    }

    /// The mail of a key, or with a beginning.
    func entry(id: Int64?, excerpt: String) async throws -> InboundMailEntry {
        try await read(
            """
            \(Self.select)
            WHERE CASE WHEN \(id)::bigint IS NULL THEN mail.digest = \(Self.digest(of: excerpt)) ELSE mail.id = \(id) END
            """)[0]
    }

    /// Marks mails as done, and returns those that there are.
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
