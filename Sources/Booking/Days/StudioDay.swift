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
