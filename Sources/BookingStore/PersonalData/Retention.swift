public import FoundationEssentials
public import Postgres

/// The removal of old data after the configured periods.
///
/// Each batch is a transaction of its own: a run that is stopped has removed whole batches, and the next one continues.
/// Several runs at the same time share the work.
public struct Retention: Sendable {
    /// The periods in days; `nil` keeps the data without a limit.
    public struct Periods: Sendable, Equatable {
        /// The period of events.
        public var events: Int?
        /// The period of the copies of messages' texts, from the time at which a message was due.
        public var messageBodies: Int?
        /// The period of received texts and mail.
        public var inbound: Int?

        /// Creates periods.
        public init(events: Int?, messageBodies: Int?, inbound: Int?) {
            self.events = events
            self.messageBodies = messageBodies
            self.inbound = inbound
        }
    }

    /// The numbers of removed rows, or of those that would be removed.
    public struct Removed: Sendable, Equatable {
        /// The number of deleted events.
        public var events = 0
        /// The number of messages whose texts were removed.
        public var messageBodies = 0
        /// The number of deleted texts and mails.
        public var inbound = 0

        /// Creates numbers that are zero.
        public init() {}
    }

    let database: Database
    private let actor: String
    /// The number of rows in a batch; small enough that no other transaction waits noticeably.
    private let batch: Int

    /// Creates a removal.
    ///
    /// - Parameters:
    ///   - database: The database.
    ///   - actor: The actor, for the event log.
    ///   - batch: The number of rows in a batch.
    public init(database: Database, actor: String, batch: Int = 1000) {
        self.database = database
        self.actor = actor
        self.batch = batch
    }

    /// Removes what is older than the periods.
    ///
    /// - Parameters:
    ///   - periods: The periods.
    ///   - now: The current time.
    /// - Returns: The numbers of removed rows.
    /// - Throws: ``PostgresError``, or `CancellationError`; rows removed until then stay removed.
    @discardableResult
    public func apply(_ periods: Periods, now: Date) async throws -> Removed {
        var removed = Removed()
        if let days = periods.messageBodies {
            removed.messageBodies = try await removeAll("prune_message_texts", before: now.daysAgo(days))
        }
        if let days = periods.inbound {
            removed.inbound = try await removeAll("prune_inbound", before: now.daysAgo(days))
        }
        if let days = periods.events { removed.events = try await removeEvents(before: now.daysAgo(days)) }
        return removed
    }

    private func removeAll(_ function: String, before limit: Date) async throws -> Int {
        var removed = 0
        while true {
            let count = try await inTransaction { connection in
                try await connection.query("SELECT \(unsafeSQL: function)(\(limit), \(Int32(batch)))").decode(
                    Int64.self)[0]
            }
            guard count > 0 else { return removed }
            removed += Int(count)
        }
    }

    private func removeEvents(before limit: Date) async throws -> Int {
        var (removed, last): (Int, Int64) = (0, 0)
        while true {
            let (next, count) = try await inTransaction { [last] connection in
                try await connection.query(
                    "SELECT last_id, removed FROM prune_events(\(limit), \(last), \(Int32(batch)))"
                )
                .decode((Int64?, Int64).self)[0]
            }
            removed += Int(count)
            guard let next else { return removed }
            last = next
        }
    }

    private func inTransaction<Result: Sendable>(
        _ body: @Sendable (Connection) async throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        return try await database.transaction { connection in
            await BookingLocks(actor: actor).begin(on: connection)
            return try await body(connection)
        }
    }
}

extension Date {
    /// The time that is a number of days of 24 hours earlier.
    func daysAgo(_ days: Int) -> Date { addingTimeInterval(-86_400 * TimeInterval(days)) }
}
