public import FoundationEssentials

/// Why a studio has no free slot in a stretch of time.
public enum NoSlotsReason: Sendable, Equatable {
    /// The time is over.
    case past
    /// All of it lies within the studio's notice; the instant is the first that can be booked.
    case tooSoon(from: Date)
    /// All of it lies beyond the studio's horizon; the instant is the last that can be booked.
    case beyondHorizon(until: Date)
    /// The trainer no longer takes sessions.
    case retired(since: Date)
    /// Nobody, or not the trainer that was named, has working hours then.
    case noWork
    /// The studio is closed whenever somebody would work, for these reasons.
    case closed(reasons: [String])
    /// Everybody who would work is away; the reasons of the trainer that was named.
    case away(reasons: [String])
    /// Somebody is at work, and every slot is taken.
    case booked

    /// Finds the reason.
    ///
    /// - Parameters:
    ///   - window: The stretch of time that was asked for.
    ///   - studio: The studio.
    ///   - trainer: The trainer that was named; `nil` is everybody.
    ///   - roster: The shifts at the studio, absences and closures, at least of the window.
    ///   - now: The present instant.
    public init(in window: Range<Date>, at studio: Studio, with trainer: Trainer?, roster: Roster, now: Date) {
        let first = now + TimeInterval(studio.offer.noticeMinutes * 60)
        let last = now + TimeInterval(studio.offer.horizonMinutes * 60)
        let open = window.clamped(to: first..<max(first, last))
        guard !open.isEmpty else {
            self =
                window.upperBound <= now
                ? .past : window.lowerBound < first ? .tooSoon(from: first) : .beyondHorizon(until: last)
            return
        }
        if let since = trainer?.retiredAt {
            self = .retired(since: since)
            return
        }
        self = Self.reason(in: open, trainer: trainer?.id, roster: roster, length: studio.offer.sessionMinutes)
    }

    private static func reason(
        in window: Range<Date>, trainer: Trainer.ID?, roster: Roster, length: Int32
    ) -> NoSlotsReason {
        // A session may end after the last start that was asked for, so the length decides only within the shift.
        let shifts = roster.shifts.filter { shift in
            shift.retiredAt == nil && (trainer ?? shift.trainer.id) == shift.trainer.id && shift.during.overlaps(window)
        }
        func left(_ shift: Roster.Shift, without taken: [Range<Date>]) -> Bool {
            shift.during.subtracting(taken).contains { span in
                let starts = span.lowerBound..<max(span.lowerBound, span.upperBound - TimeInterval(length * 60) + 1)
                return !starts.clamped(to: window).isEmpty
            }
        }
        let working = shifts.filter { left($0, without: []) }
        guard !working.isEmpty else { return .noWork }
        let closed = roster.closures.filter { $0.during.overlaps(window) }
        let open = working.filter { left($0, without: closed.map(\.during)) }
        guard !open.isEmpty else { return .closed(reasons: unique(closed.map(\.reason))) }
        let present = open.filter { shift in
            let away = roster.absences.filter { $0.trainer == shift.trainer.id }.map(\.during)
            return left(shift, without: closed.map(\.during) + away)
        }
        guard present.isEmpty else { return .booked }
        let away = roster.absences.filter { $0.trainer == trainer && $0.during.overlaps(window) }
        return .away(reasons: unique(away.compactMap(\.reason)))
    }

    private static func unique(_ reasons: [String]) -> [String] {
        reasons.reduce(into: []) { all, reason in if !all.contains(reason) { all.append(reason) } }
    }
}
