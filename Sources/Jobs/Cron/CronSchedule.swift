public import FoundationEssentials
import FoundationInternationalization

/// A cron entry on the clock of a place: the instants at which it comes.
///
/// Where the clock is put forward or back, entries follow it as crontab(5) and cron(8) of Vixie's cron have it:
///
/// - An entry with a **fixed time**, whose minute and hour both begin with something other than `*`, comes once for each
///   date it names. A time that the clock skips comes right after the gap, at the first instant after it, however long the
///   gap; several such times come there together, once. A time that the clock shows twice comes at the first.
/// - A **wildcard** entry, whose minute or hour begins with `*`, follows elapsed time: it comes whenever the clock shows a
///   time at which it holds. `*/30 * * * *` comes each half hour through both passes of a repeated hour, and what is
///   skipped does not come.
public struct CronSchedule: Sendable, Hashable, CustomStringConvertible {
    /// What repeats.
    public let cron: Cron

    /// The zone's name in the IANA database: `America/Los_Angeles`.
    public let zone: String

    private let clock: ZoneClock

    /// Puts an entry on the clock of a zone.
    ///
    /// - Parameters:
    ///   - cron: What repeats.
    ///   - zone: `Area/Location` or `UTC`. Abbreviations such as PST are refused: they name an offset, not a place.
    /// - Throws: `CronError` where no such zone is known.
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

    /// Entry and zone: `30 2 * * * America/Los_Angeles`.
    public var description: String { "\(cron) \(zone)" }
}

extension CronSchedule {
    /// The first occurrence after an instant.
    ///
    /// - Parameter instant: An occurrence at this very instant does not count.
    /// - Returns: The occurrence; nil past the year 9999.
    public func next(after instant: Date) -> Date? {
        var second = CronSchedule.second(of: instant) + 1
        while true {
            let offsetPeriod = clock.offsetPeriod(at: second)
            let floor = floor(of: offsetPeriod)
            let earliest = second > offsetPeriod.start ? max(floor, second + offsetPeriod.offset) : floor
            guard let wall = cron.first(from: earliest) else { return nil }
            let found = max(offsetPeriod.start, wall - offsetPeriod.offset)
            if found < offsetPeriod.end { return Date(timeIntervalSince1970: Double(found)) }
            // Nothing comes before the clock shows the time found, and it does not do so more than a day early.
            let isChange = offsetPeriod.offsetAfter != offsetPeriod.offset
            second = isChange ? offsetPeriod.end : max(offsetPeriod.end, found - ZoneClock.day)
        }
    }

    /// The last occurrence in a span of time, found as fast as any: the one to run for everything that was missed.
    ///
    /// - Parameters:
    ///   - end: The end of the span; an occurrence at this very instant counts.
    ///   - start: The beginning of the span; an occurrence at this very instant does not count.
    /// - Returns: The occurrence; nil where there is none.
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

    /// All occurrences in a span of time, each worked out as it is asked for.
    ///
    /// - Parameters:
    ///   - start: The beginning of the span; an occurrence at this very instant does not count.
    ///   - end: The end of the span; an occurrence at this very instant counts.
    /// - Returns: The occurrences in the order in which they come.
    public func occurrences(after start: Date, through end: Date) -> some Sequence<Date> {
        sequence(state: start) { latest in
            guard let next = next(after: latest), next <= end else { return nil }
            latest = next
            return next
        }
    }
}

extension CronSchedule {
    /// The first time on the wall that belongs to a stretch.
    ///
    /// For a fixed time the wall goes on where it stood before the change: what the clock skips belongs to the new stretch,
    /// whose start is then its instant, and what it shows again belonged to the old one.
    private func floor(of offsetPeriod: ZoneClock.OffsetPeriod) -> Int {
        offsetPeriod.start + (cron.isFixed ? offsetPeriod.offsetBefore : offsetPeriod.offset)
    }

    /// The second in which an instant lies, moved into the years 1 to 9999.
    private static func second(of instant: Date) -> Int {
        let first = -62_135_596_800.0
        let last = 253_402_300_799.0
        return Int(min(last, max(first, instant.timeIntervalSince1970.rounded(.down))))
    }
}

/// The clock on a wall in a time zone.
///
/// Instants are seconds since 1970-01-01 00:00 UTC, and what the clock shows is counted alike: the instant plus the offset.
struct ZoneClock: Hashable, Sendable {
    private let timeZone: TimeZone

    /// Sets a clock to a zone of the IANA database; nil where it has no such zone.
    init?(zone: String) {
        guard zone == "UTC" || ZoneClock.isPlace(zone), let timeZone = TimeZone(identifier: zone) else { return nil }
        self.timeZone = timeZone
    }

    /// Whether a name has an area and a location: abbreviations such as PST name an offset, to which no summer time comes.
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
    /// A while during which the clock is not put forward or back.
    struct OffsetPeriod {
        let start: Int
        /// The instant at which it is over.
        let end: Int
        let offset: Int
        /// The offset up to its start: the same where the stretch was followed no further back.
        let offsetBefore: Int
        /// The offset from its end on: the same where the stretch was followed no further.
        let offsetAfter: Int
    }

    static let day = 86_400

    /// The stretch around an instant, followed for two days back and two ahead.
    ///
    /// No zone changes its clock twice in so short a while: where the offset at the far end is the same, it never differed.
    /// Where no change is found in two days, the stretch is given out from a day back: no clock is put back by more, so
    /// that nothing it shows from there on was shown before.
    func offsetPeriod(at instant: Int) -> OffsetPeriod {
        let offset = offset(at: instant)
        let start = firstChange(of: offset, from: instant - 2 * ZoneClock.day, to: instant) ?? instant - ZoneClock.day
        let end = firstChange(of: offset, from: instant, to: instant + 2 * ZoneClock.day) ?? instant + 2 * ZoneClock.day
        return OffsetPeriod(
            start: start, end: end, offset: offset, offsetBefore: self.offset(at: start - 1),
            offsetAfter: self.offset(at: end))
    }

    /// How many seconds the clock is ahead of UTC.
    private func offset(at instant: Int) -> Int {
        timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant)))
    }

    /// The first instant of the new offset, where the clock is put to an offset or away from it between two instants.
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
