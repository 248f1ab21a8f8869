import Booking
import FoundationEssentials

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
        let phrase = try from.map { try typedPhrase($0, field: "--from", clock: clock, now: now) }
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
