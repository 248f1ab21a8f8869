public import FoundationEssentials
import FoundationInternationalization

/// A cron entry in a time zone, which defines the instants at which it occurs.
///
/// At a change of the UTC offset, entries behave as in crontab(5) and cron(8) of Vixie cron:
///
/// - An entry with a **fixed time**, whose minute and hour both begin with something other than `*`, occurs once for
///   each matching date. A time that the clock skips occurs at the first instant after the gap, however long the gap;
///   several such times occur there once. A time that the clock repeats occurs at its first instant.
/// - A **wildcard** entry, whose minute or hour begins with `*`, follows elapsed time: it occurs whenever the clock
///   shows a matching time. `*/30 * * * *` occurs every half hour through both passes of a repeated hour; skipped times
///   do not occur.
public struct CronSchedule: Sendable, Hashable, CustomStringConvertible {
    /// The cron entry.
    public let cron: Cron

    /// The name of the time zone in the IANA database, such as `America/Los_Angeles`.
    public let zone: String

    private let clock: ZoneClock

    /// Creates a schedule of an entry in a time zone.
    ///
    /// - Parameters:
    ///   - cron: The cron entry.
    ///   - zone: `Area/Location` or `UTC`. Abbreviations such as PST are rejected: they name an offset, not a place.
    /// - Throws: `CronError` where the zone is unknown.
    public init(_ cron: Cron, zone: String) throws(CronError) {
        guard let clock = ZoneClock(zone: zone) else {
            throw CronError(
                field: "time zone", problem: "\(CronError.quoted(zone)) is not known",
                hint: "write a name of the IANA database, like \"America/Los_Angeles\", or \"UTC\"")
        }
        self.cron = cron
        self.zone = zone
        self.clock = clock
    }

    /// The entry and the zone: `30 2 * * * America/Los_Angeles`.
    public var description: String { "\(cron) \(zone)" }
}

extension CronSchedule {
    /// Returns the first occurrence after an instant.
    ///
    /// - Parameter instant: The instant; an occurrence exactly at it does not count.
    /// - Returns: The occurrence; `nil` after the year 9999.
    public func next(after instant: Date) -> Date? {
        var second = CronSchedule.second(of: instant) + 1
        while true {
            let offsetPeriod = clock.offsetPeriod(at: second)
            let floor = floor(of: offsetPeriod)
            let earliest = second > offsetPeriod.start ? max(floor, second + offsetPeriod.offset) : floor
            guard let wall = cron.first(from: earliest) else { return nil }
            let found = max(offsetPeriod.start, wall - offsetPeriod.offset)
            if found < offsetPeriod.end { return Date(timeIntervalSince1970: Double(found)) }
            // No occurrence precedes the local time found, and the clock shows that at most a day early.
            let isChange = offsetPeriod.offsetAfter != offsetPeriod.offset
            second = isChange ? offsetPeriod.end : max(offsetPeriod.end, found - ZoneClock.day)
        }
    }

    /// Returns the last occurrence in a period: the one to run in place of all missed ones.
    ///
    /// - Parameters:
    ///   - end: The end of the period; an occurrence exactly at it counts.
    ///   - start: The start of the period; an occurrence exactly at it does not count.
    /// - Returns: The occurrence; `nil` where there is none.
    public func last(through end: Date, after start: Date = .distantPast) -> Date? {
        var second = CronSchedule.second(of: end)
        while true {
            let offsetPeriod = clock.offsetPeriod(at: second)
            guard let wall = cron.last(through: second + offsetPeriod.offset) else { return nil }
            let found = wall - offsetPeriod.offset
            if wall >= floor(of: offsetPeriod) {
                let occurrence = Date(timeIntervalSince1970: Double(max(offsetPeriod.start, found)))
                return occurrence > start ? occurrence : nil
            }
            let isChange = offsetPeriod.offsetBefore != offsetPeriod.offset
            second = isChange ? offsetPeriod.start - 1 : min(offsetPeriod.start - 1, found + ZoneClock.day)
        }
    }

    /// Returns all occurrences in a period, computed lazily.
    ///
    /// - Parameters:
    ///   - start: The start of the period; an occurrence exactly at it does not count.
    ///   - end: The end of the period; an occurrence exactly at it counts.
    /// - Returns: The occurrences in ascending order.
    public func occurrences(after start: Date, through end: Date) -> some Sequence<Date> {
        sequence(state: start) { latest in
            guard let next = next(after: latest), next <= end else { return nil }
            latest = next
            return next
        }
    }
}

extension CronSchedule {
    /// Returns the first local time that belongs to an offset period.
    ///
    /// For a fixed time, the local time continues from before the change: times that the clock skips belong to the new
    /// period and occur at its start, and times that it repeats belong to the old one.
    private func floor(of offsetPeriod: ZoneClock.OffsetPeriod) -> Int {
        offsetPeriod.start + (cron.isFixed ? offsetPeriod.offsetBefore : offsetPeriod.offset)
    }

    /// Returns the second that contains an instant, clamped to the years 1 to 9999.
    private static func second(of instant: Date) -> Int {
        let first = -62_135_596_800.0
        let last = 253_402_300_799.0
        return Int(min(last, max(first, instant.timeIntervalSince1970.rounded(.down))))
    }
}

/// The local clock of a time zone.
///
/// Instants are seconds since 1970-01-01 00:00 UTC; local times are the instant plus the offset.
struct ZoneClock: Hashable, Sendable {
    private let timeZone: TimeZone

    /// Creates the clock of a zone of the IANA database; `nil` where the zone is unknown.
    init?(zone: String) {
        guard zone == "UTC" || ZoneClock.isPlace(zone), let timeZone = TimeZone(identifier: zone) else { return nil }
        self.timeZone = timeZone
    }

    /// Returns whether a name has an area and a location; abbreviations such as PST name an offset without daylight
    /// saving.
    private static func isPlace(_ zone: String) -> Bool {
        let parts = zone.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count >= 2
            && parts.allSatisfy { part in
                part.first?.isLetter == true
                    && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-+".contains($0)) }
            }
    }
}

extension ZoneClock {
    /// A period with a constant UTC offset.
    struct OffsetPeriod {
        let start: Int
        /// The instant after the last one of the period.
        let end: Int
        let offset: Int
        /// The offset before the start; equal to `offset` where the search found no change.
        let offsetBefore: Int
        /// The offset from the end on; equal to `offset` where the search found no change.
        let offsetAfter: Int
    }

    static let day = 86_400

    /// Returns the offset period around an instant, searched two days back and two days ahead.
    ///
    /// No zone changes its offset twice within two days, so an equal offset at the far end means no change. Where no
    /// change is found within two days, the period starts one day back: no clock is set back by more than a day, so
    /// that no local time from there on is a repetition.
    func offsetPeriod(at instant: Int) -> OffsetPeriod {
        let offset = offset(at: instant)
        let start = firstChange(of: offset, from: instant - 2 * ZoneClock.day, to: instant) ?? instant - ZoneClock.day
        let end = firstChange(of: offset, from: instant, to: instant + 2 * ZoneClock.day) ?? instant + 2 * ZoneClock.day
        return OffsetPeriod(
            start: start, end: end, offset: offset, offsetBefore: self.offset(at: start - 1),
            offsetAfter: self.offset(at: end))
    }

    /// Returns the offset from UTC in seconds.
    private func offset(at instant: Int) -> Int {
        timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant)))
    }

    /// Returns the first instant of the new offset, where the clock changes to or from an offset between two instants.
    private func firstChange(of offset: Int, from start: Int, to end: Int) -> Int? {
        let isOld = self.offset(at: start) == offset
        guard isOld != (self.offset(at: end) == offset) else { return nil }
        var low = start
        var high = end
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if (self.offset(at: middle) == offset) == isOld { low = middle } else { high = middle }
        }
        return high
    }
}
