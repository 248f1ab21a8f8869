extension WeeklyHours {
    /// Parses weekly hours: `mon-fri 07:00-12:00 13:00-19:00; sat 08:00-12:00`, `weekdays 9-5`, `sat 7am-noon`.
    ///
    /// Groups are separated by semicolons, or by a comma before the days of the next one. Each group has days (`mon`, `Tuesday`, `mon,wed`, `fri-mon`, `weekdays`,
    /// `weekends`, `daily`), then spans; without days, the spans apply every day. An empty text, `none` and `closed`
    /// mean no hours.
    ///
    /// - Parameters:
    ///   - text: The weekly hours.
    ///   - field: The name of the field in an error.
    ///   - language: The language of the names of days.
    /// - Throws: `InvalidInput` if a word is not a day, a time is not valid or has two readings, a span does not end
    ///   after its start, or two spans of a day overlap.
    public init(
        parsing text: String, field: String = "hours", language: PhraseLanguage = .english
    ) throws(InvalidInput) {
        guard text.utf8.count <= 2000 else {
            throw InvalidInput(field: field, problem: "are too long", hint: WeeklyHoursParser.hint)
        }
        let words = Substring(text.utf8.trimmingSpaces).lowercased()
        if ["", "none", "closed"].contains(words) {
            self = .none
            return
        }
        var spans: [WeeklyHours.Span] = []
        for group in text.split(separator: ";") {
            var parser = WeeklyHoursParser(group, field: field, language: language)
            spans += try parser.spans()
        }
        try self.init(spans, field: field)
    }
}

extension Weekday {
    /// Parses days of the week: `thu,fri`, `mon-wed`, `weekdays` or `weekends`.
    ///
    /// - Parameters:
    ///   - text: The days.
    ///   - language: The language of the names of days.
    /// - Returns: The days; `nil` if the text has no day or anything else.
    public static func days(parsing text: String, language: PhraseLanguage = .english) -> Set<Weekday>? {
        var parser = WeeklyHoursParser(Substring(text), field: "days", language: language)
        return parser.daysOnly()
    }
}

/// A parser of groups of weekly hours without semicolons: days, then spans.
struct WeeklyHoursParser {
    static let hint = "write them like \"mon-fri 07:00-12:00 13:00-19:00; sat 08:00-12:00\" or \"weekdays 9am-5pm\""

    private let group: Substring
    private let field: String
    private let words: TimeWords
    private var tokens: TimeTokens

    init(_ group: Substring, field: String, language: PhraseLanguage) {
        self.group = group
        self.field = field
        words = TimeWords(language: language)
        tokens = TimeTokens(String(group))
    }

    /// Parses the whole text; returns every span for each of its days.
    mutating func spans() throws(InvalidInput) -> [WeeklyHours.Span] {
        skipSeparators()
        // A trailing semicolon produces an empty group.
        if tokens.isAtEnd { return [] }
        var weekdays = isAtTime ? Weekday.allCases : try self.weekdays().sorted()
        var spans = try nextSpan(on: weekdays)
        while true {
            let isSeparated = skipSeparators()
            if tokens.isAtEnd { return spans }
            // In "mon-thu 9-5, fri 9-12", the comma separates groups.
            if isSeparated, !isAtTime { weekdays = try self.weekdays().sorted() }
            spans += try nextSpan(on: weekdays)
        }
    }

    private var isAtTime: Bool { tokens.peek()?.number != nil || namedTime != nil }

    /// The time that a word names: `noon` or `midnight`.
    private var namedTime: ClockReading? {
        switch tokens.word().flatMap({ words.meaning($0) }) {
        case .noon: .noon
        case .midnight: .midnight
        default: nil
        }
    }

    private mutating func weekdays() throws(InvalidInput) -> Set<Weekday> {
        var weekdays: Set<Weekday> = []
        repeat {
            try weekdays.formUnion(dayRange())
            skipSeparators()
        } while !isAtTime && !tokens.isAtEnd
        return weekdays
    }

    /// Parses a group that consists of days; returns `nil` for any other text.
    mutating func daysOnly() -> Set<Weekday>? {
        skipSeparators()
        guard !tokens.isAtEnd, !isAtTime, let days = try? weekdays(), tokens.isAtEnd else { return nil }
        return days
    }

    private mutating func dayRange() throws(InvalidInput) -> Set<Weekday> {
        if let word = tokens.word() {
            let compound = words.compound(tokens)
            tokens.advance((compound?.length ?? 1) - 1)
            switch compound?.meaning ?? words.meaning(word) {
            case .days(let days):
                tokens.advance()
                return days
            case .weekend:
                tokens.advance()
                return [.saturday, .sunday]
            default: break
            }
        }
        let first = try day()
        guard takeDash() else { return [first] }
        let last = try day()
        var range: [Weekday] = [first]
        while let day = range.last, day != last { range.append(day.next) }
        return Set(range)
    }

    private mutating func day() throws(InvalidInput) -> Weekday {
        guard let word = tokens.word() else { throw invalid("have no day before \(quoted(tokens.remainder))") }
        guard let day = words.weekday(word) else {
            throw invalid("name an unknown day, \(quoted(tokens.peek()?.typed ?? word))")
        }
        tokens.advance()
        _ = tokens.take(symbol: ".", glued: true)
        return day
    }

    /// Consumes a dash or `to`; returns whether there was one.
    private mutating func takeDash() -> Bool {
        tokens.take(symbol: "-") || tokens.take(word: "to") || (words.language == .spanish && tokens.take(word: "a"))
    }

    /// Consumes commas; returns whether there was one.
    @discardableResult
    private mutating func skipSeparators() -> Bool {
        guard tokens.take(symbol: ",") else { return false }
        while tokens.take(symbol: ",") {}
        return true
    }

    private func invalid(_ problem: String, hint: String = Self.hint) -> InvalidInput {
        InvalidInput(field: field, problem: problem, hint: hint)
    }
}

extension WeeklyHoursParser {
    private mutating func nextSpan(on weekdays: [Weekday]) throws(InvalidInput) -> [WeeklyHours.Span] {
        guard !tokens.isAtEnd else { throw invalid("have no times in \(quoted(String(group)))") }
        let written = tokens.remainder
        let number = tokens.peek()?.number ?? 0
        let is24Hour = (number > 99 ? number / 100 : number) > 12
        guard let start = time(), takeDash(), let end = time() else {
            throw invalid("have no span of time at \(quoted(written))")
        }
        let (opens, closes) = try choose(readings(start, end, is24Hour: is24Hour), written: written)
        return weekdays.compactMap { WeeklyHours.Span(weekday: $0, opens: opens, closes: closes) }
    }

    private mutating func time() -> ClockReading? {
        if let named = namedTime {
            tokens.advance()
            return named
        }
        return try? tokens.clockReading()
    }

    /// Returns the readings of a span on the 24-hour clock, in minutes; those that do not end after their start too.
    ///
    /// A bare 12 is noon, and a span does not begin at a bare hour from 1 AM to 4 AM. After a start on the 24-hour clock,
    /// such as 17:00, the end is on that clock too.
    private func readings(
        _ start: ClockReading, _ end: ClockReading, is24Hour: Bool
    ) -> [(opens: Int, closes: Int)] {
        let opens: [Int]
        switch start.seconds {
        case .midnight: opens = [0]
        case .exact(let second): opens = [second / 60]
        case .open(let am, let pm, nil): opens = am == 0 || am < 5 * 3600 ? [pm / 60] : [am / 60, pm / 60]
        case .open(_, _, let fallback?): opens = [fallback / 60]
        }
        return opens.flatMap { opens in
            closings(of: end, after: opens, is24Hour: is24Hour).map { (opens: opens, closes: $0) }
        }
    }

    private func closings(of end: ClockReading, after opens: Int, is24Hour: Bool) -> [Int] {
        switch end.seconds {
        case .midnight, .exact(0): [1440]
        case .exact(let second): [second / 60]
        case .open(let am, let pm, _) where is24Hour: [am == 0 ? pm / 60 : am / 60]
        case .open(let am, let pm, nil): am == 0 ? [pm / 60] : [am / 60, pm / 60]
        case .open(_, let pm, let fallback?): [fallback / 60 > opens ? fallback / 60 : pm / 60]
        }
    }

    private func choose(
        _ readings: [(opens: Int, closes: Int)], written: String
    ) throws(InvalidInput) -> (opens: LocalTime, closes: LocalTime) {
        let valid = readings.filter { $0.opens < $0.closes }
        guard valid.count < 2 else {
            let texts = valid.map { "\(text($0.opens))-\(text($0.closes))" }
            let choice = texts.dropLast().joined(separator: ", ") + " or " + texts[texts.count - 1]
            throw invalid("are ambiguous at \(quoted(written)): \(choice)?", hint: "write \(choice)")
        }
        guard let first = valid.first ?? readings.first, let opens = LocalTime(minutes: first.opens),
            let closes = LocalTime(minutes: first.closes)
        else { throw invalid("have no span of time at \(quoted(written))") }
        guard opens < closes else {
            throw invalid(
                "end no later than they begin: \(opens)-\(closes)",
                hint: "to go past midnight, end at 24:00 and begin again on the next day")
        }
        return (opens, closes)
    }

    /// Returns a time on the 12-hour clock, as it can be typed: `9am`, `12:30pm`.
    private func text(_ minutes: Int) -> String {
        let minute = minutes % 60 == 0 ? "" : ":\(padded(minutes % 60, to: 2))"
        return "\((minutes / 60 + 11) % 12 + 1)\(minute)\(minutes % 1440 < 720 ? "am" : "pm")"
    }
}
