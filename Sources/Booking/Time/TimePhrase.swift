public import FoundationEssentials

/// A time as people type it: an instant, or a whole day.
///
/// The accepted forms are dates with or without a time (`2026-12-01`, `2026-12-01 09:00`, `2026-12-01T17:00:00Z`,
/// `2026-12-01 09:00-08:00`, `2026-12-01 01:30 PDT`), days by name (`today`, `tomorrow 9am`, `tue 14:30`) and `now`. A
/// time without an offset is in the studio's zone.
public enum TimePhrase: Hashable, Sendable {
    /// An instant.
    case instant(Date)
    /// A whole local day of the studio.
    case day(LocalDate)

    /// The use of a phrase, which decides whether 24:00 is accepted.
    public enum Role: Sendable {
        /// A point in time, such as the start of a session.
        case point
        /// The end of a period: 24:00 is accepted.
        case end
    }

    /// Parses a phrase.
    ///
    /// A weekday means the next day of that name. Today is included if the given time has not passed, or if no time is
    /// given.
    ///
    /// - Parameters:
    ///   - text: The input.
    ///   - field: The name of the field in an error.
    ///   - clock: The studio's clock.
    ///   - now: The current time, to which `today` and weekdays refer.
    ///   - role: The use of the phrase.
    /// - Returns: The instant or the day.
    /// - Throws: `TimeProblem` if the text cannot be parsed, or the local time is skipped or occurs twice.
    public static func parse(
        _ text: String, field: String = "time", clock: StudioClock, now: Date, role: Role = .point
    ) throws(TimeProblem) -> TimePhrase {
        var parser = TimePhraseParser(text, field: field, clock: clock, now: now, role: role)
        return try parser.phrase()
    }

    /// Parses a phrase that must be an instant.
    ///
    /// - Parameters:
    ///   - text: The input.
    ///   - field: The name of the field in an error.
    ///   - clock: The studio's clock.
    ///   - now: The current time, to which `today` and weekdays refer.
    /// - Returns: The instant.
    /// - Throws: `TimeProblem` if the text is a day without a time, cannot be parsed, or is a local time that is
    ///   skipped or occurs twice.
    public static func instant(
        _ text: String, field: String = "time", clock: StudioClock, now: Date
    ) throws(TimeProblem) -> Date {
        switch try parse(text, field: field, clock: clock, now: now) {
        case .instant(let instant): return instant
        case .day(let date):
            throw .invalid(
                InvalidInput(
                    field: field, problem: "needs a time of day beside the date",
                    hint: "write it like \"\(date) 09:00\""))
        }
    }

    /// Returns the start of a period that begins with this phrase; for a day, its first instant.
    ///
    /// - Parameter clock: The studio's clock.
    /// - Returns: The first instant of the period.
    public func start(_ clock: StudioClock) -> Date {
        switch self {
        case .instant(let instant): instant
        case .day(let date): clock.startOfDay(date)
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
        }
    }
}

/// The reason why a typed time is not exactly one instant.
public enum TimeProblem: Error, Sendable, Hashable {
    /// The text cannot be parsed, or does not contain both a day and a time.
    case invalid(InvalidInput)
    /// The local time is skipped by a clock change; the instants are alternatives before and after the change.
    case missing(local: String, before: Date, after: Date)
    /// The local time occurs twice because of a clock change.
    case ambiguous(local: String, first: Date, second: Date)
}
