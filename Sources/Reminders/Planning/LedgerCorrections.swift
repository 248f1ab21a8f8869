public import Booking
import BookingStore
public import FoundationEssentials
public import Postgres

/// Manual corrections of the ledger: the outcomes of messages, and messages to send again.
public struct LedgerCorrections: Sendable {
    /// The messages to correct.
    public enum Target: Sendable {
        /// A message, by its number.
        case message(Int64)
        /// All messages of a session.
        case session(Reference)

        fileprivate var isSession: Bool {
            if case .session = self { true } else { false }
        }
    }

    let database: Database
    let actor: String

    /// Creates the corrections of a ledger.
    ///
    /// - Parameters:
    ///   - database: The database of the ledger.
    ///   - actor: The actor for the event log.
    public init(database: Database, actor: String) {
        self.database = database
        self.actor = actor
    }

    /// Queues unknown and failed messages again; they are evaluated again before they are sent.
    ///
    /// - Parameters:
    ///   - target: The messages.
    ///   - now: The new due time.
    /// - Returns: The messages as they are now.
    /// - Throws: ``Refusal`` of the rule `not_changeable` where none is unknown or failed, ``NotFound`` or
    ///   ``PostgresError``.
    public func resend(_ target: Target, now: Date) async throws -> [LedgerEntry] {
        try await changing(target, from: ["unknown", "failed"]) { ids, connection in
            try await queueAgain(ids, now: now, on: connection)
        }
    }

    /// Queues messages that failed since an instant again; they are evaluated again before they are sent.
    ///
    /// - Parameters:
    ///   - since: Messages attempted earlier are left as they are.
    ///   - rule: Only messages of this rule; `nil` is all.
    ///   - isDryRun: Whether to list the messages without a change.
    ///   - now: The new due time.
    /// - Returns: The messages as they are now; none where none failed.
    /// - Throws: ``NotFound`` for a rule that neither exists nor has failed messages, or ``PostgresError``.
    public func resendFailed(since: Date, rule: Handle?, dryRun isDryRun: Bool, now: Date) async throws -> [LedgerEntry]
    {
        try await database.transaction { connection in
            if !isDryRun { await BookingLocks(actor: actor).begin(on: connection) }
            let lock: SQL = isDryRun ? "" : "FOR UPDATE"
            let ids = try await connection.query(
                """
                SELECT id
                FROM message
                WHERE status = 'failed'
                  AND attempted_at >= \(since)
                  AND (\(rule?.text)::text IS NULL OR rule = \(rule?.text))
                ORDER BY id
                \(lock)
                """
            ).decode(Int64.self)
            // Messages of a rule that was removed are found by its name too.
            if ids.isEmpty, let rule { try await RuleRepository(connection).checkExists(rule) }
            if !isDryRun, !ids.isEmpty { try await queueAgain(ids, now: now, on: connection) }
            return try await LedgerRepository(connection).entries(ids)
        }
    }

    /// Queues copies of sent messages; they are evaluated before they are sent, and the first messages stay as they are.
    ///
    /// Of a session, the messages about its present state are copied.
    ///
    /// - Parameters:
    ///   - target: The messages.
    ///   - reason: The reason, which is stored with the copies.
    ///   - now: The due time of the copies.
    /// - Returns: The copies.
    /// - Throws: ``Refusal`` of the rule `not_changeable` where none was sent, ``NotFound`` or ``PostgresError``.
    public func sendAgain(_ target: Target, reason: String, now: Date) async throws -> [LedgerEntry] {
        try await database.transaction { connection in
            await BookingLocks(actor: actor, reason: reason).begin(on: connection)
            let sent = try await rows(target, on: connection).filter { $0.status == "sent" }.map(\.id)
            let ids = try await LedgerRepository(connection).current(sent, firstOnly: target.isSession)
            guard !ids.isEmpty else {
                throw Refusal(.notChangeable, "no message of it was sent", remedy: .listUnknownMessages)
            }
            let copies = try await LedgerRepository(connection).copy(ids, reason: reason, now: now)
            try await SessionMessages(connection).requestDelivery()
            return try await LedgerRepository(connection).entries(copies)
        }
    }

    private func queueAgain(_ ids: [Int64], now: Date, on connection: Connection) async throws {
        try await connection.query(
            """
            UPDATE message
            SET status = 'queued', reason = 'resent', due_at = \(now), wait_until = NULL, run_id = NULL
            WHERE id = ANY(\(ids))
            """)
        try await SessionMessages(connection).requestDelivery()
    }

    /// Records the outcome of unknown messages.
    ///
    /// - Parameters:
    ///   - target: The messages.
    ///   - arrived: Whether they arrived.
    /// - Returns: The messages as they are now.
    /// - Throws: ``Refusal`` of the rule `not_changeable` where none is unknown, ``NotFound`` or ``PostgresError``.
    public func settle(_ target: Target, arrived: Bool) async throws -> [LedgerEntry] {
        try await changing(target, from: ["unknown"]) { ids, connection in
            try await connection.query(
                """
                UPDATE message
                SET status = \(arrived ? "sent" : "failed"),
                    reason = 'settled',
                    sent_at = CASE WHEN \(arrived) THEN attempted_at END
                WHERE id = ANY(\(ids))
                """)
        }
    }

    private func changing(
        _ target: Target, from statuses: [String], _ change: @Sendable ([Int64], Connection) async throws -> Void
    ) async throws -> [LedgerEntry] {
        try await database.transaction { connection in
            await BookingLocks(actor: actor).begin(on: connection)
            let found = try await rows(target, on: connection)
            let ids = found.filter { statuses.contains($0.status) }.map(\.id)
            guard !ids.isEmpty else {
                throw Refusal(
                    .notChangeable, "no message of it is \(statuses.joined(separator: " or "))",
                    remedy: .listUnknownMessages)
            }
            try await change(ids, connection)
            return try await LedgerRepository(connection).entries(ids)
        }
    }

    private func rows(_ target: Target, on connection: Connection) async throws -> [(id: Int64, status: String)] {
        switch target {
        case .message(let id):
            let rows = try await connection.query("SELECT id, status FROM message WHERE id = \(id) FOR UPDATE")
            guard rows.count > 0 else {
                throw NotFound(.message(id))
            }
            return try rows.decode((Int64, String).self).map { (id: $0.0, status: $0.1) }
        case .session(let reference):
            let session = try await SessionRepository(connection).named(reference)
            return try await connection.query(
                """
                SELECT id, status
                FROM message
                WHERE session_id = \(session.id.value)
                ORDER BY id
                FOR UPDATE
                """
            ).decode((Int64, String).self).map { (id: $0.0, status: $0.1) }
        }
    }
}
