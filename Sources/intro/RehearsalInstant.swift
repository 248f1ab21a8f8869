import FoundationEssentials

/// Reads the instant of `--now`.
///
/// - Parameter text: An RFC 3339 date-time with an offset, as in `2026-12-01T09:00:00-08:00`.
/// - Returns: The instant.
/// - Throws: A `Failure` when the text is not one.
func rehearsalInstant(_ text: String) throws(Failure) -> Date {
    guard let instant = instant(rfc3339: text) else {
        throw .invalidInput(
            "--now is not a point in time: \(text)",
            because: "it must be an RFC 3339 date and time with its offset",
            hint: "write it as in `--now 2026-12-01T09:00:00-08:00` or `--now 2026-12-01T17:00:00Z`"
        )
    }
    return instant
}

/// Reads an RFC 3339 date-time; a leap second counts as the second after it.
///
/// - Parameter text: The date-time; `T` and `Z` in either case, a blank in place of `T`.
/// - Returns: The instant, or `nil` when there is no such date, time or offset.
func instant(rfc3339 text: String) -> Date? {
    let pattern =
        #/
        (\d{4})-(\d\d)-(\d\d) [Tt\ ] (\d\d):(\d\d):(\d\d) (?:\.(\d{1,9}))? (?: ([Zz]) | ([+-])(\d\d):(\d\d) )
        /#.asciiOnlyDigits()
    guard let match = text.wholeMatch(of: pattern)?.output else { return nil }
    guard let year = Int(match.1), let month = Int(match.2), let day = Int(match.3),
        let hour = Int(match.4), let minute = Int(match.5), let second = Int(match.6)
    else { return nil }
    let offsetHours = match.10.flatMap { Int($0) } ?? 0
    let offsetMinutes = match.11.flatMap { Int($0) } ?? 0
    guard let days = daysSince1970(year: year, month: month, day: day),
        hour < 24, minute < 60, second < 61, offsetHours < 24, offsetMinutes < 60
    else { return nil }
    let sign = match.9 == "-" ? -1 : 1
    let offset = sign * (offsetHours * 3600 + offsetMinutes * 60)
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
    let fraction = match.7.flatMap { Double("0.\($0)") } ?? 0
    return Date(timeIntervalSince1970: Double(seconds) + fraction)
}

/// The day's number in the proleptic Gregorian calendar, or `nil` when the month has no such day.
private func daysSince1970(year: Int, month: Int, day: Int) -> Int? {
    guard (1...12).contains(month) else { return nil }
    let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard (1...lengths[month - 1]).contains(day) else { return nil }
    let before = year - 1
    let ordinal = before * 365 + before / 4 - before / 100 + before / 400
    // 719 162 days lie between 0001-01-01 and 1970-01-01.
    return ordinal - 719_162 + lengths[..<(month - 1)].reduce(0, +) + day - 1
}
