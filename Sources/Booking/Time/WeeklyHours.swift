/// Weekly recurring hours in local time: `mon-fri 07:00-12:00 13:00-19:00; sat 08:00-12:00`.
public struct WeeklyHours: Hashable, Sendable {
    /// The spans, by weekday and opening time.
    ///
    /// The spans of a day do not overlap, but may be adjacent.
    public let spans: [Span]

    /// Weekly hours without any span.
    public static let none = WeeklyHours(sorted: [])

    /// Creates weekly hours from spans in any order.
    ///
    /// - Parameters:
    ///   - spans: The spans of a week.
    ///   - field: The name of the field in an error.
    /// - Throws: `InvalidInput` if two spans overlap; it names both.
    public init(_ spans: some Sequence<Span>, field: String = "hours") throws(InvalidInput) {
        let sorted = spans.sorted()
        for (earlier, later) in zip(sorted, sorted.dropFirst())
        where earlier.weekday == later.weekday && later.opens < earlier.closes {
            throw InvalidInput(
                field: field, problem: "overlap: \(earlier) and \(later)", hint: "write hours that do not overlap")
        }
        self.spans = sorted
    }

    /// Returns the spans of one weekday, by opening time.
    ///
    /// - Parameter weekday: The day of the week.
    /// - Returns: The spans; empty for a day without hours.
    public func spans(on weekday: Weekday) -> [Span] { spans.filter { $0.weekday == weekday } }

    private init(sorted spans: [Span]) {
        self.spans = spans
    }
}

extension WeeklyHours {
    /// A period of one weekday.
    public struct Span: Hashable, Comparable, Sendable, CustomStringConvertible {
        /// The day of the week.
        public let weekday: Weekday
        /// The opening time.
        public let opens: LocalTime
        /// The closing time, exclusive: later than `opens`, at most 24:00.
        public let closes: LocalTime

        /// Creates a span; returns `nil` if it does not end after its start.
        public init?(weekday: Weekday, opens: LocalTime, closes: LocalTime) {
            guard opens < closes else { return nil }
            self.weekday = weekday
            self.opens = opens
            self.closes = closes
        }

        /// The span in input format: `mon 07:00-12:00`.
        public var description: String { "\(weekday) \(opens)-\(closes)" }

        /// Orders spans by weekday, then by opening, then by closing time.
        public static func < (left: Span, right: Span) -> Bool {
            (left.weekday, left.opens, left.closes) < (right.weekday, right.opens, right.closes)
        }
    }
}

extension WeeklyHours: CustomStringConvertible {
    /// The hours in input format, with days of equal hours grouped; `none` if there are no spans.
    public var description: String {
        let texts = Dictionary(grouping: spans, by: \.weekday).mapValues { spans in
            spans.map { "\($0.opens)-\($0.closes)" }.joined(separator: " ")
        }
        let groups = Dictionary(grouping: texts.keys.sorted()) { texts[$0] }
        let lines = groups.sorted { $0.value[0] < $1.value[0] }.map { hours, days in
            "\(WeeklyHours.list(days)) \(hours ?? "")"
        }
        return lines.isEmpty ? "none" : lines.joined(separator: "; ")
    }

    /// Returns days in input format: three or more consecutive days as `mon-fri`, others separated by commas.
    private static func list(_ days: [Weekday]) -> String {
        var runs: [[Weekday]] = []
        for day in days {
            if let last = runs.last?.last, last.rawValue + 1 == day.rawValue {
                runs[runs.count - 1].append(day)
            } else {
                runs.append([day])
            }
        }
        let names = runs.flatMap { run in
            run.count > 2 ? ["\(run[0])-\(run[run.count - 1])"] : run.map(\.name)
        }
        return names.joined(separator: ",")
    }
}

extension WeeklyHours {
    /// Parses weekly hours: `mon-fri 07:00-12:00 13:00-19:00; sat 08:00-12:00`.
    ///
    /// Groups are separated by semicolons. Each group has days (`mon`, `Tuesday`, `mon,wed`, `fri-mon`, `daily`), then
    /// spans. An empty text, `none` and `closed` mean no hours.
    ///
    /// - Parameters:
    ///   - text: The weekly hours.
    ///   - field: The name of the field in an error.
    /// - Throws: `InvalidInput` if a word is not a day, a time is not valid, a span does not end after its start, or
    ///   two spans of a day overlap.
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

/// A parser of one group of weekly hours: days, then spans.
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

    /// Parses the whole group; returns every span for each of its days.
    mutating func spans() throws(InvalidInput) -> [WeeklyHours.Span] {
        skipSeparators()
        // A trailing semicolon produces an empty group.
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

    /// Consumes a dash and the spaces around it; consumes nothing if there is no dash.
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
