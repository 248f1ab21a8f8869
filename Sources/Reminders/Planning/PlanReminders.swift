import Booking
import BookingStore
public import FoundationEssentials
public import Jobs
public import Postgres

/// Plans the reminders that have become due, and asks for them to be sent.
public struct PlanReminders: Job {
    /// `reminders.plan`.
    public static let kind = "reminders.plan"

    /// Asks for it.
    public init() {}

    /// Plans, and completes the job in the same transaction: the reminders, the wish to send them and "done" are there
    /// together or not at all.
    ///
    /// - Parameters:
    ///   - now: What is due by then is planned.
    ///   - context: The job.
    ///   - database: Where the ledger is.
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
    /// Plans the reminders of all sessions that are due by an instant, and what trainers are told of their days; releases
    /// messages whose session can take place again.
    ///
    /// Call it inside a transaction. One sender after the other: the second finds what the first has planned, where two at
    /// once would wait for each other's rows. A million that are due at once take their time, and may.
    public func plan(until: Date, now: Date) async throws {
        // Local to the transaction: a pooler may give the connection to another client afterwards.
        try await connection.query("SELECT set_config('statement_timeout', '10min', true)")
        try await connection.query(
            """
            SELECT plan_messages(NULL, \(until), \(now)), plan_days(\(until), \(now)), release_messages()
            FROM pg_advisory_xact_lock(lock_key('delivery planning'))
            """)
    }

    /// Ends the wait of messages that are due by an instant.
    ///
    /// What is sent by hand does not wait for another change, or until a server has had its rest. Quiet hours are kept
    /// all the same: they are evaluated again.
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

    /// Ends the waiting of messages whose template could not be used.
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
