public import FoundationEssentials

/// One date of a studio's agenda: who works, who is away, closures, and sessions.
public struct StudioDay: Sendable {
    /// A trainer who has working hours on this day.
    public struct Worker: Sendable {
        /// Who.
        public let trainer: Session.TrainerName
        /// The working hours that are left, by their beginning.
        public let spans: [Range<Date>]
        /// Time off that meets the working hours.
        public let absences: [DayObstacle]
    }

    /// The date on the studio's calendar.
    public let date: LocalDate
    /// Closures on this day.
    public let closures: [DayObstacle]
    /// Trainers with working hours, by handle; none where the studio is closed for all of them.
    public let workers: [Worker]
    /// The sessions that take place on this date, by start.
    public let sessions: [Session]

    /// Whether the studio is closed for all of the working hours, or the whole day.
    public var isClosed: Bool { closures.contains { $0.during == nil } }

    /// Whether the studio is open, and no trainer is at work.
    public var hasNoTrainer: Bool { !isClosed && workers.allSatisfy(\.spans.isEmpty) }

    /// Describes one date of a studio's agenda.
    ///
    /// - Parameters:
    ///   - date: The date.
    ///   - studio: The studio.
    ///   - roster: The shifts at the studio, the absences of its trainers, and its closures.
    ///   - sessions: The studio's sessions, by start, also of other days.
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

/// One date of a trainer's schedule: working hours, what stands against them, and sessions.
///
/// A date is the same for all studios of a trainer, and at each studio it is the day of that studio's clock.
public struct TrainerDay: Sendable {
    /// Working time at one studio.
    public struct Work: Sendable {
        /// Where.
        public let studio: Session.Place
        /// Stretches of work, by their beginning.
        public let spans: [Range<Date>]
    }

    /// A closure of one studio where the trainer would work.
    public struct ClosedStudio: Sendable {
        /// The studio that is closed.
        public let studio: Session.Place
        /// When, and why.
        public let obstacle: DayObstacle
    }

    /// The date.
    public let date: LocalDate
    /// The date on which the trainer retired, where this day is not before it.
    public let retiredSince: LocalDate?
    /// Time off on this day.
    public let absences: [DayObstacle]
    /// Closures that meet the working hours of this day.
    public let closures: [ClosedStudio]
    /// The working hours that are left, by their beginning; studios without any are left out.
    public let work: [Work]
    /// Whether the trainer has no working hours on this day, and no time off that takes the whole day.
    public let isOff: Bool
    /// The sessions that take place on this date on their studio's calendar, by start.
    public let sessions: [Session]

    /// Describes one date of a trainer's schedule.
    ///
    /// - Parameters:
    ///   - date: The date.
    ///   - clock: The clock of the trainer's home studio.
    ///   - retiredAt: When the trainer retired; `nil` while active.
    ///   - roster: The trainer's shifts and absences, and the closures of the studios.
    ///   - sessions: The trainer's sessions, by start, also of other days.
    public init(date: LocalDate, clock: StudioClock, retiredAt: Date?, roster: Roster, sessions: [Session]) {
        self.date = date
        self.sessions = sessions.filter { $0.dates.contains(date) }
        let retired = retiredAt.map(clock.date).flatMap { $0 <= date ? $0 : nil }
        retiredSince = retired
        let planned = retired == nil ? Self.work(on: date, in: roster) : []
        let hours = planned.flatMap(\.spans)
        let day = clock.day(date)
        let absences = roster.absences.filter { retired == nil && $0.during.overlaps(day) }
            .map { DayObstacle($0.during, reason: $0.reason, day: day, hours: hours) }
        self.absences = absences
        closures = planned.flatMap { Self.closures(of: $0, on: date, in: roster) }
        work = planned.map { work in
            let closed = roster.closures.filter { $0.studio == work.studio.id }.map(\.during)
            let taken = roster.absences.map(\.during) + closed
            return Work(studio: work.studio, spans: work.spans.flatMap { $0.subtracting(taken) })
        }.filter { !$0.spans.isEmpty }
        isOff = planned.isEmpty && retired == nil && absences.allSatisfy { $0.during != nil }
    }

    private static func closures(of work: Work, on date: LocalDate, in roster: Roster) -> [ClosedStudio] {
        let day = work.studio.clock.day(date)
        return roster.closures.filter { closure in
            closure.studio == work.studio.id && work.spans.contains { $0.overlaps(closure.during) }
        }.map { closure in
            ClosedStudio(
                studio: work.studio,
                obstacle: DayObstacle(closure.during, reason: closure.reason, day: day, hours: work.spans))
        }
    }

    /// The planned hours of a date, by studio.
    private static func work(on date: LocalDate, in roster: Roster) -> [Work] {
        Dictionary(grouping: roster.shifts, by: \.studio.id).values.compactMap { shifts in
            guard let studio = shifts.first?.studio else { return nil }
            let day = studio.clock.day(date)
            let spans = shifts.map { $0.during.clamped(to: day) }.filter { !$0.isEmpty }
            return spans.isEmpty ? nil : Work(studio: studio, spans: spans.sorted { $0.lowerBound < $1.lowerBound })
        }.sorted { ($0.spans[0].lowerBound, $0.studio.handle) < ($1.spans[0].lowerBound, $1.studio.handle) }
    }
}
