import Booking
public import BookingStore
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
    public func rehearse(until: Date?, limit: Int?) async throws -> Tally {
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
