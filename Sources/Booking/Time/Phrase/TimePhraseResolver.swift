import FoundationEssentials

/// Resolves the parts of a time phrase to an instant, a day or a period.
struct TimePhraseResolver {
    let context: TimePhraseContext
    let problems: PhraseProblems

    var clock: StudioClock { context.clock }
    private var now: Date { context.now }
    var today: LocalDate { clock.date(of: now) }

    /// The instant after which the first weekday, date without a year or time of day is meant.
    var anchor: Date { max(now, context.beginning ?? now) }

    /// A local date and time of day.
    struct LocalInstant: Equatable {
        let date: LocalDate
        let second: Int
    }

    func resolve(_ syntax: TimeSyntax) throws(TimeProblem) -> TimePhrase {
        switch syntax.single {
        case .now: return .instant(now)
        case .soonest: return .soonest
        case nil: break
        }
        if let minutes = syntax.minutesFromNow { return .instant(minuteStart(now) + Double(minutes) * 60) }
        if case .relative(let weekday, let isNext) = syntax.day {
            throw twoReadings(of: weekday, isNext: isNext, syntax)
        }
        if syntax.isPeriod { return .period(try period(syntax)) }
        let dates = try dates(of: syntax)
        guard let time = syntax.time else { return .day(dates[0]) }
        if context.role == .date, syntax.zone == nil { return .day(date(of: time, on: dates)) }
        let local = try nearBeginning(localInstant(of: time, on: dates, syntax), dates, syntax)
        return .instant(try instant(local, syntax.zone))
    }

    private func minuteStart(_ instant: Date) -> Date {
        Date(timeIntervalSince1970: (instant.timeIntervalSince1970 / 60).rounded(.down) * 60)
    }
}

extension TimePhraseResolver {
    /// Returns the date of a phrase, and the one that is meant instead if the time on the first has passed.
    func dates(of syntax: TimeSyntax) throws(TimeProblem) -> [LocalDate] {
        let isBack = context.direction == .back
        let date: LocalDate
        switch syntax.day {
        case .date(let year?, let month, let day):
            do { date = try CalendarFields(year: year, month: month, day: day).date(field: problems.field) } catch {
                throw .invalid(error)
            }
        case .date(nil, let month, let day):
            date = try self.date(month: month, day: day, weekday: syntax.weekday)
        case .offset(let days):
            date = today.adding(days: days)
        case .last(let weekday):
            return [today.adding(days: -(floorModulo(today.weekday.rawValue - weekday.rawValue - 1, 7) + 1))]
        case .relative, .week, .weekend, .every, nil:
            let first = clock.date(of: anchor)
            guard let weekday = syntax.weekday else { return [first, first.adding(days: isBack ? -1 : 1)] }
            let ahead = floorModulo(weekday.rawValue - first.weekday.rawValue, 7)
            if ahead == 0 { return [first, first.adding(days: isBack ? -7 : 7)] }
            return [first.adding(days: isBack ? ahead - 7 : ahead)]
        }
        if let weekday = syntax.weekday, weekday != date.weekday { throw wrongWeekday(weekday, date) }
        return [date]
    }

    /// Returns the next date of a day and a month, or the last one.
    ///
    /// The end of a period, and a date in the past or in the near future, is the other one of both if only that is
    /// within a month: the end `dec 10` of a period from December 11 is before its beginning.
    ///
    /// A weekday that agrees only with the other one of both selects that one, unless it is half a year away.
    private func date(month: Int, day: Int, weekday: Weekday?) throws(TimeProblem) -> LocalDate {
        let anchor = clock.date(of: anchor)
        let years = (anchor.year - 8)...(anchor.year + 8)
        let all = years.compactMap { LocalDate(year: $0, month: month, day: day) }
        let next = all.first { $0 >= anchor }
        let last = all.last { $0 <= anchor }
        let isAhead = context.direction == .ahead || context.direction == .near
        var candidates = (isAhead ? [next, last] : [last, next]).compactMap(\.self)
        if context.direction == .near, let next, let last, last.days(to: anchor) <= min(60, anchor.days(to: next) - 1) {
            candidates = [last, next]
        }
        let canBeOther = context.direction == .around || context.beginning != nil
        if canBeOther, candidates.count == 2, abs(anchor.days(to: candidates[0])) > 31,
            abs(anchor.days(to: candidates[1])) <= 31
        {
            candidates.swapAt(0, 1)
        }
        guard let first = candidates.first else {
            do { return try CalendarFields(year: today.year, month: month, day: day).date(field: problems.field) } catch
            { throw .invalid(error) }
        }
        guard let weekday else { return first }
        let halfYear = 183
        let near = candidates.filter { $0 == first || abs(anchor.days(to: $0)) < halfYear }
        guard let date = near.first(where: { $0.weekday == weekday }) else { throw wrongWeekday(weekday, first) }
        return date
    }

    private func wrongWeekday(_ weekday: Weekday, _ date: LocalDate) -> TimeProblem {
        problems.invalid(
            "names the wrong day: \(dateText(date)) is not a \(weekday.title)",
            hint: "leave out the weekday or the date")
    }

    /// Returns the time on the first of the dates, or on the second if that is the first one ahead.
    private func nearest(_ dates: [LocalDate], _ second: Int) -> LocalInstant {
        guard dates.count > 1 else { return LocalInstant(date: dates[0], second: second) }
        let passed = hasPassed(dates[0], second, at: anchor)
        return LocalInstant(date: passed == (context.direction == .back) ? dates[0] : dates[1], second: second)
    }

    /// Returns the date of a time; with both halves of the day open, the first one unless both are on another date.
    private func date(of time: ClockReading, on dates: [LocalDate]) -> LocalDate {
        switch time.seconds {
        case .exact(let second): return nearest(dates, second).date
        case .midnight: return dates[0]
        case .open(let am, let pm, _):
            let (morning, evening) = (nearest(dates, am).date, nearest(dates, pm).date)
            return morning == evening ? morning : dates[0]
        }
    }

    /// Returns whether a local time is not after an instant.
    func hasPassed(_ date: LocalDate, _ second: Int, at instant: Date) -> Bool {
        switch clock.resolve(date, secondOfDay: second) {
        case .instant(let time): time <= instant
        case .missing(_, let after): after <= instant
        case .ambiguous(_, let later): later <= instant
        }
    }
}

extension TimePhraseResolver {
    func localInstant(
        of time: ClockReading, on dates: [LocalDate], _ syntax: TimeSyntax
    ) throws(TimeProblem) -> LocalInstant {
        switch time.seconds {
        case .exact(ClockReading.endOfDay):
            guard context.role == .end else {
                throw problems.invalid("is the end of a day", hint: "write 00:00 of the next day")
            }
            return nearest(dates, ClockReading.endOfDay)
        case .exact(let second):
            return nearest(dates, try secondOfDay(second, in: syntax.part))
        case .midnight:
            if context.role == .end { return nearest(dates, ClockReading.endOfDay) }
            throw twoMidnights(dates)
        case .open(let am, let pm, let fallback):
            if let part = syntax.part { return nearest(dates, try secondOfDay(part == .morning ? am : pm, in: part)) }
            let choices = [nearest(dates, am), nearest(dates, pm)]
            return try choose(choices, fallback: fallback.map { nearest(dates, $0) }, isISO: syntax.isISO)
        }
    }

    /// Returns a second of the day that is in a part of the day, or within an hour of it.
    func secondOfDay(_ second: Int, in part: DayPart?) throws(TimeProblem) -> Int {
        guard let part else { return second }
        let isNear = part.from - 60 <= second / 60 && second / 60 <= part.until + 60
        guard isNear, (part == .morning) == (second < 12 * 3600) else {
            throw problems.invalid("names two different parts of the day", hint: "leave out one of them")
        }
        return second
    }

    /// Returns the one of two readings that is within working hours.
    private func choose(
        _ choices: [LocalInstant], fallback: LocalInstant?, isISO: Bool
    ) throws(TimeProblem) -> LocalInstant {
        if let fallback, isISO { return fallback }
        let working = choices.filter { isWorking($0.date.weekday, minute: $0.second / 60) }
        if working.count == 1 { return working[0] }
        // Without a zero before it, 6:30 can be the evening where people use the 12-hour clock.
        if let fallback, working.isEmpty || clock.hourCycle == .twentyFour { return fallback }
        throw twoReadings(choices[0], choices[1])
    }

    func isWorking(_ weekday: Weekday, minute: Int) -> Bool {
        context.workingHours.contains { hours in
            hours.spans(on: weekday).contains { $0.opens.minutes <= minute && minute < $0.closes.minutes }
        }
    }

    /// Returns the instant of a local time, in a zone that the phrase may name.
    func instant(_ local: LocalInstant, _ zone: TimeSyntax.Zone?) throws(TimeProblem) -> Date {
        let (date, second) = (local.date, local.second)
        if case .offset(let offset) = zone { return Date(date, secondOfDay: second, offset: offset) }
        let text = StudioClock.wallText(date, secondOfDay: second)
        switch (clock.resolve(date, secondOfDay: second), zone) {
        case (.missing(let before, let after), _):
            throw .missing(local: text, before: before, after: after)
        case (.instant(let instant), .abbreviation(let name)):
            return try choose(name, among: [instant])
        case (.ambiguous(let first, let second), .abbreviation(let name)):
            return try choose(name, among: [first, second])
        case (.instant(let instant), _):
            return instant
        case (.ambiguous(let first, let second), _):
            throw .ambiguous(local: text, first: first, second: second)
        }
    }

    private func choose(_ name: String, among instants: [Date]) throws(TimeProblem) -> Date {
        if let instant = instants.first(where: { clock.abbreviation($0).uppercased() == name }) { return instant }
        throw problems.invalid(
            "is in another zone than \(clock.identifier)",
            hint: "leave the zone away, or write an offset, like \"\(clock.textWithOffset(instants[0]))\"")
    }
}
