/// A month of the Gregorian calendar, in no time zone.
struct CivilMonth: Hashable, Comparable, Sendable {
    /// Months since January of the year 0, so that the month after the next is two more.
    let index: Int

    /// 1 for January to 12 for December.
    var month: Int { index % 12 + 1 }

    init(index: Int) {
        self.index = index
    }

    init(year: Int, month: Int) {
        index = year * 12 + month - 1
    }

    /// The month in which a day lies, given as days since 1970-01-01.
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

    /// Days in 400 years, after which the calendar repeats.
    private static let daysInEra = 146_097

    /// Days from 0000-03-01, when a year counted from March begins, so that the leap day is its last.
    private static let daysBefore1970 = 719_468
}

extension Int {
    /// The quotient rounded down, so that what lies before 1970 counts on evenly.
    func flooredQuotient(by divisor: Int) -> Int {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
