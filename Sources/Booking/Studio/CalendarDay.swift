public import FoundationEssentials

/// One date of a trainer at one studio, as a calendar shows it.
public struct CalendarDay: Sendable {
    /// The reason why a trainer works or does not work; raw values are the codes in JSON output.
    public enum State: String, Sendable, CaseIterable {
        /// The trainer has working hours.
        case working
        /// The trainer has no working hours on this date, or is retired.
        case off
        /// The trainer is away during all working hours, or the whole day.
        case away
        /// The studio is closed during all remaining working hours.
        case closed
    }

    /// The date on the studio's calendar.
    public let date: LocalDate
    /// The studio; the home studio on a date without hours and sessions.
    public let studio: Session.Place
    /// Whether the trainer works.
    public let state: State
    /// The recorded reasons of the absences or closures that replace the working hours, or a part of them.
    public let reasons: [String]
    /// The date on which the trainer retired, if this day is not before it.
    public let retiredSince: LocalDate?
    /// The working hours without absences and closures, by start.
    public let hours: [Range<Date>]
    /// The sessions at the studio on this date, by start.
    public let sessions: [Session]
    /// The starts that can be booked, by start.
    public let openStarts: [Date]

    /// Returns the days of one date, one for each studio where the trainer has working hours or sessions.
    ///
    /// - Parameters:
    ///   - day: The trainer's date.
    ///   - home: The trainer's home studio.
    ///   - open: The free slots of the trainer; may include other days.
    /// - Returns: At least one day, by the first working hour.
    public static func days(of day: TrainerDay, home: Session.Place, open: [Slot]) -> [CalendarDay] {
        var places: [Session.Place] = []
        for place in day.scheduledHours.map(\.studio) + day.sessions.map(\.studio)
        where !places.contains(where: { $0.id == place.id }) {
            places.append(place)
        }
        return (places.isEmpty ? [home] : places).map { CalendarDay(day, at: $0, open: open) }
    }

    private init(_ day: TrainerDay, at place: Session.Place, open: [Slot]) {
        date = day.date
        studio = place
        retiredSince = day.retiredSince
        hours = day.availableHours.first { $0.studio.id == place.id }?.spans ?? []
        sessions = day.sessions.filter { $0.studio.id == place.id }
        openStarts = open.filter { $0.studio.id == place.id && place.clock.date(of: $0.startsAt) == day.date }
            .map(\.startsAt)
        let planned = day.scheduledHours.first { $0.studio.id == place.id }?.spans ?? []
        let closures = day.closures.filter { $0.studio.id == place.id }.map(\.obstacle)
        (state, reasons) = Self.state(
            isWorking: !hours.isEmpty, planned: planned, absences: day.absences, closures: closures)
    }

    private static func state(
        isWorking: Bool, planned: [Range<Date>], absences: [DayObstacle], closures: [DayObstacle]
    ) -> (State, reasons: [String]) {
        func reasons(_ obstacles: [DayObstacle]) -> [String] { obstacles.compactMap(\.reason) }
        let wholeDay = absences.filter { $0.during == nil }
        if isWorking {
            let partial = absences.filter { absence in
                absence.during.map { during in planned.contains { $0.overlaps(during) } } ?? false
            }
            return (.working, reasons(partial + closures))
        }
        if !wholeDay.isEmpty { return (.away, reasons(wholeDay)) }
        guard !planned.isEmpty else { return (.off, []) }
        let closed = closures.filter { $0.during == nil }
        if !closed.isEmpty { return (.closed, reasons(closed)) }
        return absences.isEmpty ? (.closed, reasons(closures)) : (.away, reasons(absences))
    }
}
