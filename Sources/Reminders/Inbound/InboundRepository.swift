public import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// An inbound text message, and its result.
public struct InboundEntry: Sendable {
    /// The number to mark it as done by.
    public let id: Int64
    /// The time of receipt.
    public let receivedAt: Date
    /// The sender's number in E.164, or the short code or name as the provider writes it.
    public let sender: String
    /// The text.
    public let body: String
    /// The number of attached files.
    public let attachments: Int32
    /// The action that followed.
    public let action: String
    /// The session that it concerns, if any.
    public let reference: Reference?
    /// The name of the client with that number, if exactly one has it.
    public let name: String?
    /// The reply.
    public let answer: String?
    /// The status of the reply: none, attempting, sent, failed or unknown.
    public let answered: String
    /// The time at which it was done.
    public let doneAt: Date?
    /// The actor who marked it as done.
    public let doneBy: String?
}

/// The stored inbound text messages.
public struct InboundRepository: Sendable {
    /// The session that a text message concerns.
    struct SubjectSession {
        let id: Session.ID
        let reference: Reference
        /// Whether the session is booked and in the future.
        let isAhead: Bool
        /// Whether the last text message about the session describes its current revision.
        let isUpToDate: Bool
    }

    let connection: Connection

    /// Creates a repository that uses one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Returns text messages, newest first.
    ///
    /// - Parameters:
    ///   - isOpen: Whether to return only those that still require an action of the front desk.
    ///   - limit: The maximum number of entries.
    /// - Returns: The text messages.
    /// - Throws: ``PostgresError``.
    public func all(open isOpen: Bool, limit: Int = 200) async throws -> [InboundEntry] {
        try await connection.query(
            """
            SELECT text.id, text.received_at, text.sender, text.body, text.attachments, text.action, session.reference,
                   (SELECT min(client.name) FROM client WHERE phone_key = phone_match_key(text.sender) HAVING count(*) = 1),
                   text.answer, text.answered, text.done_at, text.done_by
            FROM inbound_text AS text
            LEFT JOIN session ON session.id = text.session_id
            WHERE \(Self.condition(open: isOpen))
            ORDER BY text.id DESC
            LIMIT \(Int64(limit))
            """
        ).map { row in
            InboundEntry(
                id: try row.next(), receivedAt: try row.next(), sender: try row.next(), body: try row.next(),
                attachments: try row.next(), action: try row.next(),
                reference: try row.next(String?.self).map { try Reference($0) }, name: try row.next(),
                answer: try row.next(), answered: try row.next(), doneAt: try row.next(), doneBy: try row.next())
        }
    }

    /// Returns the number of text messages that ``all(open:limit:)`` finds without a limit, counted up to a bound.
    public func count(open isOpen: Bool, upTo bound: Int) async throws -> Int {
        let count = try await connection.query(
            """
            SELECT count(*)
            FROM (SELECT FROM inbound_text AS text WHERE \(Self.condition(open: isOpen)) LIMIT \(Int64(bound))) AS found
            """
        ).decode(Int64.self)[0]
        return Int(count)
    }

    private static func condition(open isOpen: Bool) -> SQL {
        isOpen ? "text.done_at IS NULL" : "true"
    }

    /// Stores a text message; returns `nil` if the provider has reported it before.
    func insert(_ text: InboundTexts.Text, now: Date) async throws -> Int64? {
        try await connection.query(
            """
            INSERT INTO inbound_text (provider_id, sender, recipient, body, attachments, received_at, action)
            VALUES (
                \(text.providerID), \(text.sender.text), \(text.recipient), \(text.body), \(Int32(text.attachments)),
                \(now), 'none')
            ON CONFLICT ON CONSTRAINT inbound_text_provider_id_key DO NOTHING
            RETURNING id
            """
        ).decode(Int64.self).first
    }

    /// Returns the result of a text message that was received before.
    func known(_ text: InboundTexts.Text) async throws -> InboundTexts.Receipt {
        let row = try await connection.query(
            """
            SELECT text.id, text.action, session.reference, text.done_at IS NULL
            FROM inbound_text AS text
            LEFT JOIN session ON session.id = text.session_id
            WHERE text.provider_id = \(text.providerID)
            """
        ).decode((Int64, String, String?, Bool).self)[0]
        return InboundTexts.Receipt(
            id: row.0, action: try storedCode(row.1),
            session: try row.2.map { try Reference($0) }, answer: nil, isNew: false, isOpen: row.3)
    }

    /// Returns the session of the last message to a number, preferring future sessions, and locks its row.
    func session(of sender: InboundSender, now: Date) async throws -> SubjectSession? {
        guard let phone = sender.number else { return nil }
        return try await connection.query(
            """
            SELECT s.id, s.reference, s.status = 'booked' AND s.starts_at > \(now) AS is_ahead,
                   s.revision = coalesce((
                       SELECT m.revision
                       FROM message AS m
                       WHERE m.session_id = s.id AND m.channel = 'sms' AND m.attempted_at IS NOT NULL
                       ORDER BY m.attempted_at DESC
                       LIMIT 1
                   ), s.revision)
            FROM session AS s
            JOIN client AS c ON c.id = s.client_id
            WHERE c.phone_key = phone_match_key(\(phone.e164))
            ORDER BY is_ahead DESC, (
                SELECT max(m.attempted_at) FROM message AS m WHERE m.session_id = s.id AND m.channel = 'sms'
            ) DESC NULLS LAST, abs(extract(epoch FROM s.starts_at - \(now)))
            LIMIT 1
            FOR UPDATE OF s
            """
        ).decode((Int64, String, Bool, Bool).self).first.map {
            SubjectSession(id: Session.ID($0.0), reference: try Reference($0.1), isAhead: $0.2, isUpToDate: $0.3)
        }
    }

    /// Stores the result of a text message.
    func finish(
        _ id: Int64, as action: InboundTexts.Action, isOpen: Bool, about session: Session.ID?, answer: String?
    ) async throws {
        try await connection.query(
            """
            UPDATE inbound_text
            SET action = \(action.rawValue),
                session_id = \(session?.value),
                answer = \(answer),
                answered = \(answer == nil ? "none" : "attempting"),
                done_at = CASE WHEN NOT \(isOpen) THEN received_at END
            WHERE id = \(id)
            """)
    }

    func answered(
        _ id: Int64, _ status: DeliveryRecord.Status, reply: String?, providerID: String? = nil
    ) async throws {
        try await connection.query(
            """
            UPDATE inbound_text
            SET answered = \(status == .queued ? "failed" : status.rawValue), reply = \(reply),
                answer_id = coalesce(\(providerID), answer_id)
            WHERE id = \(id)
            """)
    }

    /// Marks a text message as done, and returns its sender and text; `nil` if it does not exist.
    func markDone(_ id: Int64, by actor: String, now: Date) async throws -> (sender: InboundSender, body: String)? {
        try await connection.query(
            """
            UPDATE inbound_text
            SET done_at = coalesce(done_at, \(now)), done_by = coalesce(done_by, \(actor))
            WHERE id = \(id)
            RETURNING sender, body
            """
        ).decode((String, String).self).first.map { row in
            ((try? PhoneNumber(e164: row.0)).map { .phone($0) } ?? .other(row.0), row.1)
        }
    }

    /// Marks possible opt-outs as done after their sender has opted out or in explicitly.
    func closeReviews(of sender: InboundSender, by actor: String, now: Date) async throws {
        try await connection.query(
            """
            UPDATE inbound_text
            SET done_at = \(now), done_by = \(actor)
            WHERE phone_match_key(sender) = phone_match_key(\(sender.text))
              AND action = 'opt_out_review'
              AND done_at IS NULL
            """)
    }

    /// Releases text messages to a number that were held until a text message from it was reviewed.
    func release(_ sender: InboundSender) async throws {
        let released = try await connection.query(
            """
            UPDATE message AS m
            SET wait_until = NULL, reason = NULL
            WHERE m.status = 'queued'
              AND m.reason = 'opt_out_review'
              AND m.session_id IN (
                  SELECT s.id
                  FROM session AS s
                  JOIN client AS c ON c.id = s.client_id
                  JOIN trainer AS t ON t.id = s.trainer_id
                  JOIN studio AS st ON st.id = s.studio_id
                  WHERE phone_match_key(\(sender.text)) IN (
                      c.phone_key, phone_match_key(t.phone), phone_match_key(st.phone)))
            RETURNING m.id
            """)
        if released.count > 0 { try await SessionMessages(connection).requestDelivery() }
    }
}

/// The sender of an inbound text message.
public enum InboundSender: Hashable, Sendable {
    /// A phone, which can receive a reply.
    case phone(PhoneNumber)
    /// A short code, a company name or an app identifier, which never receives a reply.
    case other(String)

    /// The number in E.164, or the sender as the provider writes it.
    public var text: String {
        switch self {
        case .phone(let phone): phone.e164
        case .other(let name): name
        }
    }

    /// The number, if the sender is a phone.
    public var number: PhoneNumber? {
        if case .phone(let phone) = self { phone } else { nil }
    }
}

extension ClientRepository {
    /// Returns the clients with the phone of a sender; none for a short code.
    func clientsWithPhone(of sender: InboundSender) async throws -> [Client] {
        guard let phone = sender.number else { return [] }
        return try await matching(.phone(phone))
    }
}
