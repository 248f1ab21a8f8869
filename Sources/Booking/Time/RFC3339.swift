public import FoundationEssentials

/// A parser and formatter of RFC 3339 timestamps with whole seconds: `2026-12-01T17:00:00Z`.
public enum RFC3339 {
    /// Returns an instant in UTC; truncates fractions of a second.
    ///
    /// - Parameter instant: Any instant of the years 1 to 9999.
    /// - Returns: The timestamp, 20 characters.
    public static func string(_ instant: Date) -> String {
        let (date, second) = instant.civil(offset: 0)
        return "\(date)T\(clockText(second))Z"
    }

    /// Parses an instant, strictly: date, `T`, time with seconds, `Z` or an offset.
    ///
    /// Fractions of a second are truncated.
    ///
    /// - Parameter text: The timestamp, without surrounding spaces.
    /// - Returns: The instant; `nil` if the text has another form, or its year is not in 1970 to 2200.
    public static func parse(_ text: String) -> Date? {
        var cursor = Cursor(text)
        guard let date = try? CalendarFields(reading: &cursor)?.date(field: ""),
            cursor.take("T") || cursor.take("t"),
            let hour = cursor.digits(2...2), hour < 24, cursor.take(":"),
            let minute = cursor.digits(2...2), minute < 60, cursor.take(":"),
            let second = cursor.digits(2...2), second < 60,
            !cursor.take(".") || cursor.digits(1...9) != nil,
            let offset = offset(&cursor), cursor.isAtEnd
        else { return nil }
        return Date(date, secondOfDay: hour * 3600 + minute * 60 + second, offset: offset)
    }

    /// Returns seconds after midnight as `17:00:00`.
    static func clockText(_ second: Int) -> String {
        "\(padded(second / 3600, to: 2)):\(padded(second / 60 % 60, to: 2)):\(padded(second % 60, to: 2))"
    }

    private static func offset(_ cursor: inout Cursor) -> Int? {
        if cursor.take("Z") || cursor.take("z") { return 0 }
        let isEast = cursor.take("+")
        guard isEast || cursor.take("-"), let hours = cursor.digits(2...2), hours < 24, cursor.take(":"),
            let minutes = cursor.digits(2...2), minutes < 60
        else { return nil }
        return (hours * 60 + minutes) * (isEast ? 60 : -60)
    }
}

extension Date {
    /// Creates the instant of a local date and seconds after midnight, at an offset from UTC in seconds.
    init(_ date: LocalDate, secondOfDay: Int, offset: Int) {
        self.init(timeIntervalSince1970: Double(date.daysSince1970 * 86_400 + secondOfDay - offset))
    }

    /// Returns the local date and the seconds after midnight, truncated, at an offset from UTC in seconds.
    func civil(offset: Int) -> (date: LocalDate, secondOfDay: Int) {
        let seconds = wholeSeconds + offset
        return (LocalDate(daysSince1970: floorDivide(seconds, 86_400)), floorModulo(seconds, 86_400))
    }

    /// The seconds since 1970, rounded down and clamped to 10,000 years before or after 1970.
    var wholeSeconds: Int {
        let bound = 10_000 * 366 * 86_400.0
        return Int(min(max(timeIntervalSince1970.rounded(.down), -bound), bound))
    }
}
