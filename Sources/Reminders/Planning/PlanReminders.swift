import Booking
import BookingStore
public import FoundationEssentials
public import Jobs
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
    /// - Throws: `PostgresError` or `JobTakenOver`.
    public static func run(at now: Date, _ context: JobContext, _ database: Database) async throws {
        try await database.transaction { connection in
            let ledger = DeliveryRepository(connection)
            try await ledger.plan(until: now, now: now)
            for channel in Channel.allCases
            where try await ledger.countClaimable(by: channel, until: now, limit: 1) > 0 {
                try await JobQueue(connection).enqueue(DeliverMessages(), DeliverMessages.whenDue)
            }
            try await context.complete(on: connection)
        }
    }
}

extension DeliveryRepository {
    /// Plans the reminders of all sessions and the digests of trainers that are due by a time, and releases messages
    /// whose session can take place again.
    ///
    /// Call it inside a transaction. Senders plan one after the other: the second finds the messages that the first has
    /// planned, whereas two concurrent ones would wait for each other's rows. The statement timeout is ten minutes,
    /// because a million messages may be due at once.
    public func plan(until: Date, now: Date) async throws {
        // Local to the transaction: a pooler may give the connection to another client afterwards.
        try await connection.query("SELECT set_config('statement_timeout', '10min', true)")
        try await connection.query(
            """
            SELECT plan_messages(NULL, \(until), \(now)), plan_days(\(until), \(now)), release_messages()
            FROM pg_advisory_xact_lock(lock_key('delivery planning'))
            """)
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
