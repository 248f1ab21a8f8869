extension WeeklyHours {
    /// Reads weekly hours as people type them: `mon-fri 07:00-12:00 13:00-19:00; sat 08:00-12:00`.
    ///
    /// Groups are parted by semicolons. Each names its days (`mon`, `Tuesday`, `mon,wed`, `fri-mon`, `daily`), then its
    /// spans. Nothing, `none` and `closed` mean no hours at all.
    ///
    /// - Parameters:
    ///   - text: The hours of a week.
    ///   - field: What an error calls them.
    /// - Throws: `InvalidInput` where a word is no day, a clock never shows a time, a span does not end after its
    ///   beginning, or two spans of a day overlap.
    public init(parsing text: String, field: String = "hours") throws(InvalidInput) {
        guard text.utf8.count <= 2000 else {
            throw InvalidInput(field: field, problem: "are too long", hint: WeeklyHoursParser.hint)
        }
        let words = Substring(text.utf8.trimmingSpaces).lowercased()
        if ["", "none", "closed"].contains(words) {
            self = .none
            return
        }
        var spans: [Span] = []
        for group in text.split(separator: ";") {
            var parser = WeeklyHoursParser(group, field: field)
            spans += try parser.spans()
        }
        try self.init(spans, field: field)
    }
}

/// Reads one group of weekly hours, days and then spans.
struct WeeklyHoursParser {
    static let hint = "write them like \"mon-fri 07:00-12:00 13:00-19:00; sat 08:00-12:00\""

    private let group: Substring
    private let field: String
    private var cursor: Cursor

    init(_ group: Substring, field: String) {
        self.group = group
        self.field = field
        cursor = Cursor(group)
    }

    /// Takes the whole group: its days, each with all of its spans.
    mutating func spans() throws(InvalidInput) -> [WeeklyHours.Span] {
        skipSeparators()
        // A semicolon at the end leaves an empty group behind.
        if cursor.isAtEnd { return [] }
        let weekdays = try self.weekdays().sorted()
        var spans: [WeeklyHours.Span] = []
        repeat {
            spans += try nextSpan(on: weekdays)
            skipSeparators()
        } while !cursor.isAtEnd
        return spans
    }

    private mutating func weekdays() throws(InvalidInput) -> Set<Weekday> {
        var weekdays: Set<Weekday> = []
        repeat {
            try weekdays.formUnion(dayRange())
            skipSeparators()
        } while !cursor.isAtDigit && !cursor.isAtEnd
        return weekdays
    }

    private mutating func dayRange() throws(InvalidInput) -> [Weekday] {
        let word = cursor.letters()
        if word.lowercased() == "daily" { return Weekday.allCases }
        let first = try day(word)
        guard takeDash() else { return [first] }
        let last = try day(cursor.letters())
        var range = [first]
        while let day = range.last, day != last { range.append(day.next) }
        return range
    }

    private func day(_ word: String) throws(InvalidInput) -> Weekday {
        guard !word.isEmpty else { throw invalid("have no day before \(quoted(cursor.remainder))") }
        guard let day = Weekday(name: word) else { throw invalid("name an unknown day, \(quoted(word))") }
        return day
    }

    private mutating func nextSpan(on weekdays: [Weekday]) throws(InvalidInput) -> [WeeklyHours.Span] {
        guard !cursor.isAtEnd else { throw invalid("have no times in \(quoted(String(group)))") }
        let written = cursor.remainder
        guard let opens = LocalTime(reading: &cursor), takeDash(), let closes = LocalTime(reading: &cursor) else {
            throw invalid("have no span of time at \(quoted(written))")
        }
        let spans = weekdays.compactMap { WeeklyHours.Span(weekday: $0, opens: opens, closes: closes) }
        guard spans.count == weekdays.count else {
            throw invalid(
                "end no later than they begin: \(opens)-\(closes)",
                hint: "to go past midnight, end at 24:00 and begin again on the next day")
        }
        return spans
    }

    /// Takes a dash and the spaces around it; puts the spaces back where there is no dash.
    private mutating func takeDash() -> Bool {
        var ahead = cursor
        ahead.skipSpaces()
        guard ahead.take("-") else { return false }
        ahead.skipSpaces()
        cursor = ahead
        return true
    }

    private mutating func skipSeparators() {
        repeat { cursor.skipSpaces() } while cursor.take(",")
    }

    private func invalid(_ problem: String, hint: String = Self.hint) -> InvalidInput {
        InvalidInput(field: field, problem: problem, hint: hint)
    }
}
