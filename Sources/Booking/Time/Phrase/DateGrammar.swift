/// The order of the numbers of a date such as 12/8.
public enum DateOrder: Sendable {
    /// The month is first, as in the United States.
    case monthFirst
    /// The day is first.
    case dayFirst
}

extension TimePhraseGrammar {
    /// Consumes a date that begins with a number: `2026-12-08`, `12/8`, `12/8/2026`, `8 dec`.
    mutating func takeWrittenDate() throws(TimeProblem) -> Bool {
        if tokens.number(digits: 4...4) != nil, tokens.isSymbol("-", 1, glued: true) { return try takeISODate() }
        guard let first = tokens.number(digits: 1...2) else {
            // 2026 before a month is a year, but this order is not accepted.
            let isYear = tokens.number(digits: 4...4).map { LocalDate.acceptedYears.contains($0) } ?? false
            guard !isYear || tokens.word(1).flatMap({ words.month($0) }) == nil else { throw notUnderstood }
            return false
        }
        if tokens.isSymbol("/", 1, glued: true), let second = tokens.number(2, digits: 1...2, glued: true) {
            return try takeSlashDate(first, second)
        }
        return try takeDayAndMonth(first)
    }

    private mutating func takeISODate() throws(TimeProblem) -> Bool {
        guard let year = tokens.number(digits: 4...4), let month = tokens.number(2, digits: 2...2, glued: true),
            tokens.isSymbol("-", 3, glued: true), let day = tokens.number(4, digits: 2...2, glued: true)
        else {
            guard syntax.day == nil else { return false }
            throw notUnderstood
        }
        guard take(day: .date(year: year, month: month, day: day)) else { return false }
        tokens.advance(4)
        syntax.isISO = true
        if tokens.word(glued: true) == "t", tokens.number(1, digits: 1...2, glued: true) != nil { tokens.advance() }
        return true
    }

    private mutating func takeSlashDate(_ first: Int, _ second: Int) throws(TimeProblem) -> Bool {
        let (month, day) = order == .monthFirst ? (first, second) : (second, first)
        guard (1...12).contains(month) else {
            let place = order == .monthFirst ? "first" : "second"
            throw problems.invalid(
                "has no month \(month): the month is the \(place) number here", hint: "write \(second)/\(first)")
        }
        var (year, length): (Int?, Int) = (nil, 2)
        if tokens.isSymbol("/", 3, glued: true) {
            if let number = tokens.number(4, digits: 4...4, glued: true) {
                year = number
            } else if let number = tokens.number(4, digits: 2...2, glued: true) {
                year = 2000 + number
            } else {
                throw notUnderstood
            }
            length = 4
        }
        guard tokens.word(length + 1, glued: true) == nil else { throw notUnderstood }
        guard take(day: .date(year: year, month: month, day: day)) else { return false }
        tokens.advance(length)
        return true
    }

    /// Consumes `8 dec`, `8th of december 2026`.
    private mutating func takeDayAndMonth(_ day: Int) throws(TimeProblem) -> Bool {
        var length = 1
        if isOrdinal(length) { length += 1 }
        if let word = tokens.word(length), words.isOf(word) { length += 1 }
        guard let name = tokens.word(length), let month = words.month(name), syntax.day == nil else { return false }
        try refuseTwoReadings(of: day, name, length)
        tokens.advance(length + 1)
        _ = tokens.take(symbol: ".", glued: true)
        try setDate(month: month, day: day)
        return true
    }

    /// Refuses `at 9 dec 8`, which is more likely December 8 at 9 than December 9 at 8.
    private func refuseTwoReadings(of day: Int, _ month: String, _ length: Int) throws(TimeProblem) {
        guard length == 1, tokens.position > 0, let word = tokens.word(-1), words.weekday(word) == nil,
            (1...12).contains(day),
            let other = tokens.number(length + 1, digits: 1...2),
            (1...12).contains(other), tokens.peek(length + 2) == nil
        else { return }
        throw problems.invalid(
            "could be \(month) \(day) at \(other) or \(month) \(other) at \(day)",
            hint: "write it like \(month) \(day) at \(other):00")
    }

    private func isOrdinal(_ offset: Int) -> Bool {
        ["st", "nd", "rd", "th"].contains(tokens.word(offset, glued: true) ?? "")
    }

    /// Consumes a weekday, or a date that begins with a month's name.
    mutating func takeNamedDate(_ word: String) throws(TimeProblem) -> Bool {
        let weekday = words.weekday(word)
        let dot = tokens.isSymbol(".", 1, glued: true) ? 1 : 0
        if let month = words.month(word), syntax.day == nil, let day = tokens.number(1 + dot, digits: 1...2) {
            let isDay = weekday == nil ? true : try isDayOfMonth(after: 1 + dot, day: day)
            if isDay {
                tokens.advance(2 + dot)
                if isOrdinal(0) { tokens.advance() }
                try setDate(month: month, day: day)
                return true
            }
        }
        guard let weekday, syntax.weekday == nil else { return false }
        tokens.advance(1 + dot)
        syntax.weekday = weekday
        return true
    }

    /// Decides for a word that is a weekday and a month, as `mar` in Spanish, whether the number after it is a day.
    private func isDayOfMonth(after offset: Int, day: Int) throws(TimeProblem) -> Bool {
        guard syntax.weekday == nil else { return true }
        let isTime =
            tokens.isSymbol(":", offset + 1, glued: true) || tokens.isSymbol(".", offset + 1, glued: true)
            || ["am", "pm", "a", "p"].contains(tokens.word(offset + 1) ?? "")
        if isTime { return false }
        guard tokens.peek(offset + 1) == nil, syntax.time == nil, day <= 24 else { return true }
        throw problems.invalid(
            "could be martes (Tuesday) at \(day), or \(day) de marzo (March \(day))",
            hint: "write \"martes \(day):00\" or \"\(day) marzo\"")
    }

    private mutating func setDate(month: Int, day: Int) throws(TimeProblem) {
        syntax.day = .date(year: try takeYear(month: month, day: day), month: month, day: day)
    }

    /// Consumes a year after a day and a month.
    ///
    /// Four digits at the end of the text may also be a time, such as 2030.
    private mutating func takeYear(month: Int, day: Int) throws(TimeProblem) -> Int? {
        let comma = tokens.isSymbol(",") ? 1 : 0
        let of = tokens.word(comma).map { words.isOf($0) } == true ? 1 : 0
        guard let number = tokens.number(comma + of, digits: 4...4), LocalDate.acceptedYears.contains(number) else {
            return nil
        }
        let isLast = tokens.peek(comma + of + 1) == nil
        let canBeTime = comma + of == 0 && syntax.time == nil && isLast && number < 2400 && number % 100 < 60
        if canBeTime {
            guard (year - 1...year + 2).contains(number) else { return nil }
            guard !number.isMultiple(of: 5) else {
                let time = "\(number / 100):\(padded(number % 100, to: 2))"
                throw problems.invalid(
                    "could end in the year \(number) or the time \(time)",
                    hint: "write \(number)-\(padded(month, to: 2))-\(padded(day, to: 2)) for the date, or the time as "
                        + time)
            }
        }
        tokens.advance(comma + of + 1)
        return number
    }
}

extension TimePhraseGrammar {
    /// Consumes `this`, `next` or `last` with a weekday, `week` or `weekend`, or `this` with a part of the day.
    mutating func takeRelative(weeks: Int) throws(TimeProblem) -> Bool {
        let following = tokens.word(1) ?? ""
        let compound = words.compound(tokens, from: 1)
        let day: TimeSyntax.Day
        if let weekday = words.weekday(following) {
            day = weeks < 0 ? .last(weekday) : .relative(weekday, isNext: weeks > 0)
        } else {
            switch compound?.meaning ?? words.meaning(following) {
            case .week: day = .week(weeks)
            case .weekend: day = .weekend(weeks)
            case .part(let part) where weeks == 0:
                guard take(day: .offset(0)) else { return false }
                return take(part: part)
            default:
                tokens.advance()
                throw notUnderstood
            }
        }
        guard take(day: day) else { return false }
        tokens.advance(compound?.length ?? 1)
        return true
    }
}
