/// The search for the nearest local time at which an entry matches; local time is counted in seconds since 1970-01-01
/// 00:00, without changes of the offset.
extension Cron {
    /// Returns the first matching local time no earlier than a given one; `nil` after the end of the calendar.
    func first(from wall: Int) -> Int? {
        // Entries match at the start of a minute: from second 1 on, the next minute is the first candidate.
        let minute = (wall + 59).flooredQuotient(by: 60)
        let today = minute.flooredQuotient(by: Cron.minutesInDay)
        guard let day = firstDay(from: today) else { return nil }
        if let time = firstTime(from: day == today ? minute - today * Cron.minutesInDay : 0) {
            return wallTime(day: day, minute: time)
        }
        return first(from: wallTime(day: today + 1, minute: 0))
    }

    /// Returns the last matching local time no later than a given one; `nil` before the start of the calendar.
    func last(through wall: Int) -> Int? {
        let minute = wall.flooredQuotient(by: 60)
        let today = minute.flooredQuotient(by: Cron.minutesInDay)
        guard let day = lastDay(through: today) else { return nil }
        let latest = Cron.minutesInDay - 1
        if let time = lastTime(through: day == today ? minute - today * Cron.minutesInDay : latest) {
            return wallTime(day: day, minute: time)
        }
        return last(through: wallTime(day: today - 1, minute: latest))
    }

    private static let minutesInDay = 1440

    private func wallTime(day: Int, minute: Int) -> Int { (day * Cron.minutesInDay + minute) * 60 }
}

extension Cron {
    /// Returns the first matching minute of a day, counted from midnight.
    private func firstTime(from earliest: Int) -> Int? {
        let (hour, minute) = earliest.quotientAndRemainder(dividingBy: 60)
        if self.hour.values.contains(hour), let found = self.minute.values.first(from: minute) {
            return hour * 60 + found
        }
        guard let later = self.hour.values.first(from: hour + 1), let found = self.minute.values.first(from: 0) else {
            return nil
        }
        return later * 60 + found
    }

    private func lastTime(through latest: Int) -> Int? {
        let (hour, minute) = latest.quotientAndRemainder(dividingBy: 60)
        if self.hour.values.contains(hour), let found = self.minute.values.last(through: minute) {
            return hour * 60 + found
        }
        guard let earlier = self.hour.values.last(through: hour - 1), let found = self.minute.values.last(through: 59)
        else { return nil }
        return earlier * 60 + found
    }
}

extension Cron {
    /// Returns the first matching day, as days since 1970-01-01.
    private func firstDay(from day: Int) -> Int? {
        var month = CivilMonth(containing: day)
        var earliest = day - month.firstDay + 1
        while month <= Cron.calendar.upperBound {
            if let found = days(of: month).first(from: earliest) { return month.firstDay + found - 1 }
            month = month.next
            earliest = 1
        }
        return nil
    }

    private func lastDay(through day: Int) -> Int? {
        var month = CivilMonth(containing: day)
        var latest = day - month.firstDay + 1
        while month >= Cron.calendar.lowerBound {
            if let found = days(of: month).last(through: latest) { return month.firstDay + found - 1 }
            month = month.previous
            latest = 31
        }
        return nil
    }

    /// Returns the matching days of a month, the first of them 1.
    private func days(of month: CivilMonth) -> ValueSet {
        guard self.month.values.contains(month.month) else { return ValueSet() }
        let firstDay = month.firstDay
        let dayCount = month.next.firstDay - firstDay
        // 1970-01-01 was a Thursday, four days after a Sunday.
        let firstWeekday = firstDay + 4 - (firstDay + 4).flooredQuotient(by: 7) * 7
        let weekdays = ((Cron.everyWeek &* dayOfWeek.values.bits) >> firstWeekday) << 1
        let dates = dayOfMonth.values.bits
        let existing: UInt64 = ((1 << dayCount) - 1) << 1
        return ValueSet(bits: (isEitherDay ? dates | weekdays : dates & weekdays) & existing)
    }

    /// The factor that repeats the seven bits of a week over six weeks.
    private static let everyWeek: UInt64 = 0b1_0000001_0000001_0000001_0000001_0000001

    /// The years in which an entry is searched: from 1 to 9999, which ISO 8601 writes with four digits.
    private static let calendar = CivilMonth(year: 1, month: 1)...CivilMonth(year: 9999, month: 12)
}

/// A month of the Gregorian calendar, without a time zone.
struct CivilMonth: Hashable, Comparable, Sendable {
    /// The number of months since January of year 0.
    let index: Int

    /// The month of the year, from 1 for January to 12 for December.
    var month: Int { index % 12 + 1 }

    init(index: Int) {
        self.index = index
    }

    init(year: Int, month: Int) {
        index = year * 12 + month - 1
    }

    /// Creates the month that contains a day, given as days since 1970-01-01.
    init(containing day: Int) {
        let days = day + CivilMonth.daysBefore1970
        let era = days.flooredQuotient(by: CivilMonth.daysInEra)
        let dayOfEra = days - era * CivilMonth.daysInEra
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthsFromMarch = (5 * dayOfYear + 2) / 153
        index = (yearOfEra + era * 400) * 12 + monthsFromMarch + 2
    }

    /// The first day, as days since 1970-01-01.
    var firstDay: Int {
        let sinceMarch = index - 2
        let year = sinceMarch.flooredQuotient(by: 12)
        let era = year.flooredQuotient(by: 400)
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (sinceMarch - year * 12) + 2) / 5
        return era * CivilMonth.daysInEra + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - CivilMonth.daysBefore1970
    }

    var next: CivilMonth { CivilMonth(index: index + 1) }

    var previous: CivilMonth { CivilMonth(index: index - 1) }

    static func < (left: CivilMonth, right: CivilMonth) -> Bool { left.index < right.index }

    /// The number of days in 400 years, after which the calendar repeats.
    private static let daysInEra = 146_097

    /// The number of days from 0000-03-01 to 1970-01-01; years that start in March have the leap day at their end.
    private static let daysBefore1970 = 719_468
}

extension Int {
    /// Returns the quotient rounded down, so that times before 1970 are handled alike.
    func flooredQuotient(by divisor: Int) -> Int {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
