import FoundationEssentials

/// A parser of one time phrase: a day, an optional time, and an optional zone.
struct TimePhraseParser {
    private let text: String
    private let field: String
    private let clock: StudioClock
    private let now: Date
    private let role: TimePhrase.Role
    private var cursor: Cursor

    init(_ text: String, field: String, clock: StudioClock, now: Date, role: TimePhrase.Role) {
        self.text = text
        self.field = field
        self.clock = clock
        self.now = now
        self.role = role
        cursor = Cursor(Substring(text.utf8.trimmingSpaces).lowercased())
    }

    mutating func phrase() throws(TimeProblem) -> TimePhrase {
        guard text.utf8.count <= 100 else { throw invalid("\(quoted(text)) is too long to be a time") }
        return cursor.isAtDigit ? try writtenDate() : try namedDay()
    }

    private mutating func writtenDate() throws(TimeProblem) -> TimePhrase {
        guard let fields = CalendarFields(reading: &cursor) else { throw misreadNumber() }
        let date: LocalDate
        do { date = try fields.date(field: field) } catch { throw .invalid(error) }
        if cursor.isAtEnd { return .day(date) }
        guard cursor.take("t") || cursor.take(" ") else { throw notUnderstood(cursor.remainder) }
        let second = try timeOfDay(endingPhrase: false)
        cursor.skipSpaces()
        return .instant(try instant(date, second, zone()))
    }

    private mutating func namedDay() throws(TimeProblem) -> TimePhrase {
        let written = cursor.remainder
        let word = cursor.letters()
        if word == "now", cursor.isAtEnd { return .instant(now) }
        let today = clock.date(of: now)
        let dates: [LocalDate]
        switch word {
        case "yesterday": dates = [today.adding(days: -1)]
        case "today": dates = [today]
        case "tomorrow": dates = [today.adding(days: 1)]
        case "next", "this":
            throw ambiguousWeekday(of: word, today)
        default:
            guard let weekday = Weekday(name: word) else {
                throw notUnderstood(word.isEmpty ? written : word)
            }
            let ahead = floorModulo(weekday.rawValue - today.weekday.rawValue, 7)
            dates = ahead == 0 ? [today, today.adding(days: 7)] : [today.adding(days: ahead)]
        }
        if cursor.isAtEnd { return .day(dates[0]) }
        guard cursor.take(" ") else { throw notUnderstood(cursor.remainder) }
        return .instant(try firstAhead(dates, timeOfDay(endingPhrase: true)))
    }

    /// Returns the time on the first of the dates, or on the second if the first has passed.
    private func firstAhead(_ dates: [LocalDate], _ second: Int) throws(TimeProblem) -> Date {
        if dates.count > 1, hasPassed(dates[0], second) { return try instant(dates[1], second, nil) }
        return try instant(dates[0], second, nil)
    }

    private func hasPassed(_ date: LocalDate, _ second: Int) -> Bool {
        switch clock.resolve(date, secondOfDay: second) {
        case .instant(let instant): instant <= now
        case .missing(_, let after): after <= now
        case .ambiguous(_, let second): second <= now
        }
    }
}

extension TimePhraseParser {
    /// Consumes `9am`, `9:30 pm`, `14:30`, `14:30:05` or `noon`; returns seconds after midnight.
    private mutating func timeOfDay(endingPhrase: Bool) throws(TimeProblem) -> Int {
        cursor.skipSpaces()
        guard let hour = cursor.digits(1...2) else { return try namedTime() }
        let written = "\(hour)\(cursor.remainder)"
        let isBare = !cursor.take(":")
        let minutes = isBare ? 0 : try twoDigits()
        let seconds = !isBare && cursor.take(":") ? try wholeSeconds() : 0
        let hours = try hourOfDay(hour, isBare: isBare, written: written)
        if endingPhrase, !cursor.isAtEnd { throw notUnderstood(cursor.remainder) }
        return try secondOfDay(hours, minutes, seconds)
    }

    private mutating func twoDigits() throws(TimeProblem) -> Int {
        guard let number = cursor.digits(2...2) else { throw impossibleTime() }
        return number
    }

    /// Consumes seconds and an optional fraction, which is ignored.
    private mutating func wholeSeconds() throws(TimeProblem) -> Int {
        let seconds = try twoDigits()
        guard !cursor.take(".") || cursor.digits(1...9) != nil else { throw impossibleTime() }
        return seconds
    }

    private mutating func namedTime() throws(TimeProblem) -> Int {
        let written = cursor.remainder
        guard cursor.letters() == "noon", cursor.isAtEnd else { throw notUnderstood(written) }
        return 12 * 3600
    }

    /// Consumes an optional `am` or `pm`; returns the hour of the 24-hour clock.
    private mutating func hourOfDay(_ hour: Int, isBare: Bool, written: String) throws(TimeProblem) -> Int {
        var ahead = cursor
        ahead.skipSpaces()
        let word = ahead.letters()
        guard word == "am" || word == "pm" else {
            guard isBare else { return hour }
            guard ahead.isAtEnd, word.isEmpty, hour <= 12 else { throw notUnderstood(written) }
            throw invalid(
                "\(quoted(text)) is ambiguous: \(hour) AM or \(hour) PM?",
                hint: "write \(hour)am or \(hour)pm")
        }
        cursor = ahead
        guard (1...12).contains(hour) else { throw impossibleTime() }
        return hour % 12 + (word == "pm" ? 12 : 0)
    }

    private func secondOfDay(_ hours: Int, _ minutes: Int, _ seconds: Int) throws(TimeProblem) -> Int {
        if hours == 24, minutes == 0, seconds == 0 {
            guard role == .end else {
                throw invalid("\(quoted(text)) is the end of a day", hint: "write 00:00 of the next day")
            }
        } else if hours > 23 || minutes > 59 || seconds > 59 {
            throw impossibleTime()
        }
        return hours * 3600 + minutes * 60 + seconds
    }
}

extension TimePhraseParser {
    /// The zone in a phrase, which distinguishes two occurrences of a local time.
    private enum Zone {
        case offset(seconds: Int)
        case abbreviation(String)
    }

    /// Consumes `z`, `utc`, `-08:00`, `-0800`, `-08`, or an abbreviation, at the end of the text.
    private mutating func zone() throws(TimeProblem) -> Zone? {
        if cursor.isAtEnd { return nil }
        let word = cursor.letters()
        if !word.isEmpty {
            guard cursor.isAtEnd else { throw notUnderstood(cursor.remainder) }
            return word == "z" || word == "utc" ? .offset(seconds: 0) : .abbreviation(word.uppercased())
        }
        let written = cursor.remainder
        let isEast = cursor.take("+")
        guard isEast || cursor.take("-"), let (hours, minutes) = offsetFields(), hours < 24, minutes < 60,
            cursor.isAtEnd
        else { throw notUnderstood(written) }
        return .offset(seconds: (hours * 60 + minutes) * (isEast ? 60 : -60))
    }

    private mutating func offsetFields() -> (hours: Int, minutes: Int)? {
        if let compact = cursor.digits(4...4) { return (compact / 100, compact % 100) }
        guard let hours = cursor.digits(2...2) else { return nil }
        guard cursor.take(":") else { return (hours, 0) }
        return cursor.digits(2...2).map { (hours, $0) }
    }

    private func instant(_ date: LocalDate, _ second: Int, _ zone: Zone?) throws(TimeProblem) -> Date {
        if case .offset(let offset) = zone { return Date(date, secondOfDay: second, offset: offset) }
        let local = StudioClock.wallText(date, secondOfDay: second)
        switch (clock.resolve(date, secondOfDay: second), zone) {
        case (.missing(let before, let after), _):
            throw .missing(local: local, before: before, after: after)
        case (.instant(let instant), .abbreviation(let name)):
            return try choose(name, among: [instant])
        case (.ambiguous(let first, let second), .abbreviation(let name)):
            return try choose(name, among: [first, second])
        case (.instant(let instant), _):
            return instant
        case (.ambiguous(let first, let second), _):
            throw .ambiguous(local: local, first: first, second: second)
        }
    }

    private func choose(_ name: String, among instants: [Date]) throws(TimeProblem) -> Date {
        if let instant = instants.first(where: { clock.abbreviation($0).uppercased() == name }) { return instant }
        throw invalid(
            "\(quoted(text)) is in another zone than \(clock.identifier)",
            hint: "leave the zone away, or write an offset, like \"\(clock.textWithOffset(instants[0]))\"")
    }
}

extension TimePhraseParser {
    private func invalid(_ problem: String, hint: String = hint) -> TimeProblem {
        .invalid(InvalidInput(field: field, problem: problem, hint: hint))
    }

    private static let hint = "write it like \"2026-12-01 09:00\", \"tomorrow 9am\" or \"tue 14:30\""

    /// Returns an error that names the part of the text that was not understood.
    private func notUnderstood(_ part: String) -> TimeProblem {
        let part = String(Substring(part.utf8.trimmingSpaces))
        let whole = String(Substring(text.utf8.trimmingSpaces)).lowercased()
        guard !part.isEmpty, part != whole else { return invalid("\(quoted(text)) is not a time") }
        return invalid("\(quoted(text)) is not a time: \(quoted(part)) was not understood")
    }

    /// Returns an error that names the two dates that `this` or `next` with a weekday can mean.
    private mutating func ambiguousWeekday(of word: String, _ today: LocalDate) -> TimeProblem {
        cursor.skipSpaces()
        let following = cursor.letters()
        guard let weekday = Weekday(name: following) else {
            return notUnderstood(following.isEmpty ? word : "\(word) \(following)")
        }
        let ahead = floorModulo(weekday.rawValue - today.weekday.rawValue, 7)
        let first = today.adding(days: ahead == 0 ? 7 : ahead)
        return invalid(
            "\(quoted(text)) could be \(first) or \(first.adding(days: 7))",
            hint: "write the date, or \(weekday.name) for \(today.adding(days: ahead))")
    }

    private func impossibleTime() -> TimeProblem { invalid("\(quoted(text)) has a time that no clock shows") }

    /// Returns the error for a text that begins with a digit and is not a date.
    ///
    /// The text is a time without a day, or a date in another format.
    private func misreadNumber() -> TimeProblem {
        var ahead = cursor
        let hasHour = ahead.digits(1...2) != nil
        ahead.skipSpaces()
        let isTime = hasHour && (ahead.isAtEnd || ahead.take(":") || ["am", "pm"].contains(ahead.letters()))
        guard isTime else { return notUnderstood(cursor.remainder.split(separator: " ").first.map(String.init) ?? "") }
        return invalid("\(quoted(text)) has no day", hint: "write the day before it, like \"tomorrow 9am\"")
    }
}
