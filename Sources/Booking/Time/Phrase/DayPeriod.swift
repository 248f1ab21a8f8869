public import FoundationEssentials

/// A period of the day on one or several days, such as Thursday after 17:00, or the mornings of working days.
public struct DayPeriod: Hashable, Sendable {
    /// The first local date.
    public let first: LocalDate
    /// The last local date; `nil` for days that recur without end.
    public let last: LocalDate?
    /// The days of the week; `nil` for all days.
    public let weekdays: Set<Weekday>?
    /// The beginning of the period on each day.
    public let from: LocalTime
    /// The end of the period on each day, exclusive.
    public let until: LocalTime

    /// Creates a period.
    public init(first: LocalDate, last: LocalDate?, weekdays: Set<Weekday>?, from: LocalTime, until: LocalTime) {
        self.first = first
        self.last = last
        self.weekdays = weekdays
        self.from = from
        self.until = until
    }

    /// Whether the period has whole days.
    public var isAllDay: Bool { from == .midnight && until == .endOfDay }

    /// Returns whether an instant is in the period.
    ///
    /// - Parameters:
    ///   - instant: The instant.
    ///   - clock: The studio's clock.
    /// - Returns: `true` if the date, the weekday and the time of day are in the period.
    public func contains(_ instant: Date, by clock: StudioClock) -> Bool {
        let date = clock.date(of: instant)
        let time = clock.time(of: instant)
        return date >= first && date <= last ?? date && weekdays?.contains(date.weekday) != false && time >= from
            && time < until
    }

    /// Returns the beginning of the period on its first day.
    public func start(_ clock: StudioClock) -> Date {
        let date = (0..<7).map { first.adding(days: $0) }.first { weekdays?.contains($0.weekday) != false }
        return clock.firstInstant(date ?? first, from)
    }

    /// Returns the end of the period on its last day; of recurring days, on the last one of the first seven days.
    public func end(_ clock: StudioClock) -> Date {
        let last = last ?? first.adding(days: 6)
        let date = (0..<7).map { last.adding(days: -$0) }.first { weekdays?.contains($0.weekday) != false }
        return clock.lastInstant(date ?? last, until)
    }
}

extension StudioClock {
    /// Returns the first instant of a local time; the clock change, if the time is skipped.
    func firstInstant(_ date: LocalDate, _ time: LocalTime) -> Date {
        if time == .midnight { return startOfDay(date) }
        if time == .endOfDay { return startOfDay(date.adding(days: 1)) }
        switch resolve(date, time) {
        case .instant(let instant): return instant
        case .ambiguous(let first, _): return first
        case .missing(_, let after): return after
        }
    }

    /// Returns the last instant of a local time.
    func lastInstant(_ date: LocalDate, _ time: LocalTime) -> Date {
        if case .ambiguous(_, let second) = resolve(date, time), time != .endOfDay { return second }
        return firstInstant(date, time)
    }
}
