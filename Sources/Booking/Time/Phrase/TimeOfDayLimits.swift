/// The limits of a time of day that are typed as two texts, such as `5` and `8`.
public struct TimeOfDayLimits: Hashable, Sendable {
    /// A typed limit.
    public struct Text: Sendable {
        let text: String
        let field: String

        /// Creates a limit.
        ///
        /// - Parameters:
        ///   - text: The input, such as `5pm`.
        ///   - field: The name of the field in an error.
        public init(_ text: String, field: String) {
            self.text = text
            self.field = field
        }
    }

    /// The earliest time.
    public let after: LocalTime?
    /// The latest time, exclusive.
    public let before: LocalTime?

    /// Parses the limits; both are in the half of the day that is within working hours.
    ///
    /// - Parameters:
    ///   - after: The earliest time.
    ///   - before: The latest time, exclusive. The result may be before the earliest time.
    ///   - weekdays: The days whose working hours decide; `nil` for all days.
    ///   - context: The clock, the present time and the working hours.
    /// - Throws: `TimeProblem` if a text cannot be parsed, or the working hours do not decide on its half of the day.
    public init(
        after: Text?, before: Text?, weekdays: Set<Weekday>? = nil, in context: TimePhraseContext
    ) throws(TimeProblem) {
        let first = try after.map { text throws(TimeProblem) in try Limit(text, isEnd: false, in: context) }
        let last = try before.map { text throws(TimeProblem) in try Limit(text, isEnd: true, in: context) }
        guard let limit = first ?? last else {
            (self.after, self.before) = (nil, nil)
            return
        }
        let ranges = Limit.minutes(of: first).flatMap { from in
            Limit.minutes(of: last).map { LimitRange(from: from, until: $0) }
        }
        let forward = ranges.filter(\.isForward)
        let hours = LimitHours(hours: context.workingHours, weekdays: weekdays ?? Set(Weekday.allCases))
        let written = forward.filter { first?.canBeWritten($0.from) != false && last?.canBeWritten($0.until) != false }
        guard let range = hours.choice(among: forward.isEmpty ? ranges.suffix(1) : forward) ?? written.only else {
            throw (limit.isOpen ? limit : last ?? limit).ambiguous
        }
        self.after = range.from.flatMap { LocalTime(minutes: $0) }
        self.before = range.until.flatMap { LocalTime(minutes: $0) }
    }
}

/// One limit, with the minutes after midnight that its text can mean.
private struct Limit {
    let minutes: [Int]
    /// The minute on the 24-hour clock, if the text leaves open the half of the day but has minutes.
    private var fallback: Int?
    private let problems: PhraseProblems

    init(_ typed: TimeOfDayLimits.Text, isEnd: Bool, in context: TimePhraseContext) throws(TimeProblem) {
        problems = PhraseProblems(text: typed.text, field: typed.field)
        var grammar = TimePhraseGrammar(typed.text, field: typed.field, context: context)
        let syntax = try grammar.read()
        var alone = TimeSyntax()
        alone.time = syntax.time
        guard let time = syntax.time, syntax == alone else {
            let instant = try TimePhrase.instant(typed.text, field: typed.field, in: context)
            minutes = [context.clock.time(of: instant).minutes]
            return
        }
        switch time.seconds {
        case .exact(let second): minutes = [second / 60]
        case .midnight: minutes = [isEnd ? 1440 : 0]
        case .open(let am, let pm, let second):
            minutes = [am / 60, pm / 60]
            fallback = second.map { $0 / 60 }
        }
    }

    var isOpen: Bool { minutes.count > 1 }

    /// Returns the minutes of a limit; one absent value without a limit.
    static func minutes(of limit: Limit?) -> [Int?] { limit.map { $0.minutes.map { $0 } } ?? [nil] }

    /// Returns whether the limit is this minute without a choice of the half of the day.
    func canBeWritten(_ minute: Int?) -> Bool { !isOpen || minute == fallback }

    var ambiguous: TimeProblem {
        let texts = minutes.map { minute in
            let (hour, rest) = (minute / 60, minute % 60)
            return "\((hour + 11) % 12 + 1)\(rest == 0 ? "" : ":\(padded(rest, to: 2))")\(hour % 24 < 12 ? "am" : "pm")"
        }
        return problems.invalid(
            "is ambiguous: " + texts.joined(separator: " or ") + "?", hint: "write " + texts.joined(separator: " or "))
    }
}

/// A range of minutes after midnight; without a limit, from the beginning or until the end of the day.
private struct LimitRange: Equatable {
    let from: Int?
    let until: Int?

    var isForward: Bool { (from ?? -1) < (until ?? 1441) }

    /// Whether both limits are in the same half of the day, or one is absent.
    var isInOneHalf: Bool {
        guard let from, let until else { return true }
        return (from < 720) == (until <= 720)
    }
}

/// The working hours that decide between the readings of limits.
private struct LimitHours {
    let hours: [WeeklyHours]
    let weekdays: Set<Weekday>

    /// Returns the only range with a limit in working hours, or else the only one with both limits that overlaps with
    /// them; ranges in one half of the day precede the others.
    func choice(among ranges: [LimitRange]) -> LimitRange? {
        if let only = ranges.only { return only }
        let near = ranges.filter(\.isInOneHalf)
        let both = ranges.filter { $0.from != nil && $0.until != nil && overlaps($0) }
        for preferred in [near.filter(isLimited), both.filter(\.isInOneHalf), both] {
            if !preferred.isEmpty { return preferred.only }
        }
        return nil
    }

    /// Returns whether the beginning, or the end of a range without a beginning, is in working hours.
    private func isLimited(_ range: LimitRange) -> Bool {
        guard let minute = range.from ?? range.until.map({ $0 - 1 }) else { return false }
        return overlaps(LimitRange(from: minute, until: minute + 1))
    }

    private func overlaps(_ range: LimitRange) -> Bool {
        hours.contains { hours in
            weekdays.contains { day in
                hours.spans(on: day).contains {
                    $0.opens.minutes < range.until ?? 1440 && range.from ?? 0 < $0.closes.minutes
                }
            }
        }
    }
}

extension Array {
    /// The element, if there is exactly one.
    fileprivate var only: Element? { count == 1 ? self[0] : nil }
}
