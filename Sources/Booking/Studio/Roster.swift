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

extension Range where Bound == Date {
    /// What is left of the stretch of time without others, in order.
    ///
    /// - Parameter others: Stretches in any order; they may overlap each other.
    /// - Returns: The stretches that are left; none of them is empty.
    public func subtracting(_ others: [Range<Date>]) -> [Range<Date>] {
        others.reduce(isEmpty ? [] : [self]) { rest, other in
            rest.flatMap { piece in
                guard piece.overlaps(other) else { return [piece] }
                return [
                    piece.lowerBound..<Swift.max(piece.lowerBound, other.lowerBound),
                    Swift.min(piece.upperBound, other.upperBound)..<piece.upperBound,
                ].filter { !$0.isEmpty }
            }
        }
    }
}

extension StudioClock {
    /// A local day as instants; empty where the zone skipped the whole date.
    ///
    /// - Parameter date: The date on the wall.
    /// - Returns: From the day's first instant to the first one of the next day.
    public func day(_ date: LocalDate) -> Range<Date> {
        let start = startOfDay(date)
        return start..<max(start, startOfDay(date.adding(days: 1)))
    }

    /// The local dates that a stretch of time touches; one that ends at midnight does not touch the next date.
    ///
    /// - Parameter stretch: The stretch of time.
    /// - Returns: The first date to the last.
    public func dates(of stretch: Range<Date>) -> ClosedRange<LocalDate> {
        let first = date(of: stretch.lowerBound)
        let last = date(of: stretch.upperBound)
        let touched = startOfDay(last) == stretch.upperBound ? last.adding(days: -1) : last
        return first...max(first, touched)
    }
}

extension Session {
    /// From the first instant to the first one afterwards.
    public var during: Range<Date> { startsAt..<endsAt }

    /// The dates on which it takes place, on the calendar of its studio.
    public var dates: ClosedRange<LocalDate> { studio.clock.dates(of: during) }
}
