import Foundation
import Testing

/// What the clock on a studio's wall shows at each minute, as Foundation's calendar tells it.
struct WallClock {
    struct Reading {
        /// Such as 2027_03_14.
        let date: Int
        /// As Calendar counts: 1 is Sunday.
        let weekday: Int
        /// Past midnight, as the clock shows it.
        let minute: Int
    }

    private let readings: [Reading]
    private let first: Int

    init(zone: String, over minutes: Range<Int>) throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: zone))
        first = minutes.lowerBound
        readings = try minutes.map { minute in
            let parts = calendar.dateComponents(
                [.year, .month, .day, .weekday, .hour, .minute], from: Date(timeIntervalSince1970: Double(minute * 60)))
            let (year, month, day) = (try #require(parts.year), try #require(parts.month), try #require(parts.day))
            return Reading(
                date: year * 10_000 + month * 100 + day, weekday: try #require(parts.weekday),
                minute: try #require(parts.hour) * 60 + #require(parts.minute))
        }
    }

    subscript(minute: Int) -> Reading { readings[minute - first] }
}
