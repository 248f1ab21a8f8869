import Booking
import BookingStore
public import FoundationEssentials
import Postgres

/// The messages that are held because the database was restored or promoted.
public struct HeldMessages: Sendable, Equatable {
    /// The reason that messages are held.
    public enum Reason: String, Sendable, CaseIterable {
        /// Senders have yet to compare their journals with the database; lasts at most ten minutes.
        case reconciling
        /// The journal of a sender is missing, and an operator must decide.
        case held
    }

    /// The reason.
    public let reason: Reason
    /// The latest due time of held messages.
    public let dueBefore: Date
    /// The number of messages that would be sent now otherwise.
    public let count: Int
    /// The hosts whose journals are awaited or missing.
    public let hosts: [String]
}

extension DeliveryEpochRepository {
    /// Returns the held messages.
    ///
    /// - Parameter until: Messages due later are not counted.
    /// - Returns: The reason and the number; `nil` if none is held.
    /// - Throws: `PostgresError`.
    public func heldMessages(until: Date) async throws -> HeldMessages? {
        try await connection.query(
            """
            SELECT hold.reason,
                   least(hold.due_before, \(until)),
                   (
                       SELECT count(*)
                       FROM message AS m
                       WHERE m.status = 'queued'
                         AND m.channel IN ('email', 'sms')
                         AND coalesce(m.wait_until, m.due_at) <= \(until)
                         AND m.due_at <= hold.due_before),
                   ARRAY(
                       SELECT DISTINCT host FROM delivery_sender WHERE reconciliation <> 'done' ORDER BY host)
            FROM delivery_hold() AS hold
            """
        ).map { row in
            HeldMessages(
                reason: try row.nextCode(), dueBefore: try row.next(), count: Int(try row.next(Int64.self)),
                hosts: try row.next())
        }.first
    }
}

extension LedgerRepository {
    /// Marks messages as unknown that a journal lists and that are still queued in the database.
    ///
    /// Attempts that the database knows of, such as postponed ones, do not count.
    ///
    /// - Parameter attempts: The attempts in the journal, one for each message.
    /// - Returns: The number of marked messages.
    /// - Throws: `PostgresError`.
    func markRestored(_ attempts: [DeliveryAttempt]) async throws -> Int {
        guard !attempts.isEmpty else { return 0 }
        let columns = attempts.map { AttemptColumns($0) }
        let sessions = columns.filter { $0.reference != nil }
        let days = columns.filter { $0.day != nil }
        return try await connection.query(
            Self.marking(
                from: """
                    unnest(
                        \(sessions.map(\.reference)), \(sessions.map(\.revision)), \(sessions.map(\.rule)),
                        \(sessions.map(\.channel)), \(sessions.map(\.copy)), \(sessions.map(\.number)),
                        \(sessions.map(\.at))
                    ) AS listed (reference, revision, rule, channel, copy, number, at)
                    JOIN session AS s ON s.reference = listed.reference
                    """, where: "m.session_id = s.id AND m.revision = listed.revision")
        ).count
            + connection.query(
                Self.marking(
                    from: """
                        unnest(
                            \(days.map(\.trainer)), \(days.map(\.day)), \(days.map(\.rule)), \(days.map(\.channel)),
                            \(days.map(\.copy)), \(days.map(\.number)), \(days.map(\.at))
                        ) AS listed (trainer_id, day, rule, channel, copy, number, at)
                        """, where: "m.trainer_id = listed.trainer_id AND m.day = listed.day::date")
            ).count
    }

    private static func marking(from source: SQL, where condition: SQL) -> SQL {
        """
        UPDATE message AS m
        SET status = 'unknown',
            reason = 'restored',
            wait_until = NULL,
            attempts = listed.number,
            attempted_at = listed.at
        FROM \(source)
        WHERE m.status = 'queued'
          AND m.rule = listed.rule
          AND m.channel = listed.channel
          AND m.copy = listed.copy
          AND m.attempts < listed.number
          AND \(condition)
        RETURNING m.id
        """
    }

    /// Returns the queued messages that were due by a time, by number, and locks their rows.
    func queued(dueUntil until: Date) async throws -> [(id: Int64, sendableAt: Date)] {
        try await connection.query(
            """
            SELECT m.id, coalesce(m.wait_until, m.due_at)
            FROM message AS m
            WHERE m.status = 'queued' AND m.channel IN ('email', 'sms') AND m.due_at <= \(until)
            ORDER BY m.id
            FOR UPDATE
            """
        ).decode((Int64, Date).self).map { (id: $0.0, sendableAt: $0.1) }
    }

    /// Marks queued messages as unknown because they may have been sent before a restore.
    func markRestored(ids: [Int64]) async throws {
        try await connection.query(
            """
            UPDATE message
            SET status = 'unknown', reason = 'restored', wait_until = NULL
            WHERE id = ANY(\(ids)) AND status = 'queued'
            """)
    }
}

/// An attempt as SQL columns; columns that do not apply are `nil`.
private struct AttemptColumns {
    var reference: String?
    var revision: Int32?
    var trainer: Int32?
    var day: String?
    let rule: String
    let channel: String
    let copy: Int32
    let number: Int32
    let at: Date

    init(_ attempt: DeliveryAttempt) {
        switch attempt.message.subject {
        case .session(let reference, let revision):
            self.reference = reference.code
            self.revision = revision
        case .day(let trainer, let date):
            self.trainer = trainer.value
            day = date.description
        }
        rule = attempt.message.rule
        channel = attempt.message.channel.rawValue
        copy = attempt.message.copy
        number = attempt.number
        at = attempt.at
    }
}
