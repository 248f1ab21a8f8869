import ArgumentParser
import Booking
import FoundationEssentials
import Jobs

extension JobsCommand {
    /// `intro jobs schedule`.
    struct ScheduleList: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "schedule",
            abstract: "List recurring jobs and their next times.", discussion: "Example: intro jobs schedule"
        )

        @Option(
            parsing: .unconditional,
            help: ArgumentHelp("Number of next times to show. (default: 3)", valueName: "n"))
        var next: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let runs = try next.map { try count($0, field: "--next", in: 0...1000) } ?? 3
            let (now, times) = (intro.now, intro.console.times)
            let records = try await intro.jobAdmin().schedules().map { ScheduleRecord($0, next: runs, after: now) }
            try intro.console.report(records) {
                records.isEmpty
                    ? "No recurring jobs: no runner has declared a schedule yet."
                    : Self.table(records, times).text(colored: intro.console.isColored)
            }
        }

        /// Returns the schedules, each with its times in its own time zone, and a line for each further run.
        private static func table(_ records: [ScheduleRecord], _ times: TimeFormat) -> Table {
            var table = Table([.code("JOB"), .init("SCHEDULE"), .init("ZONE"), .exact("LAST"), .exact("NEXT")])
            for record in records {
                let clock = try? StudioClock(timeZone: record.zone)
                let last = clock.map { times.text(record.lastAt, on: $0) } ?? "unreadable"
                let runs = clock.map { clock in record.nextRuns.map { times.text($0.at, on: clock) } } ?? []
                table.append([record.key, record.schedule, record.zone, last] + runs.prefix(1))
                for run in runs.dropFirst() { table.append(["", "", "", "", run]) }
            }
            return table
        }
    }
}

/// The JSON form of a recurring job.
struct ScheduleRecord: Encodable {
    struct Run: Encodable {
        let at: Date
        /// The time in the schedule's time zone.
        let localAt: String
    }

    let key: String
    let schedule: String
    let zone: String
    let queue: String
    let kind: String
    let lastAt: Date
    /// The time in the schedule's time zone; `null` if this binary does not know the time zone.
    @NullWhenNil var localLastAt: String?
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
