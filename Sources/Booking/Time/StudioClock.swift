public import FoundationEssentials
import FoundationInternationalization

/// The clock on a studio's wall: what it shows at an instant, and when it shows a date and a time.
public struct StudioClock: Hashable, Sendable {
    /// The zone's rules.
    public var timeZone: TimeZone { zone.rules }

    /// The zone's name in the IANA database, as it was typed: `America/Los_Angeles`.
    public var identifier: String { zone.identifier }

    private var abbreviations: ZoneAbbreviations { zone.abbreviations }

    /// Shared by all copies: a listing holds a clock for each of its thousands of slots.
    private let zone: Zone

    private final class Zone: Sendable {
        let rules: TimeZone
        let identifier: String
        let abbreviations: ZoneAbbreviations

        init(_ rules: TimeZone, identifier: String) {
            self.rules = rules
            self.identifier = identifier
            abbreviations = ZoneAbbreviations(zone: identifier)
        }
    }

    /// Sets a clock to a zone of the IANA database.
    ///
    /// - Parameters:
    ///   - id: `Area/Location` or `UTC`. Abbreviations such as PST are refused: they name an offset, not a place.
    ///   - field: What an error calls it.
    /// - Throws: `InvalidInput` where no such zone is known, with the nearest known ones.
    public init(timeZone id: String, field: String = "time zone") throws(InvalidInput) {
        let typed = String(Substring(id.utf8.trimmingSpaces))
        guard typed == "UTC" || ZoneNames.isWellFormed(typed), let rules = TimeZone(identifier: typed) else {
            throw InvalidInput(
                field: field, problem: "\(quoted(id)) is not a known time zone", hint: ZoneNames.hint(for: typed))
        }
        zone = Zone(rules, identifier: typed)
    }

    /// Two clocks are one where their zones are.
    public static func == (left: StudioClock, right: StudioClock) -> Bool { left.identifier == right.identifier }

    /// Hashes the zone's name.
    public func hash(into hasher: inout Hasher) { hasher.combine(identifier) }
}

extension StudioClock {
    /// When a clock shows a date and a time: once, never, or twice.
    public enum WallTime: Hashable, Sendable {
        /// At this one instant.
        case instant(Date)
        /// Never: the clock is put forward over it. The two instants are as far before and after the change as the time
        /// lies inside the gap: 02:30 becomes 01:30 and 03:30.
        case missing(before: Date, after: Date)
        /// Twice, since the clock is put back over it.
        case ambiguous(first: Date, second: Date)
    }

    /// Finds when the clock shows a date and a time.
    ///
    /// - Parameters:
    ///   - date: The date on the wall.
    ///   - time: The time on the wall; 24:00 is 00:00 of the next date.
    /// - Returns: The instant, or why there is not exactly one.
    public func resolve(_ date: LocalDate, _ time: LocalTime) -> WallTime {
        resolve(date, secondOfDay: time.minutes * 60)
    }

    /// Finds when the clock shows a date and so many seconds past midnight.
    ///
    /// - Parameters:
    ///   - date: The date on the wall.
    ///   - secondOfDay: What the clock shows, 0 to 86,400; not the seconds that have passed since midnight.
    /// - Returns: The instant, or why there is not exactly one.
    public func resolve(_ date: LocalDate, secondOfDay: Int) -> WallTime {
        // Offsets lie between -12 and +14 hours, so the clock can show this only within that reach of the same UTC time,
        // and no zone changes twice in so short a while: two offsets are all there are.
        let utc = Date(date, secondOfDay: secondOfDay, offset: 0)
        let earlier = offset(utc.addingTimeInterval(-14 * 3600))
        let later = offset(utc.addingTimeInterval(12 * 3600))
        let beforeChange = Date(date, secondOfDay: secondOfDay, offset: earlier)
        let afterChange = Date(date, secondOfDay: secondOfDay, offset: later)
        switch (offset(beforeChange) == earlier, offset(afterChange) == later) {
        case (true, true) where earlier != later: return .ambiguous(first: beforeChange, second: afterChange)
        case (true, _): return .instant(beforeChange)
        case (_, true): return .instant(afterChange)
        case (false, false): return .missing(before: afterChange, after: beforeChange)
        }
    }

    /// The first instant of a local day, also where its midnight is skipped.
    ///
    /// - Parameter date: The date on the wall.
    /// - Returns: The first instant at which the clock shows the date (or, where a whole date was skipped, the one after).
    public func startOfDay(_ date: LocalDate) -> Date {
        switch resolve(date, .midnight) {
        case .instant(let instant): return instant
        case .ambiguous(let first, _): return first
        case .missing(let before, let after): return change(after: before, before: after)
        }
    }

    /// The instant at which the offset changes between two others.
    private func change(after start: Date, before end: Date) -> Date {
        var low = start.wholeSeconds
        var high = end.wholeSeconds
        let old = offset(start)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(Date(timeIntervalSince1970: Double(middle))) == old { low = middle } else { high = middle }
        }
        return Date(timeIntervalSince1970: Double(high))
    }
}

extension StudioClock {
    /// How many seconds the clock is ahead of UTC.
    ///
    /// - Parameter instant: When.
    /// - Returns: Seconds, negative in the west.
    public func offset(_ instant: Date) -> Int { timeZone.secondsFromGMT(for: instant) }

    /// The date on the wall.
    ///
    /// - Parameter instant: When.
    /// - Returns: The local date.
    public func date(of instant: Date) -> LocalDate { instant.civil(offset: offset(instant)).date }

    /// The time on the wall, seconds dropped.
    ///
    /// - Parameter instant: When.
    /// - Returns: The local time, 00:00 to 23:59.
    public func time(of instant: Date) -> LocalTime { LocalTime(minutes: secondOfDay(of: instant) / 60) ?? .midnight }

    /// The time on the wall to the second.
    ///
    /// - Parameter instant: When.
    /// - Returns: Seconds past midnight as the clock shows them, 0 to 86,399.
    public func secondOfDay(of instant: Date) -> Int { instant.civil(offset: offset(instant)).secondOfDay }

    /// The zone's abbreviation, as the time zone database has it: `PST`, `PDT`, `+1030`.
    ///
    /// - Parameter instant: When.
    /// - Returns: Letters, or a sign and digits.
    public func abbreviation(_ instant: Date) -> String {
        abbreviations.abbreviation(at: instant.wholeSeconds, offset: offset(instant))
            ?? timeZone.abbreviation(for: instant) ?? offsetText(instant)
    }

    /// What the clock shows, for people: `2026-12-01 09:00 PST`; with seconds only where there are any.
    ///
    /// - Parameter instant: When.
    /// - Returns: Date, time, abbreviation.
    public func text(_ instant: Date) -> String { "\(wallText(instant)) \(abbreviation(instant))" }

    /// What the clock shows, with nothing left to guess: `2026-12-01 09:00-08:00`.
    ///
    /// It reads back as the same instant.
    ///
    /// - Parameter instant: When.
    /// - Returns: Date, time, offset.
    public func textWithOffset(_ instant: Date) -> String { wallText(instant) + offsetText(instant) }

    private func wallText(_ instant: Date) -> String {
        let (date, second) = instant.civil(offset: offset(instant))
        return StudioClock.wallText(date, secondOfDay: second)
    }

    static func wallText(_ date: LocalDate, secondOfDay: Int) -> String {
        let clock = RFC3339.clockText(secondOfDay)
        return "\(date) \(secondOfDay.isMultiple(of: 60) ? clock.dropLast(3) : clock[...])"
    }

    private func offsetText(_ instant: Date) -> String {
        let offset = offset(instant)
        let minutes = abs(offset) / 60
        return "\(offset < 0 ? "-" : "+")\(padded(minutes / 60, to: 2)):\(padded(minutes % 60, to: 2))"
    }
}
