public import FoundationEssentials

/// The form of times of day: 12 hours with AM and PM, or 24 hours.
public enum HourCycle: String, Hashable, Sendable, CaseIterable {
    /// `9:00 AM`
    case twelve = "12"
    /// `09:00`
    case twentyFour = "24"
}

extension Region {
    /// The form of times of day that people in the region read.
    public var hourCycle: HourCycle { code == "US" ? .twelve : .twentyFour }
}

/// The form of local dates and times in a text.
public enum TimeFormat: Hashable, Sendable {
    /// The form for programs: `2026-12-01 09:00 PST`.
    case iso
    /// The form for people: `Tue Dec 1, 9:00 AM PST`.
    ///
    /// The year is omitted if it is that of `now`. Without an hour cycle, that of the studio's clock is used.
    case people(now: Date, hourCycle: HourCycle?)

    /// Returns an instant as date, time and zone.
    ///
    /// - Parameters:
    ///   - instant: The instant; people read it without seconds.
    ///   - clock: The studio's clock.
    /// - Returns: `Tue Dec 1, 9:00 AM PST`, or `2026-12-01 09:00 PST`.
    public func text(_ instant: Date, on clock: StudioClock) -> String {
        switch self {
        case .iso: clock.text(instant)
        case .people: "\(textWithoutZone(instant, on: clock)) \(clock.abbreviation(instant))"
        }
    }

    /// Returns an instant as date and time.
    ///
    /// - Parameters:
    ///   - instant: The instant; its seconds are omitted.
    ///   - clock: The studio's clock.
    /// - Returns: `Tue Dec 1, 9:00 AM`, or `2026-12-01 09:00`.
    public func textWithoutZone(_ instant: Date, on clock: StudioClock) -> String {
        let (date, time) = (text(clock.date(of: instant), on: clock), text(clock.time(of: instant), on: clock))
        return self == .iso ? "\(date) \(time)" : "\(date), \(time)"
    }

    /// Returns a date with its weekday.
    ///
    /// - Parameters:
    ///   - date: The date.
    ///   - clock: The clock that determines the current year.
    /// - Returns: `Tue Dec 1`, `Mon Jan 4, 2027` or `2026-12-01`.
    public func text(_ date: LocalDate, on clock: StudioClock) -> String {
        guard case .people(let now, _) = self else { return date.description }
        let year = date.year == clock.date(of: now).year ? "" : ", \(date.year)"
        return "\(date.weekday.title.prefix(3)) \(date.monthName) \(date.day)\(year)"
    }

    /// Returns a time of day.
    ///
    /// - Parameters:
    ///   - time: The local time; the end of a day is midnight on a 12-hour clock.
    ///   - clock: The studio's clock.
    /// - Returns: `9:00 AM` or `09:00`.
    public func text(_ time: LocalTime, on clock: StudioClock) -> String {
        let hours = hourCycle(of: clock)
        return hours == .twelve ? "\(time.text(in: hours)) \(time.half)" : time.text(in: hours)
    }

    /// Returns a period of one day.
    ///
    /// - Parameters:
    ///   - hours: The first and the last time.
    ///   - clock: The studio's clock.
    /// - Returns: `9:00-11:30 AM`, `9:00 AM-1:00 PM` or `09:00-13:00`.
    public func text(_ hours: ClosedRange<LocalTime>, on clock: StudioClock) -> String {
        let (first, last) = (hours.lowerBound, hours.upperBound)
        let isWithinHalf = hourCycle(of: clock) == .twelve && first.half == last.half && last != .endOfDay
        return (isWithinHalf ? first.text(in: .twelve) : text(first, on: clock)) + "-" + text(last, on: clock)
    }

    /// Returns starts of one day, the half of the day once after its last time.
    ///
    /// - Parameters:
    ///   - starts: The instants, in order.
    ///   - clock: The studio's clock.
    /// - Returns: `9:00`, `9:30 AM`, `1:00 PM`; or `09:00`, `09:30`, `13:00`.
    public func list(_ starts: [Date], on clock: StudioClock) -> [String] {
        let (hours, starts) = (hourCycle(of: clock), starts.map(clock.time))
        return starts.indices.map { index in
            let text = starts[index].text(in: hours)
            let isLastOfHalf = index == starts.count - 1 || starts[index + 1].half != starts[index].half
            return hours == .twelve && isLastOfHalf ? "\(text) \(starts[index].half)" : text
        }
    }

    /// Returns the form of times of day on a studio's clock.
    ///
    /// - Parameter clock: The clock.
    /// - Returns: The chosen form, or else that of the clock; always 24 hours for programs.
    public func hourCycle(of clock: StudioClock) -> HourCycle {
        switch self {
        case .iso: .twentyFour
        case .people(_, let chosen): chosen ?? clock.hourCycle
        }
    }
}

extension LocalTime {
    /// The half of the day: `AM` or `PM`; the end of a day is in the first half of the next.
    public var half: String { (720..<1440).contains(minutes) ? "PM" : "AM" }

    /// Returns the hours and minutes without the half of the day: `9:00` or `09:00`.
    public func text(in hours: HourCycle) -> String {
        guard hours == .twelve else { return description }
        let hour = minutes / 60 % 12
        return "\(hour == 0 ? 12 : hour):\(padded(minutes % 60, to: 2))"
    }
}

extension LocalDate {
    /// The short English name of the month: `Dec`.
    public var monthName: String {
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month - 1]
    }
}

/// A text with local times as values, so that the user interface decides their form.
public struct TimedText: Hashable, Sendable, ExpressibleByStringInterpolation {
    fileprivate enum Part: Hashable {
        case text(String)
        case instant(Date, StudioClock)
        case date(LocalDate, StudioClock)
        case time(LocalTime, StudioClock)
        case hours([ClosedRange<LocalTime>], StudioClock)
    }

    private var parts: [Part]

    /// Creates a text without times.
    public init(_ text: String) { parts = [.text(text)] }

    /// Creates a text without times.
    public init(stringLiteral text: String) { self.init(text) }

    /// Creates a text from its parts.
    public init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.parts }

    /// Joins texts.
    public init(joining texts: [TimedText], with separator: String) {
        parts = Array(texts.map(\.parts).joined(separator: [.text(separator)]))
    }

    /// Returns the text with its times in a form.
    public func text(in format: TimeFormat) -> String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .instant(let instant, let clock): format.text(instant, on: clock)
            case .date(let date, let clock): format.text(date, on: clock)
            case .time(let time, let clock): format.text(time, on: clock)
            case .hours(let hours, let clock): hours.map { format.text($0, on: clock) }.joined(separator: ", ")
            }
        }.joined()
    }

    /// Whether the text contains a time.
    public var hasTimes: Bool {
        parts.contains { if case .text = $0 { false } else { true } }
    }

    /// The text with control characters made visible.
    public var visible: TimedText {
        var text = self
        text.parts = parts.map { part in
            if case .text(let text) = part { .text(Booking.visible(text)) } else { part }
        }
        return text
    }

    /// The text with a capital first letter.
    public var capitalized: TimedText {
        guard case .text(let first) = parts.first(where: { $0 != .text("") }) else { return self }
        var text = self
        text.parts =
            [.text(first.prefix(1).uppercased() + first.dropFirst())]
            + parts.drop { $0 == .text("") }.dropFirst()
        return text
    }

    /// Concatenates two texts.
    public static func + (left: TimedText, right: TimedText) -> TimedText {
        var sum = left
        sum.parts += right.parts
        return sum
    }

    /// The collector of an interpolated text's parts.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var parts: [Part] = []

        /// Creates an empty collector.
        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// Appends a literal text.
        public mutating func appendLiteral(_ text: String) { parts.append(.text(text)) }

        /// Appends the description of a value.
        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            parts.append(.text(value.description))
        }

        /// Appends a text with times.
        public mutating func appendInterpolation(_ text: TimedText) { parts += text.parts }

        /// Appends an instant as date, time and zone.
        public mutating func appendInterpolation(_ instant: Date, on clock: StudioClock) {
            parts.append(.instant(instant, clock))
        }

        /// Appends a date.
        public mutating func appendInterpolation(_ date: LocalDate, on clock: StudioClock) {
            parts.append(.date(date, clock))
        }

        /// Appends a time of day.
        public mutating func appendInterpolation(_ time: LocalTime, on clock: StudioClock) {
            parts.append(.time(time, clock))
        }

        /// Appends periods of one day, separated by commas.
        public mutating func appendInterpolation(_ hours: [ClosedRange<LocalTime>], on clock: StudioClock) {
            parts.append(.hours(hours, clock))
        }
    }
}
