public import Booking
public import FoundationEssentials
public import Postgres

/// A message in a sender's hand: marked as attempted, and true at this moment.
public struct Handout: Sendable {
    /// The ledger row.
    public let message: Int64
    /// Why it exists.
    public let rule: String
    /// The session, as it is now.
    public let session: Session
    /// Where to come.
    public let address: String?
    /// The front desk's phone.
    public let phone: PhoneNumber?
    /// Where replies go.
    public let email: EmailAddress?
}

/// What became of one attempt.
public struct DeliveryRecord: Sendable {
    /// What the ledger says afterwards.
    public enum Status: String, Sendable {
        /// It may be tried again in a later run.
        case queued
        /// The transport has taken responsibility.
        case sent
        /// It was refused for good.
        case failed
        /// It may or may not have arrived; nobody sends it again unasked.
        case unknown
    }

    /// The ledger row.
    public let message: Int64
    /// What the ledger says afterwards.
    public let status: Status
    /// Why it was not sent.
    public let reason: String?
    /// What the server said.
    public let reply: String?

    /// Notes what became of an attempt.
    public init(message: Int64, status: Status, reason: String?, reply: String?) {
        self.message = message
        self.status = status
        self.reason = reason
        self.reply = reply
    }
}

/// How messages leave the ledger: claimed by one sender, attempted at most once a run, accounted for.
///
/// A row is `attempting` from just before its transport sees it until the outcome is written. A sender proves that it lives
/// by a lock on its run, which the server drops with the sender's connection: rows of a run without a lock are unknown.
public struct DeliveryRepository: Sendable {
    let connection: Connection

    /// Reads and writes through one connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Begins a run, alive for as long as this connection is.
    public func beginRun(actor: String) async throws -> Int32 {
        try await connection.query(
            """
            WITH run AS (INSERT INTO delivery_run (actor) VALUES (\(actor)) RETURNING id)
            SELECT id FROM run, pg_advisory_lock(\(Self.lockClass), id)
            """
        ).decode(Int32.self)[0]
    }

    /// Ends a run before its connection is used for something else.
    public func endRun(_ run: Int32) async throws {
        try await connection.query("SELECT pg_advisory_unlock(\(Self.lockClass), \(run))")
    }

    /// Writes down as unknown what dead senders had in hand.
    ///
    /// Returns the references.
    public func sweep() async throws -> [Reference] {
        try await connection.query(
            """
            UPDATE message AS m
            SET status = 'unknown', reason = 'sender_died'
            FROM session AS s
            WHERE m.status = 'attempting'
              AND s.id = m.session_id
              AND NOT EXISTS (
                  SELECT FROM pg_locks
                  WHERE locktype = 'advisory'
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND classid = \(Self.lockClass)::integer::oid
                    AND objid = m.run_id::oid)
            RETURNING s.reference
            """
        ).decode(String.self).map { try Reference($0) }
    }

    /// Plans the reminders of all sessions that are due by an instant.
    ///
    /// Returns how many.
    public func plan(until: Date, now: Date) async throws -> Int64 {
        try await connection.query("SELECT plan_messages(NULL, \(until), \(now))").decode(Int64.self)[0]
    }

    /// How many messages are due by an instant, and how many of these would be skipped.
    public func dueCounts(until: Date, now: Date, limit: Int) async throws -> (due: Int64, skipped: Int64) {
        let counts = try await connection.query(
            """
            SELECT count(*), count(reason)
            FROM (
                SELECT skip_reason(m, s, c.email, \(now)) AS reason
                FROM message AS m
                JOIN session AS s ON s.id = m.session_id
                JOIN client AS c ON c.id = s.client_id
                WHERE m.status = 'queued' AND m.due_at <= \(until)
                LIMIT \(Int64(limit))
            ) AS judged
            """
        ).decode((Int64, Int64).self)[0]
        return (counts.0, counts.1)
    }

    /// Takes up to some messages that are due, longest due first.
    ///
    /// Each is judged anew: what is no longer true is skipped.
    ///
    /// - Parameters:
    ///   - run: The sender.
    ///   - until: What is due later is left alone.
    ///   - now: The clock of the judgement.
    ///   - limit: How many at the most.
    /// - Returns: What to send, and how many were skipped.
    /// - Throws: ``PostgresError``.
    public func take(
        _ run: Int32, until: Date, now: Date, limit: Int
    ) async throws -> (handouts: [Handout], skipped: Int) {
        let rows = try await connection.query(
            """
            WITH due AS (
                SELECT id
                FROM message
                WHERE status = 'queued' AND due_at <= \(until) AND run_id IS DISTINCT FROM \(run)
                ORDER BY due_at, id
                LIMIT \(Int64(limit))
                FOR UPDATE SKIP LOCKED
            ),
            judged AS (
                SELECT m.id, c.email, skip_reason(m, s, c.email, \(now)) AS reason
                FROM due
                JOIN message AS m ON m.id = due.id
                JOIN session AS s ON s.id = m.session_id
                JOIN client AS c ON c.id = s.client_id
            ),
            taken AS (
                UPDATE message AS m
                SET run_id = \(run),
                    status = CASE WHEN judged.reason IS NULL THEN 'attempting' ELSE 'skipped' END,
                    reason = judged.reason,
                    attempts = attempts + CASE WHEN judged.reason IS NULL THEN 1 ELSE 0 END,
                    attempted_at = CASE WHEN judged.reason IS NULL THEN \(now) ELSE attempted_at END,
                    recipient = judged.email
                FROM judged
                WHERE m.id = judged.id
                RETURNING m.id, m.rule, m.status, m.session_id, m.due_at
            )
            SELECT taken.id, taken.rule, taken.status, st.address, st.phone, st.email, \(Self.session)
            ORDER BY taken.due_at, taken.id
            """)
        return try read(rows)
    }

    /// Writes down what became of messages that this run had in hand.
    public func record(_ records: [DeliveryRecord], by run: Int32, at now: Date) async throws {
        guard !records.isEmpty else { return }
        try await connection.query(
            """
            UPDATE message AS m
            SET status = outcome.status,
                reason = outcome.reason,
                reply = outcome.reply,
                sent_at = CASE WHEN outcome.status = 'sent' THEN \(now) END
            FROM unnest(
                \(records.map(\.message)), \(records.map(\.status.rawValue)), \(records.map(\.reason)),
                \(records.map(\.reply))
            ) AS outcome (id, status, reason, reply)
            WHERE m.id = outcome.id
              AND m.run_id = \(run)
              AND m.status IN ('attempting', 'unknown')
            """)
    }

    /// "Intr" in ASCII: keeps our locks apart from those of other programs.
    private static let lockClass: Int32 = 0x496e_7472

    private static let session: SQL = """
        \(SessionRepository.columns)
        FROM taken
        JOIN session AS s ON s.id = taken.session_id
        \(SessionRepository.joins)
        """

    private func read(_ rows: Rows) throws -> (handouts: [Handout], skipped: Int) {
        typealias Row = (
            Int64, String, String, String?, String?, String?,
            Int64, String, String, Int32, Date, Date, String?, String?,
            Int64, String, String?, String?, Int32, String, String, Int32, String, String, String, Date
        )
        var sessions = SessionReader()
        var handouts: [Handout] = []
        let all = try rows.decode(Row.self)
        for row in all where row.2 == "attempting" {
            handouts.append(
                Handout(
                    message: row.0, rule: row.1,
                    session: try sessions.session(
                        (
                            row.6, row.7, row.8, row.9, row.10, row.11, row.12, row.13, row.14, row.15, row.16,
                            row.17, row.18, row.19, row.20, row.21, row.22, row.23, row.24, row.25
                        )),
                    address: row.3, phone: try row.4.map { try PhoneNumber(e164: $0) },
                    email: try row.5.map { try EmailAddress($0) }))
        }
        return (handouts, all.count - handouts.count)
    }
}
