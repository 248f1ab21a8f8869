public import FoundationEssentials

/// A time as people type it: an instant, a whole day, or a period of one or several days.
///
/// Examples of the accepted forms are `5pm`, `tue 9`, `tomorrow at 5:30 p.m.`, `12/8 9am`, `tue dec 8 9am`,
/// `Tuesday, December 8 at 9:00 AM`, `in 2 hours`, `2026-12-01 09:00-08:00`, `thursday after 5` and
/// `weekday mornings`. A time without an offset is in the studio's zone.
public enum TimePhrase: Hashable, Sendable {
    /// An instant.
    case instant(Date)
    /// A whole local day of the studio.
    case day(LocalDate)
    /// A period of the day on one or several days.
    case period(DayPeriod)
    /// The first free slot.
    case soonest

    /// The use of a phrase, which decides whether 24:00 is accepted.
    public enum Role: Sendable {
        /// A point in time, such as the start of a session.
        case point
        /// The end of a period: 24:00 is accepted.
        case end
        /// A local date: a time beside it only decides which of two days is meant, and may leave open the half of the
        /// day.
        case date
    }

    /// Parses a phrase.
    ///
    /// A weekday means the next day of that name. Today is included if the given time has not passed, or if no time is
    /// given.
    ///
    /// - Parameters:
    ///   - text: The input.
    ///   - field: The name of the field in an error.
    ///   - context: The clock, the present time and the conventions of the studio.
    /// - Returns: The instant, the day or the period.
    /// - Throws: `TimeProblem` if the text cannot be parsed or has two readings, or the local time is skipped or occurs
    ///   twice.
    public static func parse(
        _ text: String, field: String = "time", in context: TimePhraseContext
    ) throws(TimeProblem) -> TimePhrase {
        var grammar = TimePhraseGrammar(text, field: field, context: context)
        let syntax = try grammar.read()
        return try TimePhraseResolver(context: context, problems: grammar.problems).resolve(syntax)
    }

    /// Parses a phrase that must be an instant.
    ///
    /// - Parameters:
    ///   - text: The input.
    ///   - field: The name of the field in an error.
    ///   - context: The clock, the present time and the conventions of the studio.
    /// - Returns: The instant.
    /// - Throws: `TimeProblem` if the text has no time of day, cannot be parsed or has two readings, or is a local time
    ///   that is skipped or occurs twice.
    public static func instant(
        _ text: String, field: String = "time", in context: TimePhraseContext
    ) throws(TimeProblem) -> Date {
        let date: LocalDate
        switch try parse(text, field: field, in: context) {
        case .instant(let instant): return instant
        case .day(let day): date = day
        case .period(let period): date = period.first
        case .soonest:
            throw PhraseProblems(text: text, field: field).invalid("is not possible here", hint: "write a time")
        }
        throw .invalid(
            InvalidInput(
                field: field, problem: "needs a time of day beside the date",
                hint: "write it like \"\(example(near: date, in: context)) 09:00\""))
    }

    /// Returns the date, or the next one with the same weekday if it has passed and coming times are meant.
    private static func example(near date: LocalDate, in context: TimePhraseContext) -> LocalDate {
        let passed = date.days(to: context.clock.date(of: context.now))
        return context.direction == .ahead && passed > 0 ? date.adding(days: (passed / 7 + 1) * 7) : date
    }

    /// Returns whether the meaning of a text can depend on working hours: `tue 9`, `tue 5:30`, `after 5`.
    ///
    /// - Parameters:
    ///   - text: The input.
    ///   - context: The conventions of the studio.
    /// - Returns: `false` also for a text that cannot be parsed.
    public static func dependsOnWorkingHours(_ text: String, in context: TimePhraseContext) -> Bool {
        var grammar = TimePhraseGrammar(text, field: "", context: context)
        guard let syntax = try? grammar.read() else { return false }
        let times = [syntax.isISO ? nil : syntax.time, syntax.bounds?.after, syntax.bounds?.before]
        if case .open(_, _, nil) = syntax.time?.seconds { return true }
        return times.contains { if case .open = $0?.seconds { true } else { false } }
    }

    /// Returns the start of a period that begins with this phrase; for a day, its first instant.
    ///
    /// - Parameter clock: The studio's clock.
    /// - Returns: The first instant of the period; for `soonest`, `Date.distantPast`.
    public func start(_ clock: StudioClock) -> Date {
        switch self {
        case .instant(let instant): instant
        case .day(let date): clock.startOfDay(date)
        case .period(let period): period.start(clock)
        case .soonest: .distantPast
        }
    }

    /// Returns the end of a period that ends with this phrase; a day is included completely.
    ///
    /// - Parameter clock: The studio's clock.
    /// - Returns: The end of the period, exclusive.
    public func end(_ clock: StudioClock) -> Date {
        switch self {
        case .instant(let instant): instant
        case .day(let date): clock.startOfDay(date.adding(days: 1))
        case .period(let period): period.end(clock)
        case .soonest: .distantFuture
        }
    }
}

/// The conventions by which a typed time is resolved.
public struct TimePhraseContext: Sendable {
    /// Whether a day without a year or a week is in the future or in the past.
    public enum Direction: Sendable {
        /// The next one.
        case ahead
        /// The last one.
        case back
        /// The last date, or one of the next month; a weekday and a time of day are the next ones.
        case around
        /// The next one, or a date of the last 60 days if it is nearer.
        case near
    }

    /// The studio's clock.
    public var clock: StudioClock
    /// The current time, to which `today` and weekdays refer.
    public var now: Date
    /// The order of the numbers of a date such as 12/8.
    public var order = DateOrder.monthFirst
    /// The working hours that decide between morning and evening, of any number of trainers.
    public var workingHours: [WeeklyHours] = []
    /// The language of the names of days and months.
    public var language = PhraseLanguage.english
    /// The use of the phrase.
    public var role = TimePhrase.Role.point
    /// Whether a weekday or a date without a year is the next one or the last one.
    public var direction = Direction.ahead

    /// The beginning of the period that the phrase ends: a weekday, a date without a year or a time alone is the first
    /// one after it.
    public var beginning: Date?

    /// Creates a context with the usual conventions.
    ///
    /// - Parameters:
    ///   - clock: The studio's clock.
    ///   - now: The current time.
    public init(clock: StudioClock, now: Date) {
        self.clock = clock
        self.now = now
    }

    /// Returns whether a word is the abbreviation of a zone: a common one, or one of the clock in this year.
    func isZone(_ word: String) -> Bool {
        let name = word.uppercased()
        return TimeZone.abbreviationDictionary[name] != nil
            || (-6...6).contains { clock.abbreviation(now + Double($0) * 30 * 86400).uppercased() == name }
    }
}

/// The reason why a typed time is not exactly one instant.
public enum TimeProblem: Error, Sendable, Hashable {
    /// The text cannot be parsed, has two readings, or does not contain both a day and a time.
    case invalid(InvalidInput)
    /// The local time is skipped by a clock change; the instants are alternatives before and after the change.
    case missing(local: String, before: Date, after: Date)
    /// The local time occurs twice because of a clock change.
    case ambiguous(local: String, first: Date, second: Date)
}
