public import FoundationEssentials

/// One date of a studio's agenda: trainers at work, absences, closures and sessions.
public struct StudioDay: Sendable {
    /// A trainer with working hours on this day.
    public struct Worker: Sendable {
        /// The trainer.
        public let trainer: Session.TrainerName
        /// The working hours without absences and closures, by start.
        public let spans: [Range<Date>]
        /// The absences that overlap the working hours.
        public let absences: [DayObstacle]
    }

    /// The date on the studio's calendar.
    public let date: LocalDate
    /// The closures on this day.
    public let closures: [DayObstacle]
    /// The trainers with working hours, by handle; empty if the studio is closed for all of the hours.
    public let workers: [Worker]
    /// The sessions on this date, by start.
    public let sessions: [Session]

    /// Whether the studio is closed for all of the working hours, or the whole day.
    public var isClosed: Bool { closures.contains { $0.during == nil } }

    /// Whether the studio is open, but no trainer is at work.
    public var hasNoTrainer: Bool { !isClosed && workers.allSatisfy(\.spans.isEmpty) }

    /// The largest number of sessions at the same time, and all periods in which it is reached, by start; `nil` without
    /// sessions.
    public var stationPeak: (count: Int, during: [Range<Date>])? {
        let taking = sessions.filter { $0.status == .booked || $0.status == .attended }.map(\.during)
        let spans = Set(taking.map(\.lowerBound)).sorted().map { start in
            let same = taking.filter { $0.contains(start) }
            return (count: same.count, during: start..<(same.map(\.upperBound).min() ?? start))
        }
        guard let most = spans.map(\.count).max() else { return nil }
        var peaks: [Range<Date>] = []
        for span in spans where span.count == most {
            if let last = peaks.last, last.upperBound >= span.during.lowerBound {
                peaks[peaks.count - 1] = last.lowerBound..<span.during.upperBound
            } else {
                peaks.append(span.during)
            }
        }
        return (most, peaks)
    }

    /// Creates the agenda of a studio for one date.
    ///
    /// - Parameters:
    ///   - date: The date.
    ///   - studio: The studio.
    ///   - roster: The shifts at the studio, the absences of its trainers, and its closures.
    ///   - sessions: The studio's sessions, by start; may include other days.
    public init(date: LocalDate, studio: Session.Place, roster: Roster, sessions: [Session]) {
        self.date = date
        self.sessions = sessions.filter { $0.dates.contains(date) }
        let day = studio.clock.day(date)
        let shifts = roster.shifts.filter { shift in
            shift.during.overlaps(day) && shift.retiredAt.map { studio.clock.date(of: $0) > date } ?? true
        }
        let hours = shifts.map { $0.during.clamped(to: day) }
        let closed = roster.closures.filter { $0.during.overlaps(day) }
        closures = closed.map { DayObstacle($0.during, reason: $0.reason, day: day, hours: hours) }
        guard !closures.contains(where: { $0.during == nil }) else {
            workers = []
            return
        }
        workers = Dictionary(grouping: shifts, by: \.trainer).map { trainer, shifts in
            let spans = shifts.map { $0.during.clamped(to: day) }.sorted { $0.lowerBound < $1.lowerBound }
            let away = roster.absences.filter { absence in
                absence.trainer == trainer.id && spans.contains { $0.overlaps(absence.during) }
            }
            let taken = away.map(\.during) + closed.map(\.during)
            return Worker(
                trainer: trainer, spans: spans.flatMap { $0.subtracting(taken) },
                absences: away.map { DayObstacle($0.during, reason: $0.reason, day: day, hours: spans) })
        }.sorted { $0.trainer.handle < $1.trainer.handle }
    }
}

/// One date of a trainer's schedule: working hours, absences, closures and sessions.
///
/// The same date is used for all studios of a trainer; at each studio it is the day in that studio's time zone.
public struct TrainerDay: Sendable {
    /// Working time at one studio.
    public struct StudioHours: Sendable {
        /// The studio.
        public let studio: Session.Place
        /// The working hours, by start.
        public let spans: [Range<Date>]
    }

    /// A closure of a studio during the trainer's working hours.
    public struct ClosedStudio: Sendable {
        /// The studio that is closed.
        public let studio: Session.Place
        /// The time and the reason of the closure.
        public let obstacle: DayObstacle
    }

    /// The date.
    public let date: LocalDate
    /// The date on which the trainer retired, if this day is not before it.
    public let retiredSince: LocalDate?
    /// The absences on this day.
    public let absences: [DayObstacle]
    /// The closures that overlap the working hours of this day.
    public let closures: [ClosedStudio]
    /// The working hours, including those in absences and closures, by start.
    public let scheduledHours: [StudioHours]
    /// The working hours without absences and closures, by start; studios without such hours are omitted.
    public let availableHours: [StudioHours]
    /// Whether the trainer has no working hours on this day, and no absence that covers the whole day.
    public let isOff: Bool
    /// The sessions on this date in their studio's time zone, by start.
    public let sessions: [Session]

    /// Creates the schedule of a trainer for one date.
    ///
    /// - Parameters:
    ///   - date: The date.
    ///   - clock: The clock of the trainer's home studio, which determines the date of retirement.
    ///   - retiredAt: The time when the trainer retired; `nil` for an active trainer.
    ///   - roster: The trainer's shifts and absences, and the closures of the studios.
    ///   - sessions: The trainer's sessions, by start; may include other days.
    public init(date: LocalDate, clock: StudioClock, retiredAt: Date?, roster: Roster, sessions: [Session]) {
        self.date = date
        self.sessions = sessions.filter { $0.dates.contains(date) }
        let retired = retiredAt.map(clock.date).flatMap { $0 <= date ? $0 : nil }
        retiredSince = retired
        let scheduled = retired == nil ? Self.hours(on: date, in: roster) : []
        scheduledHours = scheduled
        let hours = scheduled.flatMap(\.spans)
        let day = clock.day(date)
        let absences = roster.absences.filter { retired == nil && $0.during.overlaps(day) }
            .map { DayObstacle($0.during, reason: $0.reason, day: day, hours: hours) }
        self.absences = absences
        closures = scheduled.flatMap { Self.closures(of: $0, on: date, in: roster) }
        availableHours = scheduled.map { hours in
            let closed = roster.closures.filter { $0.studio == hours.studio.id }.map(\.during)
            let taken = roster.absences.map(\.during) + closed
            return StudioHours(studio: hours.studio, spans: hours.spans.flatMap { $0.subtracting(taken) })
        }.filter { !$0.spans.isEmpty }
        isOff = scheduled.isEmpty && retired == nil && absences.allSatisfy { $0.during != nil }
    }

    private static func closures(of hours: StudioHours, on date: LocalDate, in roster: Roster) -> [ClosedStudio] {
        let day = hours.studio.clock.day(date)
        return roster.closures.filter { closure in
            closure.studio == hours.studio.id && hours.spans.contains { $0.overlaps(closure.during) }
        }.map { closure in
            ClosedStudio(
                studio: hours.studio,
                obstacle: DayObstacle(closure.during, reason: closure.reason, day: day, hours: hours.spans))
        }
    }

    /// Returns the scheduled hours of a date, grouped by studio.
    private static func hours(on date: LocalDate, in roster: Roster) -> [StudioHours] {
        Dictionary(grouping: roster.shifts, by: \.studio.id).values.compactMap { shifts in
            guard let studio = shifts.first?.studio else { return nil }
            let day = studio.clock.day(date)
            let spans = shifts.map { $0.during.clamped(to: day) }.filter { !$0.isEmpty }
            return spans.isEmpty
                ? nil : StudioHours(studio: studio, spans: spans.sorted { $0.lowerBound < $1.lowerBound })
        }.sorted { ($0.spans[0].lowerBound, $0.studio.handle) < ($1.spans[0].lowerBound, $1.studio.handle) }
    }
}
