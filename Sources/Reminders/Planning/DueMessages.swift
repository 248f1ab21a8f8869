import Booking
public import BookingStore
public import FoundationEssentials
import Postgres

extension DeliveryRun {
    /// Returns the expected result of the next batch without changing anything.
    ///
    /// - Parameters:
    ///   - until: Messages due later are not counted; `nil` is now.
    ///   - limit: The maximum number of messages; `nil` is all. Messages that would wait do not count towards it.
    /// - Returns: A report with the number of due messages, the number of these that would be skipped, and the numbers of
    ///   blocked and held messages.
    /// - Throws: `PostgresError`.
    public func forecastReport(until: Date?, limit: Int?) async throws -> Report {
        let groups = try await forecast(until: until, limit: limit)
        func count(_ isCounted: (DueGroup) -> Bool) -> Int {
            groups.filter(isCounted).reduce(0) { $0 + Int($1.count) }
        }
        var report = Report()
        report.counts.due = count { !$0.waits }
        report.counts.skipped = count { !$0.waits && $0.skipReason != nil }
        report.blocked = count { $0.waits && $0.skipReason?.isObstacle == true }
        report.held = try await heldMessages(until: until)
        return report
    }

    /// Returns the next batch by rule, channel, studio and reason without changing anything.
    ///
    /// - Parameters:
    ///   - until: Messages due later are not counted; `nil` is now.
    ///   - limit: The maximum number of messages; `nil` is all. Messages that would wait do not count towards it.
    /// - Returns: The groups.
    /// - Throws: `PostgresError`.
    public func forecast(until: Date?, limit: Int? = nil) async throws -> [DueGroup] {
        try await database.transaction { connection in
            try await DeliveryRepository(connection).forecast(until: until ?? clock(), now: clock(), limit: limit)
        }
    }
}

/// Due messages of one rule, channel and studio that have the same expected outcome.
public struct DueGroup: Sendable, Equatable {
    /// The rule.
    public let rule: String
    /// The channel.
    public let channel: String
    /// The studio's handle.
    public let studio: String
    /// The reason that they would be skipped, or that they would wait if ``waits`` is true; `nil` if they would be sent
    /// or would wait for quiet hours.
    public let skipReason: MessageReason?
    /// Whether they would wait: for the end of quiet hours, or with a reason until their session can take place.
    public let waits: Bool
    /// The number of messages.
    public let count: Int64
}

extension DeliveryRepository {
    /// Returns the number of messages of a channel that are due by a time, and the number of these that would be
    /// skipped.
    ///
    /// - Parameters:
    ///   - channel: The channel.
    ///   - until: Messages due later, or postponed for longer, are not counted.
    ///   - now: The time of the evaluation.
    ///   - limit: The maximum count.
    ///   - run: Messages that this run has attempted are not counted; `nil` is a run without attempts.
    /// - Returns: Both numbers.
    /// - Throws: `PostgresError`.
    public func countDue(
        by channel: Channel, until: Date, now: Date, limit: Int, unattemptedBy run: Int32? = nil
    ) async throws -> (due: Int, skipped: Int) {
        try await connection.query(
            """
            SELECT count(*), count(eligibility.reason)
            FROM (
                SELECT m.id
                FROM message AS m
                WHERE \(Self.isDue(channel, until, unattemptedBy: run ?? .max))
                ORDER BY coalesce(m.wait_until, m.due_at), m.id
                LIMIT \(Int64(limit))
            ) AS due
            JOIN message_eligibility(\(now)) AS eligibility ON eligibility.id = due.id
            WHERE eligibility.wait_until IS NULL
            """
        ).decode((Int, Int).self)[0]
    }

    /// Returns the number of messages of a channel that a sender must claim.
    ///
    /// The count includes messages that quiet hours will postpone: until they are postponed, they block the messages
    /// behind them.
    ///
    /// - Parameters:
    ///   - channel: The channel.
    ///   - until: Messages due later, or postponed for longer, are not counted.
    ///   - limit: The maximum count.
    /// - Returns: The number of messages.
    /// - Throws: `PostgresError`.
    public func countClaimable(by channel: Channel, until: Date, limit: Int) async throws -> Int {
        try await connection.query(
            """
            SELECT count(*)
            FROM (
                SELECT FROM message AS m WHERE \(Self.isDue(channel, until, unattemptedBy: .max)) LIMIT \(Int64(limit))
            ) AS due
            """
        ).decode(Int.self)[0]
    }

    /// Counts the messages of the next batch by rule, channel, studio and reason without changing anything.
    ///
    /// - Parameters:
    ///   - until: Messages due later are not counted.
    ///   - now: The time of the evaluation.
    ///   - limit: The maximum count of messages that would not wait; `nil` counts all.
    /// - Returns: The groups, by rule, channel, studio and reason.
    /// - Throws: `PostgresError`.
    public func forecast(until: Date, now: Date, limit: Int?) async throws -> [DueGroup] {
        // Local to the transaction: a pooler may give the connection to another client afterwards.
        try await connection.query("SELECT set_config('statement_timeout', '10min', true)")
        return try await connection.query(
            """
            SELECT due.rule, due.channel, studio.slug, due.reason, due.waits, due.messages
            FROM forecast_messages(\(until), \(now), \(limit.map(Int64.init))) AS due
            JOIN studio ON studio.id = due.studio_id
            ORDER BY due.rule, due.channel, studio.slug, due.waits, due.reason NULLS FIRST
            """
        ).decode((String, String, String, String?, Bool, Int64).self).map { row in
            DueGroup(
                rule: row.0, channel: row.1, studio: row.2, skipReason: try row.3.map { try storedCode($0) },
                waits: row.4, count: row.5)
        }
    }
}

extension DeliveryRepository {
    /// Returns the number of messages that failed since a time, and the number with an unknown outcome.
    ///
    /// - Parameter since: The earliest attempt of a failure that is counted.
    /// - Returns: Both numbers.
    /// - Throws: `PostgresError`.
    public func countFailedAndUnknown(since: Date) async throws -> (failed: Int, unknown: Int) {
        try await connection.query(
            """
            SELECT (SELECT count(*) FROM message WHERE status = 'failed' AND attempted_at >= \(since)),
                   (SELECT count(*) FROM message WHERE status = 'unknown')
            """
        ).decode((Int, Int).self)[0]
    }

    /// Returns the due time of the message that is postponed for longest: attempted, and still queued.
    ///
    /// - Returns: The due time; `nil` if no message is postponed.
    /// - Throws: `PostgresError`.
    public func oldestPostponed() async throws -> Date? {
        try await connection.query("SELECT min(due_at) FROM message WHERE status = 'queued' AND attempts > 0")
            .decode(Date?.self)[0]
    }
}
