import Booking
import FoundationEssentials

/// Parses a local date; a time beside it is accepted where it does not matter.
///
/// - Parameters:
///   - text: The text that was typed, such as `mon`, `12/8` or `tomorrow at 5pm`.
///   - field: The option, for the message.
///   - context: The clock, the present time and the conventions of the studio.
/// - Returns: The date.
/// - Throws: `InvalidInput` when the text is not one day.
func parseDate(_ text: String, field: String, in context: TimePhraseContext) throws -> LocalDate {
    let dates = try parseDates(text, field: field, in: context)
    guard dates.lowerBound == dates.upperBound else {
        throw InvalidInput(
            field: field, problem: "\(quoted(text)) is not one date", hint: "write it like 2026-12-01, dec 1 or mon")
    }
    return dates.lowerBound
}

/// Parses a local date, or all dates of a period such as `next week`.
///
/// - Parameters:
///   - text: The text that was typed.
///   - field: The option, for the message.
///   - context: The clock, the present time and the conventions of the studio.
/// - Returns: The dates.
/// - Throws: `InvalidInput`, also for days that recur.
func parseDates(_ text: String, field: String, in context: TimePhraseContext) throws -> ClosedRange<LocalDate> {
    var context = context
    context.role = .date
    switch try parseTimePhrase(text, field: field, in: context) {
    case .day(let date): return date...date
    case .period(let period):
        try requireOnePeriod(period, text, field: field)
        return period.first...(period.last ?? period.first)
    case .instant(let instant):
        let date = context.clock.date(of: instant)
        return date...date
    case .soonest: return context.clock.date(of: context.now)...context.clock.date(of: context.now)
    }
}

/// Rejects a period that is not continuous, such as `weekday mornings`.
///
/// - Parameters:
///   - period: The period.
///   - text: The text that was typed.
///   - field: The option, for the message.
/// - Throws: `InvalidInput`.
func requireOnePeriod(_ period: DayPeriod, _ text: String, field: String) throws(InvalidInput) {
    guard period.last == nil || (period.last != period.first && !period.isAllDay) else { return }
    throw InvalidInput(
        field: field, problem: "\(quoted(text)) is not one period: it recurs on several days",
        hint: "repeat the command for each day, or write a period such as \"next week\"")
}

extension Intro {
    /// Rejects a date such as 12/8 that the studios of a command read differently.
    ///
    /// - Parameters:
    ///   - text: The text that was typed; `nil` without the option.
    ///   - field: The option, for the message.
    ///   - studios: The studios of the command.
    ///   - direction: Whether a date without a year is the next one or the last one.
    /// - Throws: `InvalidInput` with both readings.
    func requireOneReading(
        of text: String?, field: String, at studios: [Studio], direction: TimePhraseContext.Direction = .ahead
    ) throws {
        let contexts = studios.map { timeContext(at: $0, direction: direction) }
        guard let text, var context = contexts.first, Set(contexts.map(\.order)).count > 1 else { return }
        context.role = .date
        let dates = [DateOrder.monthFirst, .dayFirst].compactMap { order -> LocalDate? in
            context.order = order
            return try? parseDates(text, field: field, in: context).lowerBound
        }
        guard dates.count == 2, dates[0] != dates[1] else { return }
        let times = TimeFormat.people(now: now, hourCycle: nil)
        let texts = dates.map { times.text($0, on: context.clock) }
        throw InvalidInput(
            field: field, problem: "\(quoted(text)) could be \(texts[0]) or \(texts[1]), by the studio's country",
            hint: "write \"\(texts[0].lowercased())\" or \"\(texts[1].lowercased())\"")
    }
}
