import Booking
public import BookingStore
public import FoundationEssentials
import Postgres

extension ReminderRun {
    /// Tells what a batch would do, and changes nothing.
    ///
    /// - Parameters:
    ///   - until: What is due later is left alone; `nil` is now.
    ///   - limit: How many messages at the most; `nil` is all.
    /// - Returns: How many are due, and how many of these would be skipped.
    /// - Throws: `PostgresError`.
    public func rehearse(until: Date?, limit: Int?) async throws -> Tally {
        try await rehearsing(until: until) { ledger, until in
            var tally = Tally()
            for channel in Channel.allCases {
                let (due, skipped) = try await ledger.countDue(
                    by: channel, until: until, now: clock(), limit: (limit ?? .max) - tally.due)
                tally.due += due
                tally.skipped += skipped
            }
            return tally
        }
    }

    /// Tells what a batch would do by rule, channel, studio and reason, and changes nothing.
    ///
    /// - Parameter until: What is due later is left alone; `nil` is now.
    /// - Returns: The groups, the largest of a rule first.
    /// - Throws: `PostgresError`.
    public func forecast(until: Date?) async throws -> [DueGroup] {
        try await rehearsing(until: until) { ledger, until in
            try await ledger.dueGroups(until: until, now: clock())
        }
    }

    private func rehearsing<Result: Sendable>(
        until: Date?, _ body: @Sendable (DeliveryRepository, Date) async throws -> Result
    ) async throws -> Result {
        let until = until ?? clock()
        do {
            return try await database.transaction { connection in
                let ledger = DeliveryRepository(connection)
                try await ledger.plan(until: until, now: clock())
                try await ledger.release(until: until)
                throw Rehearsed(result: try await body(ledger, until))
            }
        } catch let rehearsed as Rehearsed<Result> {
            return rehearsed.result
        }
    }
}

/// Ends a rehearsal's transaction without keeping it.
private struct Rehearsed<Result: Sendable>: Error {
    let result: Result
}
