import FoundationEssentials

/// The grammar of time phrases: reads a typed text into its parts.
struct TimePhraseGrammar {
    let words: TimeWords
    let order: DateOrder
    let problems: PhraseProblems
    /// The present year, which distinguishes a year from a time such as 2030.
    let year: Int
    private let context: TimePhraseContext
    var tokens: TimeTokens
    var syntax = TimeSyntax()
    /// The connective before the next token.
    private var connective = ""

    init(_ text: String, field: String, context: TimePhraseContext) {
        words = TimeWords(language: context.language)
        order = context.order
        problems = PhraseProblems(text: text, field: field)
        year = context.clock.date(of: context.now).year
        self.context = context
        tokens = TimeTokens(text)
    }

    /// Reads the whole text.
    mutating func read() throws(TimeProblem) -> TimeSyntax {
        guard problems.text.utf8.count <= 100 else { throw problems.invalid("is too long to be a time") }
        guard !tokens.isAtEnd else { throw problems.notUnderstood("") }
        while !tokens.isAtEnd { try component() }
        guard isComplete else { throw problems.notUnderstood("") }
        return syntax
    }

    /// Whether the parts fit together.
    private var isComplete: Bool {
        if syntax.single != nil { return true }
        if syntax.minutesFromNow != nil {
            var alone = TimeSyntax()
            alone.minutesFromNow = syntax.minutesFromNow
            return syntax == alone
        }
        guard syntax.time == nil || syntax.bounds == nil, syntax.zone == nil || syntax.time != nil else { return false }
        switch syntax.day {
        case .every, .week, .weekend: return syntax.time == nil && syntax.weekday == nil
        case .relative, .last: return syntax.weekday == nil
        case .date, .offset: return true
        case nil:
            return syntax.weekday != nil || syntax.time != nil || syntax.part != nil || syntax.bounds != nil
        }
    }

    private mutating func component() throws(TimeProblem) {
        if try takeNumber() { return }
        if try takeZone() { return }
        if try takeWord() { return }
        if try takeSymbol() { return }
        throw notUnderstood
    }

    var notUnderstood: TimeProblem { problems.notUnderstood(tokens.chunk) }

    private mutating func takeNumber() throws(TimeProblem) -> Bool {
        guard tokens.peek()?.number != nil else { return false }
        if try takeWrittenDate() { return true }
        if takeTimeAgo() { return true }
        guard syntax.time == nil, let time = try clockReading() else { return false }
        syntax.time = time
        return true
    }

    mutating func clockReading() throws(TimeProblem) -> ClockReading? {
        do { return try tokens.clockReading() } catch { throw problems.impossibleTime }
    }

    private mutating func takeSymbol() throws(TimeProblem) -> Bool {
        if tokens.take(symbol: "+") {
            guard takeLength(sign: 1) else { throw notUnderstood }
            return true
        }
        guard tokens.isSymbol(",") || tokens.isSymbol("@"), tokens.position > 0, tokens.peek(1) != nil else {
            return false
        }
        tokens.advance()
        return true
    }
}

extension TimePhraseGrammar {
    private mutating func takeWord() throws(TimeProblem) -> Bool {
        guard let word = tokens.word() else { return false }
        if let compound = words.compound(tokens) { return takeCompound(compound.meaning, length: compound.length) }
        if try takeNamedDate(word) { return true }
        guard let meaning = words.meaning(word) else { return try takePluralWeekday(word) }
        let previous = connective
        connective = ""
        switch meaning {
        case .now, .soonest: return takeSingle(meaning == .now ? .now : .soonest)
        case .this, .next, .last: return try takeRelative(weeks: meaning == .next ? 1 : meaning == .last ? -1 : 0)
        case .day(let days): return takeDay(days, isMorning: word == "manana" && (previous == "la" || hasDay))
        case .tonight: return take(day: .offset(0)) && take(part: .evening, words: 0)
        case .part(let part): return take(part: part)
        case .everyPart(let part): return takeEvery(part)
        case .weekend: return take(day: isBeforePlural ? .every([.saturday, .sunday]) : .weekend(0))
        case .days(let days): return take(day: .every(days))
        case .noon: return takeNoon()
        case .midnight: return take(time: .midnight)
        case .after, .before: return try takeBound(isAfter: meaning == .after)
        case .ahead: return takeAhead()
        case .connective: return take(connective: word)
        case .week, .ago: return false
        }
    }

    /// Whether `mornings` or another part of several days follows the next word.
    private var isBeforePlural: Bool {
        if case .everyPart = tokens.word(1).flatMap({ words.meaning($0) }) { true } else { false }
    }

    /// Consumes `fin de semana` and other days of several words.
    private mutating func takeCompound(_ meaning: TimeWords.Meaning, length: Int) -> Bool {
        guard syntax.day == nil else { return false }
        tokens.advance(length - 1)
        connective = ""
        if case .days(let days) = meaning { return take(day: .every(days)) }
        return take(day: .weekend(0))
    }

    private var hasDay: Bool { syntax.day != nil || syntax.weekday != nil }

    private mutating func takeSingle(_ single: TimeSyntax.Single) -> Bool {
        guard syntax.isEmpty, tokens.peek(1) == nil else { return false }
        tokens.advance()
        syntax.single = single
        return true
    }

    mutating func take(day: TimeSyntax.Day) -> Bool {
        guard syntax.day == nil else { return false }
        tokens.advance()
        syntax.day = day
        return true
    }

    private mutating func takeDay(_ days: Int, isMorning: Bool) -> Bool {
        isMorning ? take(part: .morning) : take(day: .offset(days))
    }

    mutating func take(part: DayPart, words: Int = 1) -> Bool {
        guard syntax.part == nil else { return false }
        tokens.advance(words)
        syntax.part = part
        return true
    }

    private mutating func take(time: ClockReading) -> Bool {
        guard syntax.time == nil else { return false }
        tokens.advance()
        syntax.time = time
        return true
    }

    /// Consumes `noon`, also after a 12.
    private mutating func takeNoon() -> Bool {
        if case .open(am: 0, pm: 12 * 3600, fallback: nil) = syntax.time?.seconds { syntax.time = nil }
        return take(time: .noon)
    }

    private mutating func take(connective word: String) -> Bool {
        guard tokens.peek(1) != nil else { return false }
        connective = word
        tokens.advance()
        return true
    }

    /// Consumes `mornings`, of every day, or of the days, the week or the weekend before it.
    private mutating func takeEvery(_ part: DayPart) -> Bool {
        if syntax.day == nil {
            syntax.day = .every(syntax.weekday.map { [$0] } ?? Set(Weekday.allCases))
            syntax.weekday = nil
        }
        switch syntax.day {
        case .every, .week, .weekend: return take(part: part)
        case .date, .offset, .relative, .last, nil: return false
        }
    }

    /// Consumes `tuesdays`.
    private mutating func takePluralWeekday(_ word: String) throws(TimeProblem) -> Bool {
        guard word.hasSuffix("s"), let weekday = Weekday(name: word.dropLast()), weekday.fullName + "s" == word else {
            return false
        }
        return take(day: .every([weekday]))
    }

    /// Consumes `after 5` or `before noon`.
    private mutating func takeBound(isAfter: Bool) throws(TimeProblem) -> Bool {
        tokens.advance()
        while let word = tokens.word(), words.meaning(word) == .connective { tokens.advance() }
        let meaning = tokens.word().flatMap { words.meaning($0) }
        let limit: ClockReading
        if meaning == .noon || meaning == .midnight {
            tokens.advance()
            limit = meaning == .noon ? .noon : .midnight
        } else {
            guard let time = try clockReading() else { throw notUnderstood }
            limit = time
        }
        var bounds = syntax.bounds ?? TimeSyntax.Bounds()
        guard (isAfter ? bounds.after : bounds.before) == nil else { return false }
        if isAfter { bounds.after = limit } else { bounds.before = limit }
        syntax.bounds = bounds
        return true
    }
}

extension TimePhraseGrammar {
    /// Consumes `z`, `utc`, `-08:00`, `-0800`, `-08` or an abbreviation after a time.
    private mutating func takeZone() throws(TimeProblem) -> Bool {
        guard syntax.time != nil, syntax.zone == nil else { return false }
        if let word = tokens.word() {
            let isUTC = word == "z" || word == "utc"
            guard isUTC || (words.weekday(word) == nil && context.isZone(word)) else { return false }
            tokens.advance()
            syntax.zone = isUTC ? .offset(seconds: 0) : .abbreviation(word.uppercased())
            return true
        }
        // Only after an ISO date: elsewhere, 9-11 is a range of hours.
        let isEast = tokens.isSymbol("+")
        guard syntax.isISO, isEast || tokens.isSymbol("-"), let offset = offset() else { return false }
        syntax.zone = .offset(seconds: isEast ? offset : -offset)
        return true
    }

    /// Consumes a sign and the seconds of an offset from UTC.
    private mutating func offset() -> Int? {
        var (hours, minutes, length) = (0, 0, 2)
        if let compact = tokens.number(1, digits: 4...4, glued: true) {
            (hours, minutes) = (compact / 100, compact % 100)
        } else {
            guard let number = tokens.number(1, digits: 2...2, glued: true) else { return nil }
            hours = number
            if tokens.isSymbol(":", 2, glued: true) {
                guard let rest = tokens.number(3, digits: 2...2, glued: true) else { return nil }
                (minutes, length) = (rest, 4)
            }
        }
        guard hours < 24, minutes < 60, tokens.word(length, glued: true) == nil else { return nil }
        tokens.advance(length)
        return (hours * 60 + minutes) * 60
    }

    /// Consumes `in 2 hours`, or the `in` of `in the morning`.
    private mutating func takeAhead() -> Bool {
        let next = tokens.word(1)
        if let next, words.meaning(next) == .connective { return take(connective: "in") }
        tokens.advance()
        return takeLength(sign: 1)
    }

    /// Consumes `3 days ago`.
    private mutating func takeTimeAgo() -> Bool {
        guard let length = length()?.tokens, let word = tokens.word(length), words.meaning(word) == .ago else {
            return false
        }
        guard takeLength(sign: -1) else { return false }
        tokens.advance()
        return true
    }

    /// Consumes a length of time from now: days and weeks as a date, anything else as an instant.
    private mutating func takeLength(sign: Int) -> Bool {
        guard syntax.day == nil, syntax.minutesFromNow == nil, let length = length() else { return false }
        tokens.advance(length.tokens)
        if length.isInDays, !length.minutes.isMultiple(of: 1440 * 10_000) {
            syntax.day = .offset(sign * length.minutes / 1440)
        } else {
            syntax.minutesFromNow = sign * length.minutes
        }
        return true
    }

    /// Returns the minutes of a length of time that follows, its number of tokens, and whether it is in days or weeks.
    private func length() -> (minutes: Int, tokens: Int, isInDays: Bool)? {
        var (minutes, count, isInDays) = (0, 0, true)
        while let number = tokens.number(count, digits: 1...6), let word = tokens.word(count + 1),
            let unit = words.unit(word)
        {
            minutes += number * unit
            count += 2
            isInDays = isInDays && unit.isMultiple(of: 1440)
        }
        return count > 0 && minutes <= DurationInput.longest ? (minutes, count, isInDays) : nil
    }
}
