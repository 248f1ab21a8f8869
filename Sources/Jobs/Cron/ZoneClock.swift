import FoundationEssentials
import FoundationInternationalization

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
    struct Stretch {
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
    func stretch(at instant: Int) -> Stretch {
        let offset = offset(at: instant)
        let start = firstChange(of: offset, from: instant - 2 * ZoneClock.day, to: instant) ?? instant - ZoneClock.day
        let end = firstChange(of: offset, from: instant, to: instant + 2 * ZoneClock.day) ?? instant + 2 * ZoneClock.day
        return Stretch(
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
