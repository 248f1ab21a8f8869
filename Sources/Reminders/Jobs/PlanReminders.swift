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
            where try await ledger.countWork(by: channel, until: now, limit: 1) > 0 {
                try await JobQueue(connection).enqueue(DeliverMessages(), DeliverMessages.whenDue)
            }
            try await context.complete(on: connection)
        }
    }
}
