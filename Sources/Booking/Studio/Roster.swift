public import FoundationEssentials

/// The working hours, absences and closures of a range of days, all as instants.
public struct Roster: Sendable {
    /// A continuous period of a trainer's working hours at a studio.
    public struct Shift: Sendable {
        /// The trainer.
        public let trainer: Session.TrainerName
        /// The time when the trainer retired; `nil` for an active trainer.
        public let retiredAt: Date?
        /// The studio.
        public let studio: Session.Place
        /// The period; its end is exclusive.
        public let during: Range<Date>

        /// Creates a shift.
        public init(trainer: Session.TrainerName, retiredAt: Date?, studio: Session.Place, during: Range<Date>) {
            self.trainer = trainer
            self.retiredAt = retiredAt
            self.studio = studio
            self.during = during
        }
    }

    /// A period when a trainer is away from every studio.
    public struct Absence: Sendable, Equatable {
        /// The trainer.
        public let trainer: Trainer.ID
        /// The period; its end is exclusive.
        public let during: Range<Date>
        /// The recorded reason.
        public let reason: String?

        /// Creates an absence.
        public init(trainer: Trainer.ID, during: Range<Date>, reason: String?) {
            self.trainer = trainer
            self.during = during
            self.reason = reason
        }
    }

    /// A period when a studio is closed.
    public struct Closure: Sendable, Equatable {
        /// The studio.
        public let studio: Studio.ID
        /// The period; its end is exclusive.
        public let during: Range<Date>
        /// The recorded reason.
        public let reason: String

        /// Creates a closure.
        public init(studio: Studio.ID, during: Range<Date>, reason: String) {
            self.studio = studio
            self.during = during
            self.reason = reason
        }
    }

    /// The working hours, by start.
    public let shifts: [Shift]
    /// The absences of the trainers who have shifts, by start.
    public let absences: [Absence]
    /// The closures of the studios that have shifts, by start.
    public let closures: [Closure]

    /// Creates a roster.
    public init(shifts: [Shift], absences: [Absence], closures: [Closure]) {
        self.shifts = shifts
        self.absences = absences
        self.closures = closures
    }
}

/// An absence or a closure, limited to one day.
public struct DayObstacle: Sendable, Equatable {
    /// The part of the day that the obstacle covers; `nil` if it leaves no working time.
    public let during: Range<Date>?
    /// The recorded reason.
    public let reason: String?

    /// Creates the obstacle of one day from an absence or a closure.
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
    /// Returns the parts of the period that are not in other periods, in order.
    ///
    /// - Parameter others: Periods in any order; they may overlap each other.
    /// - Returns: The remaining periods; none of them is empty.
    public func subtracting(_ others: [Range<Date>]) -> [Range<Date>] {
        others.reduce(isEmpty ? [] : [self]) { remaining, other in
            remaining.flatMap { piece in
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
    /// Returns the period of a local day; empty if the time zone skipped the whole date.
    ///
    /// - Parameter date: The local date.
    /// - Returns: The period from the first instant of the day to the first instant of the next day, exclusive.
    public func day(_ date: LocalDate) -> Range<Date> {
        let start = startOfDay(date)
        return start..<max(start, startOfDay(date.adding(days: 1)))
    }

    /// Returns the local dates that a period overlaps; a period that ends at midnight does not overlap the next date.
    ///
    /// - Parameter stretch: The period.
    /// - Returns: The range from the first date to the last.
    public func dates(of stretch: Range<Date>) -> ClosedRange<LocalDate> {
        let first = date(of: stretch.lowerBound)
        let last = date(of: stretch.upperBound)
        let touched = startOfDay(last) == stretch.upperBound ? last.adding(days: -1) : last
        return first...max(first, touched)
    }
}

extension Session {
    /// The period of the session; its end is exclusive.
    public var during: Range<Date> { startsAt..<endsAt }

    /// The local dates of the session, in the time zone of its studio.
    public var dates: ClosedRange<LocalDate> { studio.clock.dates(of: during) }
}
