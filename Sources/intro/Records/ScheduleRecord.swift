import Booking
import FoundationEssentials
import Jobs

/// Work that comes again, as JSON has it.
struct ScheduleRecord: Encodable {
    struct Run: Encodable {
        let at: Date
        /// On the clock of the schedule's zone.
        let localAt: String
    }

    let key: String
    let schedule: String
    let zone: String
    let queue: String
    let kind: String
    let lastAt: Date
    /// On the clock of the schedule's zone; `null` where this binary does not know the zone.
    @Null var localLastAt: String?
    let declaredAt: Date
    let nextRuns: [Run]

    init(_ schedule: JobSchedule, next count: Int, after now: Date) {
        let clock = try? StudioClock(timeZone: schedule.zone)
        key = schedule.key
        self.schedule = schedule.schedule
        zone = schedule.zone
        queue = schedule.queue
        kind = schedule.kind
        lastAt = schedule.lastAt
        localLastAt = clock?.text(schedule.lastAt)
        declaredAt = schedule.declaredAt
        nextRuns = schedule.next(count, after: now).map { Run(at: $0, localAt: clock?.text($0) ?? "") }
    }
}
