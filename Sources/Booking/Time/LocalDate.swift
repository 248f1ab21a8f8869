/// A date of the Gregorian calendar without a time zone.
public struct LocalDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The day number: 0 for 1970-01-01, negative for earlier dates.
    public let daysSince1970: Int

    /// Creates a date from its day number; clamps it to the years 1 to 9999.
    ///
    /// - Parameter days: The number of days since 1970-01-01.
    public init(daysSince1970 days: Int) {
        daysSince1970 = min(max(days, LocalDate.supported.lowerBound), LocalDate.supported.upperBound)
    }

    /// Creates a date from its parts; returns `nil` if the calendar has no such day, or outside the years 1 to 9999.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= LocalDate.dayCount(ofMonth: month, year: year)
        else { return nil }
        daysSince1970 = LocalDate.dayNumber(year: year, month: month, day: day)
    }

    /// Parses a date in the form `2026-12-01`.
    ///
    /// - Parameters:
    ///   - text: The date, with four, two and two digits.
    ///   - field: The name of the field in an error.
    /// - Throws: `InvalidInput` if the text is not a date, or not in the years 1970 to 2200.
    public init(_ text: String, field: String = "date") throws(InvalidInput) {
        let typed = Substring(text.utf8.trimmingSpaces)
        var cursor = Cursor(typed)
        guard let fields = CalendarFields(reading: &cursor), cursor.isAtEnd else {
            throw InvalidInput(
                field: field, problem: "\(quoted(text)) is not a date", hint: "write year-month-day, like 2026-12-01")
        }
        self = try fields.date(field: field)
    }

    /// The year, 1 to 9999.
    public var year: Int { civil.year }

    /// The month, 1 to 12.
    public var month: Int { civil.month }

    /// The day of the month, 1 to 31.
    public var day: Int { civil.day }

    /// The day of the week.
    public var weekday: Weekday {
        // 1970-01-01 was a Thursday, three days after a Monday.
        Weekday(rawValue: floorModulo(daysSince1970 + 3, 7) + 1) ?? .monday
    }

    /// The date in ISO 8601 form: `2026-12-01`.
    public var description: String {
        let date = civil
        return "\(padded(date.year, to: 4))-\(padded(date.month, to: 2))-\(padded(date.day, to: 2))"
    }

    /// Returns the date that is a number of days later, or earlier for a negative number.
    ///
    /// - Parameter days: The number of days.
    /// - Returns: The date, clamped to the years 1 to 9999.
    public func adding(days: Int) -> LocalDate {
        let (sum, overflowed) = daysSince1970.addingReportingOverflow(days)
        return LocalDate(daysSince1970: overflowed ? (days < 0 ? .min : .max) : sum)
    }

    /// Returns the number of days from this date to another one; negative if the other is earlier.
    ///
    /// - Parameter other: The other date.
    /// - Returns: The number of days.
    public func days(to other: LocalDate) -> Int { other.daysSince1970 - daysSince1970 }

    /// Orders dates chronologically.
    public static func < (left: LocalDate, right: LocalDate) -> Bool { left.daysSince1970 < right.daysSince1970 }
}

extension LocalDate {
    /// The years that are accepted in input.
    static let acceptedYears = 1970...2200

    /// Returns the number of days of a month.
    static func dayCount(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The day numbers of 0001-01-01 to 9999-12-31.
    private static let supported = dayNumber(year: 1, month: 1, day: 1)...dayNumber(year: 9999, month: 12, day: 31)

    /// The number of days in 400 years, after which the calendar repeats.
    private static let daysInEra = 146_097

    /// The number of days from 0000-03-01 to 1970-01-01.
    ///
    /// If years are counted from March, the leap day is at their end.
    private static let daysBefore1970 = 719_468

    private static func dayNumber(year: Int, month: Int, day: Int) -> Int {
        let marchYear = month > 2 ? year : year - 1
        let era = floorDivide(marchYear, 400)
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * daysInEra + dayOfEra - daysBefore1970
    }

    private var civil: (year: Int, month: Int, day: Int) {
        let days = daysSince1970 + LocalDate.daysBefore1970
        let era = floorDivide(days, LocalDate.daysInEra)
        let dayOfEra = days - era * LocalDate.daysInEra
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

/// The three numbers of a date, which may not be in the calendar: `2026-02-30`.
struct CalendarFields {
    let year: Int
    let month: Int
    let day: Int

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// Consumes `yyyy-mm-dd`; returns `nil` if the text has another form.
    init?(reading cursor: inout Cursor) {
        guard let year = cursor.digits(4...4), cursor.take("-"),
            let month = cursor.digits(2...2), cursor.take("-"),
            let day = cursor.digits(2...2)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Returns the date; throws if it is not in the calendar or not in the accepted years.
    func date(field: String) throws(InvalidInput) -> LocalDate {
        let written = "\(padded(year, to: 4))-\(padded(month, to: 2))-\(padded(day, to: 2))"
        guard LocalDate.acceptedYears.contains(year) else {
            throw InvalidInput(
                field: field, problem: "\(written) is too far away", hint: "write a year from 1970 to 2200")
        }
        if let date = LocalDate(year: year, month: month, day: day) { return date }
        let hint =
            (1...12).contains(month)
            ? "\(padded(year, to: 4))-\(padded(month, to: 2)) has \(LocalDate.dayCount(ofMonth: month, year: year)) days"
            : "write year-month-day, like 2026-12-01"
        throw InvalidInput(field: field, problem: "\(written) is not a day of the calendar", hint: hint)
    }
}

/// Returns the quotient rounded down, so that the arithmetic also holds before 1970.
func floorDivide(_ dividend: Int, _ divisor: Int) -> Int {
    (dividend - floorModulo(dividend, divisor)) / divisor
}

/// Returns the remainder of floored division, which is never negative for a positive divisor.
func floorModulo(_ dividend: Int, _ divisor: Int) -> Int {
    let remainder = dividend % divisor
    return remainder < 0 ? remainder + divisor : remainder
}

/// Returns a non-negative number with leading zeros.
func padded(_ number: Int, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// A day of the week, numbered as in ISO 8601: Monday is 1.
public enum Weekday: Int, CaseIterable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// ISO weekday 1.
    case monday = 1
    /// ISO weekday 2.
    case tuesday
    /// ISO weekday 3.
    case wednesday
    /// ISO weekday 4.
    case thursday
    /// ISO weekday 5.
    case friday
    /// ISO weekday 6.
    case saturday
    /// ISO weekday 7.
    case sunday

    /// Parses an English name, short (`tue`, `tues`) or full (`Tuesday`), in any case; returns `nil` for any other word.
    ///
    /// - Parameter name: One word.
    public init?(name: some StringProtocol) {
        let name = name.lowercased()
        switch name {
        case "tues": self = .tuesday
        case "weds": self = .wednesday
        case "thur", "thurs": self = .thursday
        default:
            guard let day = Weekday.allCases.first(where: { $0.name == name || $0.fullName == name }) else {
                return nil
            }
            self = day
        }
    }

    /// The short English name: `mon`.
    public var name: String { String(fullName.prefix(3)) }

    /// The full English name in lower case: `monday`.
    public var fullName: String {
        switch self {
        case .monday: "monday"
        case .tuesday: "tuesday"
        case .wednesday: "wednesday"
        case .thursday: "thursday"
        case .friday: "friday"
        case .saturday: "saturday"
        case .sunday: "sunday"
        }
    }

    /// The short English name.
    public var description: String { name }

    /// The next day; Monday after Sunday.
    public var next: Weekday { Weekday(rawValue: rawValue % 7 + 1) ?? .monday }

    /// Orders days within the week, Monday first.
    public static func < (left: Weekday, right: Weekday) -> Bool { left.rawValue < right.rawValue }

    /// The full name, capitalized: `Monday`.
    public var title: String { fullName.prefix(1).uppercased() + fullName.dropFirst() }
}
