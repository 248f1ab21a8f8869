import FoundationEssentials

extension Date {
    /// The date and time of RFC 5322 section 3.3, in UTC: `Tue, 01 Dec 2026 17:00:00 +0000`.
    var mailDate: String {
        let parts = utcParts
        let weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][((parts.weekday ?? 1) - 1) % 7]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let month = months[((parts.month ?? 1) - 1) % 12]
        let time = [parts.hour, parts.minute, parts.second].map { padded($0) }.joined(separator: ":")
        return "\(weekday), \(padded(parts.day)) \(month) \(padded(parts.year, to: 4)) \(time) +0000"
    }

    /// The date-time in UTC of RFC 5545 section 3.3.5: `20261201T170000Z`.
    var calendarDate: String {
        let parts = utcParts
        let day = padded(parts.year, to: 4) + padded(parts.month) + padded(parts.day)
        return day + "T" + padded(parts.hour) + padded(parts.minute) + padded(parts.second) + "Z"
    }

    private var utcParts: DateComponents {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar.dateComponents([.year, .month, .day, .hour, .minute, .second, .weekday], from: self)
    }

    private func padded(_ number: Int?, to width: Int = 2) -> String {
        let digits = String(number ?? 0)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
