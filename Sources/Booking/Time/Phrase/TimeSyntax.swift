/// The parts of a time phrase, before they are resolved to dates and instants.
struct TimeSyntax: Equatable, Sendable {
    /// A day, or several.
    enum Day: Equatable, Sendable {
        /// A date; without a year, the one that is meant depends on the present date.
        case date(year: Int?, month: Int, day: Int)
        /// A number of days from today.
        case offset(Int)
        /// A weekday with `this` or `next` before it, which have two readings.
        case relative(Weekday, isNext: Bool)
        /// The last day of that name before today.
        case last(Weekday)
        /// A week from Monday to Sunday, as a number of weeks from this one.
        case week(Int)
        /// A Saturday and Sunday, as a number of weeks from this one.
        case weekend(Int)
        /// The same days of every week.
        case every(Set<Weekday>)
    }

    /// A limit of the times of day in a period.
    struct Bounds: Equatable, Sendable {
        var after: ClockReading?
        var before: ClockReading?
    }

    /// The zone of a time, which distinguishes two occurrences of a local time.
    enum Zone: Equatable, Sendable {
        case offset(seconds: Int)
        case abbreviation(String)
    }

    /// A word that is a phrase by itself.
    enum Single: Equatable, Sendable {
        case now, soonest
    }

    var single: Single?
    var day: Day?
    /// A weekday alone or beside a date, with which it must agree.
    var weekday: Weekday?
    var time: ClockReading?
    var part: DayPart?
    var bounds: Bounds?
    var zone: Zone?
    /// Minutes from now, which may be negative.
    var minutesFromNow: Int?
    /// Whether the date is in the form 2026-12-01, whose times are on the 24-hour clock.
    var isISO = false

    /// Whether nothing but a clock time and a day can still follow.
    var isEmpty: Bool { self == TimeSyntax() }

    /// Whether the phrase is a period of the day instead of an instant.
    var isPeriod: Bool {
        if time != nil { return false }
        if part != nil || bounds != nil { return true }
        switch day {
        case .week, .weekend, .every: return true
        case .date, .offset, .relative, .last, nil: return false
        }
    }
}

/// The errors of one typed text.
struct PhraseProblems: Sendable {
    let text: String
    let field: String

    func invalid(_ problem: String, hint: String = hint) -> TimeProblem {
        .invalid(InvalidInput(field: field, problem: "\(quoted(text)) \(problem)", hint: hint))
    }

    static let hint = "write it like \"tue dec 1 9am\", \"tomorrow at 5pm\" or \"2026-12-01 09:00\""

    /// Returns an error that names the part of the text that was not understood.
    func notUnderstood(_ part: String) -> TimeProblem {
        let part = String(Substring(part.utf8.trimmingSpaces))
        let whole = String(Substring(text.utf8.trimmingSpaces))
        guard !part.isEmpty, part != whole else { return invalid("is not a time") }
        return invalid("is not a time: \(quoted(part)) was not understood")
    }

    var impossibleTime: TimeProblem { invalid("has a time that no clock shows") }
}
