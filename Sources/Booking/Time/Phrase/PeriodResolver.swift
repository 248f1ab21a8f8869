extension TimePhraseResolver {
    /// Resolves a period of the day on one or several days.
    func period(_ syntax: TimeSyntax) throws(TimeProblem) -> DayPeriod {
        let days = try days(of: syntax)
        var from = syntax.part?.from ?? 0
        var until = syntax.part?.until ?? 1440
        let bounds = context.role == .date ? nil : syntax.bounds
        if let after = bounds?.after {
            from = max(from, try limit(after, isEnd: false, days, syntax))
        }
        if let before = bounds?.before {
            until = min(until, try limit(before, isEnd: true, days, syntax))
        }
        guard from < until, let start = LocalTime(minutes: from), let end = LocalTime(minutes: until) else {
            throw problems.invalid("has no time in it", hint: "write the earlier time after \"after\"")
        }
        var (first, last, weekdays) = (days.first, days.last, days.weekdays)
        if let later = days.later, context.direction != .back, clock.lastInstant(first, end) <= anchor {
            let local = LocalInstant(date: later, second: until * 60)
            first = try nearBeginning(local, [days.first, later], syntax).date
            last = first
        }
        if weekdays?.count == 7 { weekdays = nil }
        return DayPeriod(first: first, last: last, weekdays: weekdays, from: start, until: end)
    }

    /// The days of a period, and the day that is meant instead if the period of the first one has passed.
    private struct Days {
        var first: LocalDate
        var last: LocalDate?
        var weekdays: Set<Weekday>?
        var later: LocalDate?
    }

    private func days(of syntax: TimeSyntax) throws(TimeProblem) -> Days {
        let monday = today.adding(days: 1 - today.weekday.rawValue)
        switch syntax.day {
        case .week(let weeks):
            let first = monday.adding(days: 7 * weeks)
            return Days(first: weeks < 0 ? first : max(first, today), last: first.adding(days: 6))
        case .weekend(let weeks):
            let saturday = monday.adding(days: 7 * weeks + 5)
            return Days(first: weeks < 0 ? saturday : max(saturday, today), last: saturday.adding(days: 1))
        case .every(let weekdays):
            return Days(first: today, last: nil, weekdays: weekdays)
        case .date, .offset, .relative, .last, nil:
            let dates = try dates(of: syntax)
            return Days(first: dates[0], last: dates[0], later: dates.count > 1 ? dates[1] : nil)
        }
    }

    /// Returns the minute of a limit; the half of the day is the one within working hours.
    private func limit(
        _ time: ClockReading, isEnd: Bool, _ days: Days, _ syntax: TimeSyntax
    ) throws(TimeProblem) -> Int {
        switch time.seconds {
        case .exact(let second): return second / 60
        case .midnight: return isEnd ? 1440 : 0
        case .open(let am, let pm, let fallback):
            if let part = syntax.part { return try secondOfDay(part == .morning ? am : pm, in: part) / 60 }
            let weekdays = days.weekdays ?? (days.first == days.last ? [days.first.weekday] : Set(Weekday.allCases))
            let working = [am / 60, pm / 60].filter { minute in
                weekdays.contains { isWorking($0, minute: isEnd ? minute - 1 : minute) }
            }
            if working.count == 1 { return working[0] }
            if let fallback, working.isEmpty || clock.hourCycle == .twentyFour { return fallback / 60 }
            throw twoReadings(
                LocalInstant(date: days.first, second: am), LocalInstant(date: days.first, second: pm))
        }
    }
}

extension TimePhraseResolver {
    /// Returns the end that is meant by a weekday: the time on the day of the beginning where that is after it.
    ///
    /// A time that has passed is a week later otherwise, although the beginning may have passed too.
    ///
    /// - Throws: A `TimeProblem` if the end is a week later because its time on the day of the beginning is before it.
    func nearBeginning(
        _ end: LocalInstant, _ dates: [LocalDate], _ syntax: TimeSyntax
    ) throws(TimeProblem) -> LocalInstant {
        guard let beginning = context.beginning, context.direction == .ahead, syntax.weekday != nil,
            clock.date(of: beginning) == dates[0], end.date != dates[0]
        else { return end }
        guard hasPassed(dates[0], end.second, at: beginning) else {
            return LocalInstant(date: dates[0], second: end.second)
        }
        let sameDay = "\(dateText(dates[0])), \(timeText(end.second))"
        throw problems.invalid(
            "could be \(sameDay), which is not after the beginning, or \(dateText(end.date)), \(timeText(end.second))",
            hint: "write \(typed(end)), or an end after the beginning")
    }

    /// Returns the error for a time that can be in either half of the day.
    func twoReadings(_ morning: LocalInstant, _ evening: LocalInstant) -> TimeProblem {
        let first = "\(dateText(morning.date)), \(timeText(morning.second))"
        let second =
            morning.date == evening.date
            ? timeText(evening.second) : "\(dateText(evening.date)), \(timeText(evening.second))"
        return problems.invalid(
            "is ambiguous: \(first) or \(second)?", hint: "write \(typed(morning)) or \(typed(evening))")
    }

    /// Returns the error for `this` or `next` with a weekday, which can mean two dates.
    func twoReadings(of weekday: Weekday, isNext: Bool, _ syntax: TimeSyntax) -> TimeProblem {
        let ahead = floorModulo(weekday.rawValue - today.weekday.rawValue, 7)
        let dates = [0, 7].map { today.adding(days: (ahead == 0 && isNext ? 7 : ahead) + $0) }
        var locals: [LocalInstant] = []
        if let time = syntax.time {
            locals = dates.compactMap { try? localInstant(of: time, on: [$0], syntax) }
        }
        let texts =
            locals.count == 2
            ? locals.map { "\(dateText($0.date)), \(timeText($0.second))" } : dates.map { dateText($0) }
        let hints = locals.count == 2 ? locals.map { typed($0) } : dates.map { "\"\(dateText($0).lowercased())\"" }
        return problems.invalid(
            "could be \(texts[0]) or \(texts[1])", hint: "write \(hints[0]) or \(hints[1])")
    }

    /// Returns the error for midnight, which is the beginning or the end of a day.
    func twoMidnights(_ dates: [LocalDate]) -> TimeProblem {
        let next = dates[0].adding(days: 1)
        return problems.invalid(
            "could be the beginning or the end of \(dateText(dates[0]))",
            hint: "write \"\(dateText(dates[0]).lowercased()) 00:00\" or \"\(dateText(next).lowercased()) 00:00\"")
    }

    /// Returns a date in a form that is also accepted as input: `Tue Dec 1`; adds the year if it is not the present one.
    func dateText(_ date: LocalDate) -> String {
        let name =
            context.order == .monthFirst ? "\(date.monthName) \(date.day)" : "\(date.day) \(date.monthName)"
        return "\(date.weekday.title.prefix(3)) \(name)\(date.year == today.year ? "" : " \(date.year)")"
    }

    /// Returns a time on the 12-hour clock: `9 AM`, `9:30 PM`.
    func timeText(_ second: Int) -> String {
        let (hour, minute) = (second / 3600, second / 60 % 60)
        let minutes = minute == 0 ? "" : ":\(padded(minute, to: 2))"
        return "\((hour + 11) % 12 + 1)\(minutes) \(hour % 24 < 12 ? "AM" : "PM")"
    }

    /// Returns a date and a time as they can be typed, in quotes.
    private func typed(_ local: LocalInstant) -> String {
        let time = timeText(local.second).lowercased().filter { $0 != " " }
        return "\"\(dateText(local.date).lowercased()) \(time)\""
    }
}
