public import FoundationEssentials

/// Who works when in some days, and what keeps them from it: working hours, time off and closures, all as instants.
public struct Roster: Sendable {
    /// One stretch of a trainer's working hours at a studio.
    public struct Shift: Sendable {
        /// Who works.
        public let trainer: Session.TrainerName
        /// When the trainer stopped taking sessions; `nil` while active.
        public let retiredAt: Date?
        /// Where.
        public let studio: Session.Place
        /// From the first instant of work to the first one afterwards.
        public let during: Range<Date>

        /// Describes a shift.
        public init(trainer: Session.TrainerName, retiredAt: Date?, studio: Session.Place, during: Range<Date>) {
            self.trainer = trainer
            self.retiredAt = retiredAt
            self.studio = studio
            self.during = during
        }
    }

    /// A time when a trainer is away, at every studio.
    public struct Absence: Sendable, Equatable {
        /// Who is away.
        public let trainer: Trainer.ID
        /// From the first instant away to the first one back.
        public let during: Range<Date>
        /// The recorded reason.
        public let reason: String?

        /// Describes an absence.
        public init(trainer: Trainer.ID, during: Range<Date>, reason: String?) {
            self.trainer = trainer
            self.during = during
            self.reason = reason
        }
    }

    /// A time when a studio is closed.
    public struct Closure: Sendable, Equatable {
        /// The studio that is closed.
        public let studio: Studio.ID
        /// From the first closed instant to the first open one.
        public let during: Range<Date>
        /// The recorded reason.
        public let reason: String

        /// Describes a closure.
        public init(studio: Studio.ID, during: Range<Date>, reason: String) {
            self.studio = studio
            self.during = during
            self.reason = reason
        }
    }

    /// Working hours, by their beginning.
    public let shifts: [Shift]
    /// Time off of the trainers who have shifts, by its beginning.
    public let absences: [Absence]
    /// Closures of the studios that have shifts, by their beginning.
    public let closures: [Closure]

    /// Puts a roster together.
    public init(shifts: [Shift], absences: [Absence], closures: [Closure]) {
        self.shifts = shifts
        self.absences = absences
        self.closures = closures
    }
}

/// Something that keeps a trainer or a studio from work on one day.
public struct DayObstacle: Sendable, Equatable {
    /// The part of the day that it takes; `nil` where it leaves no working time.
    public let during: Range<Date>?
    /// The recorded reason.
    public let reason: String?

    /// Judges what an absence or a closure leaves of a day.
    ///
    /// - Parameters:
    ///   - obstacle: The absence or the closure.
    ///   - reason: Its recorded reason.
    ///   - day: The day.
    ///   - hours: The working hours of that day.
    init(_ obstacle: Range<Date>, reason: String?, day: Range<Date>, hours: [Range<Date>]) {
        let takesAllHours = !hours.isEmpty && hours.allSatisfy { $0.subtracting([obstacle]).isEmpty }
        let takesAll = takesAllHours || day.subtracting([obstacle]).isEmpty
        during = takesAll ? nil : obstacle.clamped(to: day)
        self.reason = reason
    }
}
