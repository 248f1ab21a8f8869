import Foundation

/// The local time of a zone at each minute of a few days, by Foundation's calendar.
struct LocalMinutes: Sendable {
    struct Shown: Sendable {
        let month: Int
        let day: Int
        let hour: Int
        let minute: Int
        /// The day of the week, 0 for Sunday.
        let weekday: Int
    }

    struct Minute: Sendable {
        let instant: Date
        let shown: Shown
        /// The minutes since 1970-01-01 00:00 in local time.
        let count: Int
    }

    let minutes: [Minute]

    init(zone: TimeZone, from start: Date, days: Int) throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        minutes = try (0..<days * 1440).map { minute in
            let instant = start.addingTimeInterval(Double(minute * 60))
            let components = calendar.dateComponents(LocalMinutes.parts, from: instant)
            guard let wall = LocalMinutes.utc.date(from: components) else { throw CocoaError(.formatting) }
            return Minute(
                instant: instant, shown: Shown(components), count: Int(wall.timeIntervalSince1970) / 60)
        }
    }

    /// Returns the date and time for a count of minutes without offset changes.
    static func shown(count: Int) -> Shown {
        Shown(utc.dateComponents(parts, from: Date(timeIntervalSince1970: Double(count * 60))))
    }

    private static let parts: Set<Calendar.Component> = [.year, .month, .day, .hour, .minute, .weekday]

    private static let utc: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()
}

extension LocalMinutes.Shown {
    fileprivate init(_ components: DateComponents) {
        month = components.month ?? 0
        day = components.day ?? 0
        hour = components.hour ?? 0
        minute = components.minute ?? 0
        weekday = (components.weekday ?? 0) - 1
    }
}
