public import FoundationEssentials
import Postgres

/// Work that comes again, as runners have declared it.
public struct JobSchedule: Sendable, Equatable {
    /// Stable name.
    public let key: String
    /// When it comes: five fields, as crontab(5) has them.
    public let schedule: String
    /// The IANA zone whose wall clock counts.
    public let zone: String
    /// The queue of its jobs.
    public let queue: String
    /// The kind of its jobs.
    public let kind: String
    /// When it came last; at first when it was declared.
    public let lastAt: Date
    /// When a runner last declared it.
    public let declaredAt: Date

    init(_ row: inout Row) throws {
        key = try row.next()
        schedule = try row.next()
        zone = try row.next()
        queue = try row.next()
        kind = try row.next()
        lastAt = try row.next()
        declaredAt = try row.next()
    }

    /// When it comes next.
    ///
    /// - Parameters:
    ///   - count: How many times.
    ///   - instant: After this.
    /// - Returns: The times; none where the schedule cannot be read, which a newer version may have written.
    public func next(_ count: Int, after instant: Date) -> [Date] {
        guard let cron = try? Cron(schedule), let schedule = try? CronSchedule(cron, zone: zone) else { return [] }
        return Array(schedule.occurrences(after: instant, through: .distantFuture).prefix(count))
    }
}
