import Booking
import FoundationEssentials

/// Parses a point in time, in the forms that are typed at a studio.
///
/// - Parameters:
///   - text: The text that was typed, such as `tue 14:30`.
///   - field: The option, for the message.
///   - context: The clock, the present time and the conventions of the studio.
/// - Returns: The instant.
/// - Throws: `InvalidInput`, or a `Refusal` when the local time does not exist or is ambiguous at a clock change.
func parseInstant(_ text: String, field: String, in context: TimePhraseContext) throws -> Date {
    try rethrowingTimeProblems(context.clock) { () throws(TimeProblem) in
        try TimePhrase.instant(text, field: field, in: context)
    }
}

/// Parses a time, a day or a period, in the forms that are typed at a studio.
///
/// - Parameters:
///   - text: The text that was typed, such as `tomorrow`.
///   - field: The option, for the message.
///   - context: The clock, the present time and the conventions of the studio.
/// - Returns: The phrase.
/// - Throws: `InvalidInput`, or a `Refusal` when the local time does not exist or is ambiguous at a clock change.
func parseTimePhrase(_ text: String, field: String, in context: TimePhraseContext) throws -> TimePhrase {
    let phrase = try rethrowingTimeProblems(context.clock) { () throws(TimeProblem) in
        try TimePhrase.parse(text, field: field, in: context)
    }
    guard phrase != .soonest else {
        throw InvalidInput(
            field: field, problem: "\(quoted(text)) is a slot, which is not possible here",
            hint: "write a date or a time")
    }
    return phrase
}

func rethrowingTimeProblems<Result>(_ clock: StudioClock, _ read: () throws(TimeProblem) -> Result) throws
    -> Result
{
    do {
        return try read()
    } catch .invalid(let invalid) {
        throw invalid
    } catch .missing(let local, let before, let after) {
        throw Refusal(
            .wallTimeMissing, "\(local) does not exist: the clocks go forward then",
            hint: "the nearest times are \(before, on: clock) and \(after, on: clock)")
    } catch .ambiguous(let local, let first, let second) {
        throw Refusal(
            .wallTimeAmbiguous, "\(local) is ambiguous: the clocks go back then",
            hint: "give one of: \"\(clock.textWithOffset(first))\", \"\(clock.textWithOffset(second))\"")
    }
}

/// A period of time on a studio's local clock.
struct Period: Sendable {
    /// The first instant.
    let from: Date
    /// The first instant after the period.
    let until: Date
    /// The clock by which the period was typed and is shown.
    let clock: StudioClock

    init(from: Date, until: Date, clock: StudioClock) {
        self.from = from
        self.until = until
        self.clock = clock
    }

    /// Parses both ends; a date without a time means the whole day, first and last included.
    ///
    /// - Parameters:
    ///   - from: The text that was typed for the beginning, and the field name for errors.
    ///   - until: The text that was typed for the end, and the field name for errors.
    ///   - context: The clock, the present time and the conventions of the studio.
    /// - Throws: `InvalidInput` when an end cannot be parsed or is not after the beginning, or a `Refusal` when a local
    ///   time does not exist or is ambiguous at a clock change.
    init(
        from: (text: String, field: String), until: (text: String, field: String), in context: TimePhraseContext
    ) throws {
        let clock = context.clock
        let first = try Self.phrase(from.text, field: from.field, in: context).start(clock)
        var end = context
        end.role = .end
        end.beginning = first
        let last = try Self.phrase(until.text, field: until.field, in: end).end(clock)
        guard first < last else {
            throw InvalidInput(
                field: until.field, problem: "\"\(until.text)\" is not after \"\(from.text)\"",
                hint: "write both dates, the earlier one first")
        }
        self.init(from: first, until: last, clock: clock)
    }

    /// Returns the period of a phrase such as `next week`, which needs no end; `nil` for a time or a day.
    init?(whole text: String, field: String, in context: TimePhraseContext) throws {
        guard case .period(let period) = try Self.phrase(text, field: field, in: context) else { return nil }
        self.init(from: period.start(context.clock), until: period.end(context.clock), clock: context.clock)
    }

    /// Parses an end of a period, or a whole period.
    private static func phrase(_ text: String, field: String, in context: TimePhraseContext) throws -> TimePhrase {
        let phrase = try parseTimePhrase(text, field: field, in: context)
        if case .period(let period) = phrase { try requireOnePeriod(period, text, field: field) }
        return phrase
    }

    /// The beginning in local time for programs, such as `2026-12-01 09:00 PST`.
    var localFrom: String { clock.text(from) }

    /// The end in local time for programs.
    var localUntil: String { clock.text(until) }

    /// Returns the text of the period: whole days as dates, first and last included.
    func text(in times: TimeFormat) -> String {
        let first = clock.date(of: from)
        let next = clock.date(of: until)
        guard clock.startOfDay(first) == from, clock.startOfDay(next) == until else {
            return "\(times.text(from, on: clock)) to \(times.text(until, on: clock))"
        }
        let last = next.adding(days: -1)
        let firstDay = times.text(first, on: clock)
        return first == last ? firstDay : "\(firstDay) to \(times.text(last, on: clock))"
    }
}

extension Period {
    /// Returns the text of the period of a list, with a space before it: ` from Tue Dec 1 on`; empty without ends.
    func openText(in times: TimeFormat) -> String {
        func isDay(_ instant: Date) -> Bool { clock.startOfDay(clock.date(of: instant)) == instant }
        switch (from == .distantPast, until == .distantFuture) {
        case (true, true): return ""
        case (false, false): return ", \(text(in: times))"
        case (false, true):
            let first = isDay(from) ? times.text(clock.date(of: from), on: clock) : times.text(from, on: clock)
            return " from \(first) on"
        case (true, false):
            let last = clock.date(of: until).adding(days: -1)
            return " until \(isDay(until) ? times.text(last, on: clock) : times.text(until, on: clock))"
        }
    }
}

/// Parses the optional ends of a list's period; an end that would be before the beginning is the next such time.
///
/// - Parameters:
///   - from: The text that was typed for `--from`.
///   - until: The text that was typed for `--until`.
///   - context: The clock, the present time and the conventions of the studio.
///   - times: The form of times for errors.
/// - Returns: The beginning, and the end, exclusive; `nil` where none was typed.
/// - Throws: `InvalidInput` when an end cannot be parsed or is not after the beginning, or a `Refusal` when a local
///   time does not exist or is ambiguous at a clock change.
func parseListPeriod(
    from: String?, until: String?, in context: TimePhraseContext, times: TimeFormat
) throws -> (from: Date?, until: Date?) {
    let clock = context.clock
    let first = try from.map { try parseTimePhrase($0, field: "--from", in: context) }
    let start = first?.start(clock)
    guard let until else {
        // A phrase such as "next week" names its end too; weekdays that recur have none.
        guard case .period(let period) = first, period.last != nil else { return (start, nil) }
        return (start, period.end(clock))
    }
    let last = try parseTimePhrase(until, field: "--until", in: context)
    let end = last.end(clock)
    guard let from, let start, end <= start else { return (start, end) }
    // A weekday is the first one after the beginning, unless it is the weekday of the beginning.
    var next = context
    next.direction = .ahead
    next.beginning = start
    let later = try parseTimePhrase(until, field: "--until", in: next).end(clock)
    let isTimeOfSameDay = clock.date(of: end) == clock.date(of: start) && end > clock.startOfDay(clock.date(of: end))
    guard later > start, !isTimeOfSameDay else {
        func reading(_ text: String, _ phrase: TimePhrase?, _ instant: Date) -> String {
            if case .day(let date) = phrase { return "\(quoted(text)) (\(times.text(date, on: clock)))" }
            return "\(quoted(text)) (\(times.textWithoutZone(instant, on: clock)))"
        }
        throw InvalidInput(
            field: "--until", problem: "\(reading(until, last, end)) is not after \(reading(from, first, start))",
            hint: "give the earlier time first, or write both dates")
    }
    return (start, later)
}

/// A range of local days of a studio, from a time on; the day of `from` is the first.
struct DayWindow {
    /// The first instant.
    let start: Date
    /// The first instant of the day after the last.
    let end: Date
    /// The local days in the range, in order.
    let dates: [LocalDate]

    /// Creates a range of local days.
    init(start: Date, days: Int, clock: StudioClock) {
        let first = clock.date(of: start)
        self.start = start
        dates = (0..<days).map { first.adding(days: $0) }
        end = clock.startOfDay(first.adding(days: days))
    }
}

/// Parses an interval: `500ms`, `2s`, `1m`; a number without a unit is in seconds.
///
/// - Parameters:
///   - text: The text that was typed.
///   - field: The option, for the message.
/// - Returns: The interval, from 100 ms to 1 hour.
/// - Throws: `InvalidInput`.
func parseShortDuration(_ text: String, field: String) throws(InvalidInput) -> Duration {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let units = ["": 1000, "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000]
    guard digits.count <= 9, let number = Int(digits), let unit = units[String(text.dropFirst(digits.count))],
        (100...3_600_000).contains(number * unit)
    else {
        throw InvalidInput(
            field: field, problem: "must be a duration from 100ms to 1h", hint: "write it like `\(field) 2s`")
    }
    return .milliseconds(number * unit)
}
