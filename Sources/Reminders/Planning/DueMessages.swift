import Booking
public import FoundationEssentials
import Postgres

extension DeliveryRun {
    /// Tells what a batch would do, and changes nothing.
    ///
    /// - Parameters:
    ///   - until: What is due later is left alone; `nil` is now.
    ///   - limit: How many messages at the most; `nil` is all.
    /// - Returns: How many are due, and how many of these would be skipped.
    /// - Throws: `PostgresError`.
    public func forecastCounts(until: Date?, limit: Int?) async throws -> Tally {
        let due = try await forecast(until: until, limit: limit).filter { !$0.waits }
        var tally = Tally()
        tally.due = due.reduce(0) { $0 + Int($1.count) }
        tally.skipped = due.filter { $0.skipReason != nil }.reduce(0) { $0 + Int($1.count) }
        return tally
    }

    /// Tells what a batch would do by rule, channel, studio and reason, and changes nothing.
    ///
    /// - Parameters:
    ///   - until: What is due later is left alone; `nil` is now.
    ///   - limit: The maximum number of messages; `nil` for all.
    /// - Returns: The groups, the largest of a rule first.
    /// - Throws: `PostgresError`.
    public func forecast(until: Date?, limit: Int? = nil) async throws -> [DueGroup] {
        try await database.transaction { connection in
            try await DeliveryRepository(connection).forecast(until: until ?? clock(), now: clock(), limit: limit)
        }
    }
}

/// Messages that are due, of one rule, channel and studio, and alike in what would become of them.
public struct DueGroup: Sendable, Equatable {
    /// The rule.
    public let rule: String
    /// How they go out.
    public let channel: String
    /// The studio's id.
    public let studio: String
    /// Why they would be skipped, or what they would wait for where ``waits`` is true; `nil` where they would be sent, and
    /// where quiet hours would keep them waiting.
    public let skipReason: String?
    /// Whether they would wait: for quiet hours to end, or with a reason until their session can take place.
    public let waits: Bool
    /// How many.
    public let count: Int64
}

extension DeliveryRepository {
    /// How many messages of a channel are due by an instant, and how many of these would be skipped.
    ///
    /// - Parameters:
    ///   - channel: The channel.
    ///   - until: What is due later does not count, nor does what waits for longer.
    ///   - now: The clock of the judgement.
    ///   - limit: Where counting stops.
    ///   - run: What this run has tried does not count; `nil` is a run that has tried nothing.
    /// - Returns: Both numbers.
    /// - Throws: `PostgresError`.
    public func countDue(
        by channel: Channel, until: Date, now: Date, limit: Int, unattemptedBy run: Int32? = nil
    ) async throws -> (due: Int, skipped: Int) {
        try await connection.query(
            """
            SELECT count(*), count(judged.reason)
            FROM (
                SELECT m.id
                FROM message AS m
                WHERE \(Self.isDue(channel, until, unattemptedBy: run ?? .max))
                ORDER BY coalesce(m.wait_until, m.due_at), m.id
                LIMIT \(Int64(limit))
            ) AS due
            JOIN judged_messages(\(now)) AS judged ON judged.id = due.id
            WHERE judged.wait_until IS NULL
            """
        ).decode((Int, Int).self)[0]
    }

    /// How many messages of a channel a sender has to take up.
    ///
    /// Also those that quiet hours put off: until they are, they stand in the way of what is due behind them.
    ///
    /// - Parameters:
    ///   - channel: The channel.
    ///   - until: What is due later does not count, nor does what waits for longer.
    ///   - limit: Where counting stops.
    /// - Returns: How many.
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

    /// Counts what a batch would do, by rule, channel, studio and reason; changes nothing.
    ///
    /// - Parameters:
    ///   - until: What is due later does not count.
    ///   - now: The clock of the judgement.
    ///   - limit: Where counting stops; `nil` counts all.
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
        ).decode((String, String, String, String?, Bool, Int64).self).map {
            DueGroup(rule: $0.0, channel: $0.1, studio: $0.2, skipReason: $0.3, waits: $0.4, count: $0.5)
        }
    }
}

extension DeliveryRepository {
    /// How many messages failed since an instant, and how many have an unknown outcome.
    ///
    /// - Parameter since: When the oldest failure that counts was attempted.
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

    /// When the message was due that has been put off for longest: tried, and still queued.
    ///
    /// - Returns: The instant; `nil` where none is put off.
    /// - Throws: `PostgresError`.
    public func oldestPostponed() async throws -> Date? {
        try await connection.query("SELECT min(due_at) FROM message WHERE status = 'queued' AND attempts > 0")
            .decode(Date?.self)[0]
    }
}
