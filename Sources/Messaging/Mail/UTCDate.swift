import FoundationEssentials
import Glibc

extension Date {
    /// The date and time of RFC 5322 section 3.3, in UTC: `Tue, 01 Dec 2026 17:00:00 +0000`.
    var mailDate: String {
        let parts = utcParts
        let weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][Int(parts.tm_wday)]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = "\(padded(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(padded(parts.tm_year + 1900, to: 4))"
        return "\(weekday), \(day) \(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec)) +0000"
    }

    /// The date-time in UTC of RFC 5545 section 3.3.5: `20261201T170000Z`.
    var calendarDate: String {
        let parts = utcParts
        let day = padded(parts.tm_year + 1900, to: 4) + padded(parts.tm_mon + 1) + padded(parts.tm_mday)
        return day + "T" + padded(parts.tm_hour) + padded(parts.tm_min) + padded(parts.tm_sec) + "Z"
    }

    /// The date and time of RFC 3339 in UTC, in whole seconds: `2026-12-01T17:00:00Z`.
    var internetDate: String {
        let parts = utcParts
        let day = "\(padded(parts.tm_year + 1900, to: 4))-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
        return "\(day)T\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))Z"
    }

    /// The date's components in UTC, from the C library, which is much faster than a `Calendar`.
    private var utcParts: tm {
        var seconds = time_t(timeIntervalSince1970.rounded(.down))
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return parts
    }

    private func padded(_ number: Int32, to width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
