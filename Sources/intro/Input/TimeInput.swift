import Booking
import FoundationEssentials

/// Reads a time as somebody at a studio types it.
///
/// - Parameters:
///   - text: What was typed, such as `tue 14:30`.
///   - field: The option, for the message.
///   - clock: The studio's wall clock.
///   - now: The present instant.
/// - Returns: The instant.
/// - Throws: `InvalidInput`, or a `Refusal` where the clocks skip that time or show it twice.
func parseInstant(_ text: String, field: String, clock: StudioClock, now: Date) throws -> Date {
    try rethrowingTimeProblems(clock) { () throws(TimeProblem) in
        try TimePhrase.instant(text, field: field, clock: clock, now: now)
    }
}

/// Reads a time or a day as somebody at a studio types it.
///
/// - Parameters:
///   - text: What was typed, such as `tomorrow`.
///   - field: The option, for the message.
///   - clock: The studio's wall clock.
///   - now: The present instant.
///   - role: Whether it is a point in time or the end of a stretch.
/// - Returns: The instant or the day.
/// - Throws: `InvalidInput`, or a `Refusal` where the clocks skip that time or show it twice.
func parseTimePhrase(
    _ text: String, field: String, clock: StudioClock, now: Date, role: TimePhrase.Role = .point
) throws -> TimePhrase {
    try rethrowingTimeProblems(clock) { () throws(TimeProblem) in
        try TimePhrase.parse(text, field: field, clock: clock, now: now, role: role)
    }
}

private func rethrowingTimeProblems<Result>(_ clock: StudioClock, _ read: () throws(TimeProblem) -> Result) throws
    -> Result
{
    do {
        return try read()
    } catch .invalid(let invalid) {
        throw invalid
    } catch .missing(let local, let before, let after) {
        throw Refusal(
            .wallTimeMissing, "\(local) does not exist: the clocks go forward then",
            hint: "the nearest times are \(clock.text(before)) and \(clock.text(after))")
    } catch .ambiguous(let local, let first, let second) {
        throw Refusal(
            .wallTimeAmbiguous, "the clocks go back then: \(local) comes twice",
            hint: "say which: \"\(clock.textWithOffset(first))\" or \"\(clock.textWithOffset(second))\"")
    }
}

/// A stretch of time as the office types and reads it, on a studio's wall clock.
struct Period: Sendable {
    /// First instant.
    let from: Date
    /// First instant afterwards.
    let until: Date
    /// The clock by which it was typed and is shown.
    let clock: StudioClock

    init(from: Date, until: Date, clock: StudioClock) {
        self.from = from
        self.until = until
        self.clock = clock
    }

    /// Reads both ends; a date alone means the whole day, first and last included.
    ///
    /// - Parameters:
    ///   - from: What was typed for the beginning, and what an error calls it.
    ///   - until: What was typed for the end, and what an error calls it.
    ///   - clock: The studio's clock.
    ///   - now: The present instant, from which `today` and weekdays count.
    /// - Throws: `InvalidInput` where an end cannot be read or does not lie after the beginning, or a `Refusal` where the
    ///   clocks skip that time or show it twice.
    init(
        from: (text: String, field: String), until: (text: String, field: String), clock: StudioClock, now: Date
    ) throws {
        let first = try parseTimePhrase(from.text, field: from.field, clock: clock, now: now).start(clock)
        let last = try parseTimePhrase(until.text, field: until.field, clock: clock, now: now, role: .end).end(clock)
        guard first < last else {
            throw InvalidInput(
                field: until.field, problem: "\"\(until.text)\" does not lie after \"\(from.text)\"",
                hint: "write both dates, the earlier one first")
        }
        self.init(from: first, until: last, clock: clock)
    }

    /// The beginning on the wall clock, such as `2026-12-01 09:00 PST`.
    var localFrom: String { clock.text(from) }

    /// The end on the wall clock.
    var localUntil: String { clock.text(until) }

    /// The period for people: whole days by their dates, first and last included.
    var text: String {
        let first = clock.date(of: from)
        let next = clock.date(of: until)
        guard clock.startOfDay(first) == from, clock.startOfDay(next) == until else {
            return "\(localFrom) to \(localUntil)"
        }
        let last = next.adding(days: -1)
        return first == last ? "\(first)" : "\(first) to \(last)"
    }
}

/// Some days of a studio's calendar, from a time on: the day of `from` is the first.
struct DayWindow {
    /// The first instant.
    let start: Date
    /// The first instant of the day after the last.
    let end: Date
    /// The local days it touches, in order.
    let dates: [LocalDate]

    /// Reads `--from` and `--days`.
    ///
    /// - Parameters:
    ///   - from: What was typed; `nil` is now.
    ///   - days: Number of days.
    ///   - clock: The studio's wall clock.
    ///   - now: The present instant.
    /// - Throws: `InvalidInput` or a `Refusal`.
    init(from: String?, days: Int, clock: StudioClock, now: Date) throws {
        let phrase = try from.map { try parseTimePhrase($0, field: "--from", clock: clock, now: now) }
        self.init(start: phrase?.start(clock) ?? now, days: days, clock: clock)
    }

    /// Takes days of a calendar.
    init(start: Date, days: Int, clock: StudioClock) {
        let first = clock.date(of: start)
        self.start = start
        dates = (0..<days).map { first.adding(days: $0) }
        end = clock.startOfDay(first.adding(days: days))
    }
}

/// Reads how often something is done: `500ms`, `2s`, `1m`; a bare number is seconds.
///
/// - Parameters:
///   - text: What was typed.
///   - field: The option, for the message.
/// - Returns: A tenth of a second to an hour.
/// - Throws: `InvalidInput`.
func parseShortDuration(_ text: String, field: String) throws(InvalidInput) -> Duration {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let units = ["": 1000, "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000]
    guard digits.count <= 9, let number = Int(digits), let unit = units[String(text.dropFirst(digits.count))],
        (100...3_600_000).contains(number * unit)
    else {
        throw InvalidInput(
            field: field, problem: "is no time from 100ms to 1h", hint: "write it like `\(field) 2s`")
    }
    return .milliseconds(number * unit)
}
