public import FoundationEssentials
import FoundationInternationalization

/// A studio's clock, which converts between instants and local dates and times.
public struct StudioClock: Hashable, Sendable {
    /// The rules of the time zone.
    public var timeZone: TimeZone { zone.rules }

    /// The zone's name in the IANA database, as given: `America/Los_Angeles`.
    public var identifier: String { zone.identifier }

    /// The form of times of day that people at the studio read.
    public var hourCycle: HourCycle

    private var abbreviations: ZoneAbbreviations { zone.abbreviations }

    /// The zone, shared by all copies: a list of slots has thousands of clocks.
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

    /// Creates a clock in a zone of the IANA database.
    ///
    /// - Parameters:
    ///   - id: `Area/Location` or `UTC`. Abbreviations such as PST are refused, since they mean an offset, not a zone.
    ///   - field: The name of the field in an error.
    ///   - hourCycle: The form of times of day.
    /// - Throws: `InvalidInput` if the zone is unknown; its hint lists similar names.
    public init(
        timeZone id: String, field: String = "time zone", hourCycle: HourCycle = .twentyFour
    ) throws(InvalidInput) {
        let typed = String(Substring(id.utf8.trimmingSpaces))
        guard typed == "UTC" || ZoneNames.isWellFormed(typed), let rules = TimeZone(identifier: typed) else {
            throw InvalidInput(
                field: field, problem: "\(quoted(id)) is not a known time zone", hint: ZoneNames.hint(for: typed))
        }
        zone = Zone(rules, identifier: typed)
        self.hourCycle = hourCycle
    }

    /// Returns whether two clocks have the same zone, and so show the same times.
    public static func == (left: StudioClock, right: StudioClock) -> Bool { left.identifier == right.identifier }

    /// Hashes the zone's name.
    public func hash(into hasher: inout Hasher) { hasher.combine(identifier) }
}

extension StudioClock {
    /// The instants of a local time: one, none, or two.
    public enum WallTime: Hashable, Sendable {
        /// The local time occurs once.
        case instant(Date)
        /// The local time is skipped, because the clock is set forward.
        ///
        /// The instants are the readings of the local time with the offset after and before the change: 02:30 becomes
        /// 01:30 and 03:30.
        case missing(before: Date, after: Date)
        /// The local time occurs twice, because the clock is set back.
        case ambiguous(first: Date, second: Date)
    }

    /// Returns the instants of a local date and time.
    ///
    /// - Parameters:
    ///   - date: The local date.
    ///   - time: The local time; 24:00 is 00:00 of the next date.
    /// - Returns: The instant, or the reason why there is not exactly one.
    public func resolve(_ date: LocalDate, _ time: LocalTime) -> WallTime {
        resolve(date, secondOfDay: time.minutes * 60)
    }

    /// Returns the instants of a local date and a time in seconds.
    ///
    /// - Parameters:
    ///   - date: The local date.
    ///   - secondOfDay: The local time in seconds, 0 to 86,400; not the seconds elapsed since midnight.
    /// - Returns: The instant, or the reason why there is not exactly one.
    public func resolve(_ date: LocalDate, secondOfDay: Int) -> WallTime {
        // Offsets are between -12 and +14 hours, so the local time occurs only in that range around the same time in
        // UTC. No zone changes twice within that range, so at most two offsets are possible.
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

    /// Returns the first instant of a local day, also if its midnight is skipped.
    ///
    /// - Parameter date: The local date.
    /// - Returns: The first instant of the date, or of the next date if the whole date is skipped.
    public func startOfDay(_ date: LocalDate) -> Date {
        switch resolve(date, .midnight) {
        case .instant(let instant): return instant
        case .ambiguous(let first, _): return first
        case .missing(let before, let after): return change(after: before, before: after)
        }
    }

    /// Returns the instant between two others at which the offset changes.
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
    /// Returns the offset from UTC in seconds.
    ///
    /// - Parameter instant: The instant.
    /// - Returns: The offset; positive east of Greenwich.
    public func offset(_ instant: Date) -> Int { timeZone.secondsFromGMT(for: instant) }

    /// Returns the local date of an instant.
    ///
    /// - Parameter instant: The instant.
    /// - Returns: The local date.
    public func date(of instant: Date) -> LocalDate { instant.civil(offset: offset(instant)).date }

    /// Returns the local time of an instant, without seconds.
    ///
    /// - Parameter instant: The instant.
    /// - Returns: The local time, 00:00 to 23:59.
    public func time(of instant: Date) -> LocalTime { LocalTime(minutes: secondOfDay(of: instant) / 60) ?? .midnight }

    /// Returns the local time of an instant, to the second.
    ///
    /// - Parameter instant: The instant.
    /// - Returns: The local time in seconds, 0 to 86,399.
    public func secondOfDay(of instant: Date) -> Int { instant.civil(offset: offset(instant)).secondOfDay }

    /// Returns the zone's abbreviation in the time zone database: `PST`, `PDT`, `+1030`.
    ///
    /// - Parameter instant: The instant.
    /// - Returns: The abbreviation: letters, or a sign and digits.
    public func abbreviation(_ instant: Date) -> String {
        abbreviations.abbreviation(at: instant.wholeSeconds, offset: offset(instant))
            ?? timeZone.abbreviation(for: instant) ?? offsetText(instant)
    }

    /// Returns the local date and time for programs: `2026-12-01 09:00 PST`; omits seconds that are zero.
    ///
    /// ``TimeFormat`` has the form for people.
    ///
    /// - Parameter instant: The instant.
    /// - Returns: The date, time and abbreviation.
    public func text(_ instant: Date) -> String { "\(wallText(instant)) \(abbreviation(instant))" }

    /// Returns the local date and time with the offset: `2026-12-01 09:00-08:00`.
    ///
    /// The text parses to the same instant if that has no fraction of a second.
    ///
    /// - Parameter instant: The instant.
    /// - Returns: The date, time and offset.
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
