public import FoundationEssentials

/// The reason why a studio has no free slot in a period.
public enum NoSlotsReason: Sendable, Equatable {
    /// The period is in the past.
    case past
    /// The whole period is within the studio's notice; the instant is the first that can be booked.
    case tooSoon(from: Date)
    /// The whole period is beyond the studio's horizon; the instant is the last that can be booked.
    case beyondHorizon(until: Date)
    /// The trainer no longer takes sessions.
    case retired(since: Date)
    /// No trainer, or not the given trainer, has working hours in the period.
    case noWork
    /// The studio is closed during all working hours, for these reasons.
    case closed(reasons: [String])
    /// All trainers with working hours are away; the reasons are those of the given trainer.
    case away(reasons: [String])
    /// Trainers are present, and every slot is booked.
    case booked

    /// Determines the reason.
    ///
    /// - Parameters:
    ///   - window: The period.
    ///   - studio: The studio.
    ///   - trainer: The given trainer; `nil` means all trainers.
    ///   - roster: The shifts at the studio, absences and closures, at least those of the period.
    ///   - now: The current time.
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
        // A session may end after the period, so its length must fit into the shift only.
        let shifts = roster.shifts.filter { shift in
            shift.retiredAt == nil && (trainer ?? shift.trainer.id) == shift.trainer.id && shift.during.overlaps(window)
        }
        func hasStart(_ shift: Roster.Shift, without taken: [Range<Date>]) -> Bool {
            shift.during.subtracting(taken).contains { span in
                let starts = span.lowerBound..<max(span.lowerBound, span.upperBound - TimeInterval(length * 60) + 1)
                return !starts.clamped(to: window).isEmpty
            }
        }
        let working = shifts.filter { hasStart($0, without: []) }
        guard !working.isEmpty else { return .noWork }
        let closed = roster.closures.filter { $0.during.overlaps(window) }
        let open = working.filter { hasStart($0, without: closed.map(\.during)) }
        guard !open.isEmpty else { return .closed(reasons: unique(closed.map(\.reason))) }
        let present = open.filter { shift in
            let away = roster.absences.filter { $0.trainer == shift.trainer.id }.map(\.during)
            return hasStart(shift, without: closed.map(\.during) + away)
        }
        guard present.isEmpty else { return .booked }
        let away = roster.absences.filter { $0.trainer == trainer && $0.during.overlaps(window) }
        return .away(reasons: unique(away.compactMap(\.reason)))
    }

    private static func unique(_ reasons: [String]) -> [String] {
        reasons.reduce(into: []) { all, reason in if !all.contains(reason) { all.append(reason) } }
    }
}
