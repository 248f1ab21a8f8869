import Booking
import BookingStore
public import FoundationEssentials
public import Jobs
public import Logging
public import Postgres

/// A job that plans due reminders, and requests their delivery.
public struct PlanReminders: Job {
    /// The kind: `reminders.plan`.
    public static let kind = "reminders.plan"

    /// Creates the job.
    public init() {}

    /// Plans reminders, and completes the job in the same transaction: the reminders, the delivery job and the
    /// completion are committed together or not at all.
    ///
    /// - Parameters:
    ///   - now: Reminders due by this time are planned.
    ///   - context: The context of the job.
    ///   - database: The database of the ledger.
    /// - Returns: The numbers of planned messages.
    /// - Throws: `PostgresError` or `JobTakenOver`.
    @discardableResult
    public static func run(at now: Date, _ context: JobContext, _ database: Database) async throws -> PlannedMessages {
        try await database.transaction { connection in
            let ledger = DeliveryRepository(connection)
            let planned = try await ledger.plan(until: now, now: now)
            for channel in Channel.allCases
            where try await ledger.countClaimable(by: channel, until: now, limit: 1) > 0 {
                try await JobQueue(connection).enqueue(DeliverMessages(), DeliverMessages.whenDue)
            }
            try await context.complete(on: connection)
            return planned
        }
    }
}

/// The result of a planning.
public struct PlannedMessages: Sendable, Equatable {
    /// The number of messages to clients and studios that were added to the ledger.
    public let reminders: Int64
    /// The number of daily schedules of trainers that were added.
    public let digests: Int64
    /// The number of waiting messages whose session can take place again.
    public let released: Int64

    /// Whether nothing was planned or released.
    public var isEmpty: Bool { reminders + digests + released == 0 }

    /// Logs the numbers, unless nothing was planned or released.
    public func log(to logger: Logger) {
        guard !isEmpty else { return }
        logger.info(
            "messages were planned",
            metadata: [
                "reminders": .stringConvertible(reminders), "digests": .stringConvertible(digests),
                "released": .stringConvertible(released),
            ])
    }
}

extension DeliveryRepository {
    /// Plans the reminders of all sessions and the digests of trainers that are due by a time, and releases messages
    /// whose session can take place again.
    ///
    /// Call it inside a transaction. Senders plan one after the other: the second finds the messages that the first has
    /// planned, whereas two concurrent ones would wait for each other's rows. The statement timeout is ten minutes,
    /// because a million messages may be due at once.
    ///
    /// - Returns: The numbers of planned messages.
    /// - Throws: `PostgresError`.
    @discardableResult
    public func plan(until: Date, now: Date) async throws -> PlannedMessages {
        // Local to the transaction: a pooler may give the connection to another client afterwards.
        try await connection.query("SELECT set_config('statement_timeout', '10min', true)")
        return try await connection.query(
            """
            SELECT plan_messages(NULL, \(until), \(now)), plan_days(\(until), \(now)), release_messages()
            FROM pg_advisory_xact_lock(lock_key('delivery planning'))
            """
        ).map { row in
            PlannedMessages(reminders: try row.next(), digests: try row.next(), released: try row.next())
        }[0]
    }

    /// Ends the wait of messages that are due by a time.
    ///
    /// A manual run does not wait for further changes or for the end of a server's backoff. Quiet hours still apply,
    /// because messages are evaluated again.
    public func release(until: Date) async throws {
        try await connection.query(
            """
            UPDATE message
            SET wait_until = NULL
            WHERE status = 'queued'
              AND wait_until IS NOT NULL
              AND due_at <= \(until)
              -- These do not wait: the instant puts them behind others, so that each trial has another message.
              AND reason IS DISTINCT FROM 'channel_paused'
            """)
    }

    /// Ends the wait of messages whose template could not be used.
    ///
    /// - Throws: `PostgresError`.
    public func releaseTemplateErrors() async throws {
        try await connection.query(
            """
            UPDATE message
            SET wait_until = NULL
            WHERE status = 'queued' AND reason = 'template_error' AND wait_until IS NOT NULL
            """)
    }
}
