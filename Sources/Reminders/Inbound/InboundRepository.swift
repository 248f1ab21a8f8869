public import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// A client's text, and what came of it.
public struct InboundEntry: Sendable {
    /// The number by which it is marked as done.
    public let id: Int64
    /// When it came.
    public let receivedAt: Date
    /// The number it came from, in E.164; else the short code or the name, as the service writes it.
    public let sender: String
    /// What it says.
    public let body: String
    /// How many pictures and other files came with it.
    public let attachments: Int32
    /// What it came to.
    public let action: String
    /// The session that it was about, where one was.
    public let reference: Reference?
    /// The name of whoever has that number, where one person has.
    public let name: String?
    /// What was answered.
    public let answer: String?
    /// none, attempting, sent, failed or unknown.
    public let answered: String
    /// When nothing was left to do for the desk.
    public let doneAt: Date?
    /// Who did it.
    public let doneBy: String?
}

/// Clients' texts, as the database holds them.
public struct InboundRepository: Sendable {
    /// The session that a text is about.
    struct SubjectSession {
        let id: Session.ID
        let reference: Reference
        /// Whether it is still to come.
        let isAhead: Bool
        /// Whether the last text about it told of it as it is now.
        let isUpToDate: Bool
    }

    let connection: Connection

    /// Reads and writes through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// What was texted, newest first.
    ///
    /// - Parameters:
    ///   - isOpen: Whether only what the desk still has to do something about.
    ///   - limit: How many at the most.
    /// - Returns: The texts.
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

    /// How many texts ``all(open:limit:)`` finds without a limit, counted no further than a bound.
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

    /// Writes a text down; `nil` where the provider has told of it before.
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

    /// What came of a text when it was told of for the first time.
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

    /// The session that a number was last written to about, one to come before any other; nobody else may change it.
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

    /// Writes down what a text came to.
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

    /// Marks a text as done and returns its sender and what it says; `nil` where there is no such text.
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

    /// Marks as done what might have been an opt-out: its sender has made clear what they want.
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

    /// Ends the wait of texts to a number that were held until somebody has read what came from there.
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

/// Who sent a text to us.
public enum InboundSender: Hashable, Sendable {
    /// A phone, which can be answered.
    case phone(PhoneNumber)
    /// A short code, a company's name or an app's own identifier: nothing is ever sent there.
    case other(String)

    /// The number in E.164, or the sender as the service writes it.
    public var text: String {
        switch self {
        case .phone(let phone): phone.e164
        case .other(let name): name
        }
    }

    /// The phone's number, where it is one.
    public var number: PhoneNumber? {
        if case .phone(let phone) = self { phone } else { nil }
    }
}

extension ClientRepository {
    /// The people who have the phone that a text came from; nobody has a short code.
    func clientsWithPhone(of sender: InboundSender) async throws -> [Client] {
        guard let phone = sender.number else { return [] }
        return try await matching(.phone(phone))
    }
}
