import Foundation
import Testing

/// The local time of each minute, computed by Foundation's calendar.
struct WallClock {
    struct Reading {
        /// The local date, such as 2027_03_14.
        let date: Int
        /// The day of the week as in `Calendar`: 1 is Sunday.
        let weekday: Int
        /// The local time in minutes after midnight.
        let minute: Int
    }

    /// The unit of the cache: clock changes are multiples of 15 minutes, and are at multiples of 15 minutes.
    private static let quarter = 15

    private let quarters: [Reading]
    private let first: Int

    init(zone: String, over minutes: Range<Int>) throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: zone))
        first = minutes.lowerBound / Self.quarter
        quarters = try (first...minutes.upperBound / Self.quarter).map { quarter in
            let parts = calendar.dateComponents(
                [.year, .month, .day, .weekday, .hour, .minute],
                from: Date(timeIntervalSince1970: Double(quarter * Self.quarter * 60)))
            let (year, month, day) = (try #require(parts.year), try #require(parts.month), try #require(parts.day))
            return Reading(
                date: year * 10_000 + month * 100 + day, weekday: try #require(parts.weekday),
                minute: try #require(parts.hour) * 60 + #require(parts.minute))
        }
    }

    subscript(minute: Int) -> Reading {
        let quarter = quarters[minute / Self.quarter - first]
        return Reading(
            date: quarter.date, weekday: quarter.weekday, minute: quarter.minute + minute % Self.quarter)
    }
}
