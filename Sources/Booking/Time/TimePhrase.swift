public import FoundationEssentials

/// What a person typed for a time: an instant, or a whole day.
///
/// Read are dates with or without a time (`2026-12-01`, `2026-12-01 09:00`, `2026-12-01T17:00:00Z`,
/// `2026-12-01 09:00-08:00`, `2026-12-01 01:30 PDT`), days by their name (`today`, `tomorrow 9am`, `tue 14:30`) and `now`.
/// What has no offset is in the studio's zone.
public enum TimePhrase: Hashable, Sendable {
    /// One instant.
    case instant(Date)
    /// A whole day on the studio's wall.
    case day(LocalDate)

    /// What a phrase is for, which decides whether 24:00 makes sense in it.
    public enum Role: Sendable {
        /// A point in time, such as the start of a session.
        case point
        /// The end of a stretch of time: 24:00 of a day is accepted.
        case end
    }

    /// Reads a phrase.
    ///
    /// A weekday means the next one to come; today's counts while its time lies ahead, and where no time is given.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - field: What an error calls it.
    ///   - clock: The studio's clock.
    ///   - now: The present instant, from which `today` and weekdays count.
    ///   - role: What the phrase is for.
    /// - Returns: The instant or the day.
    /// - Throws: `TimeProblem` where the text cannot be read, or the studio's clock shows that time never or twice.
    public static func parse(
        _ text: String, field: String = "time", clock: StudioClock, now: Date, role: Role = .point
    ) throws(TimeProblem) -> TimePhrase {
        var parser = TimePhraseParser(text, field: field, clock: clock, now: now, role: role)
        return try parser.phrase()
    }

    /// Reads a phrase that must name an instant.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - field: What an error calls it.
    ///   - clock: The studio's clock.
    ///   - now: The present instant, from which `today` and weekdays count.
    /// - Returns: The instant, to the second.
    /// - Throws: `TimeProblem` where the text is a day alone, cannot be read, or names a time that the studio's clock
    ///   shows never or twice.
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

    /// Where a stretch of time that begins with this phrase begins: a day begins with its first instant.
    ///
    /// - Parameter clock: The studio's clock.
    /// - Returns: The first instant.
    public func start(_ clock: StudioClock) -> Date {
        switch self {
        case .instant(let instant): instant
        case .day(let date): clock.startOfDay(date)
        }
    }

    /// Where a stretch of time that ends with this phrase ends: a day is meant as a whole.
    ///
    /// - Parameter clock: The studio's clock.
    /// - Returns: The first instant that is no longer in it.
    public func end(_ clock: StudioClock) -> Date {
        switch self {
        case .instant(let instant): instant
        case .day(let date): clock.startOfDay(date.adding(days: 1))
        }
    }
}

/// Why a typed time is no instant.
public enum TimeProblem: Error, Sendable, Hashable {
    /// The text cannot be read, or names no day and time.
    case invalid(InvalidInput)
    /// The studio's clock is put forward over that time; the instants before and after it that come nearest.
    case missing(local: String, before: Date, after: Date)
    /// The studio's clock is put back over that time, so that it shows it twice.
    case ambiguous(local: String, first: Date, second: Date)
}
