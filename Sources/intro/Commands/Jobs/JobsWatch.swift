import ArgumentParser
import Booking
import FoundationEssentials
import Jobs
import Postgres

extension JobsCommand {
    /// `intro jobs watch`.
    struct Watch: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "watch",
            abstract: "Watch queues, runners and jobs, until q or Ctrl-C.",
            discussion: """
                Without a terminal, each update is printed below the last one; with --json, as one line.

                Example: intro jobs watch
                """
        )

        @Option(parsing: .unconditional, help: ArgumentHelp("The time between two updates.", valueName: "time"))
        var interval = "1s"

        @Option(
            name: .customLong("count"), parsing: .unconditional,
            help: ArgumentHelp("Number of updates. (default: until interrupted)", valueName: "n"))
        var times: String?

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let interval = try parseShortDuration(interval, field: "--interval")
            let times = try times.map { try count($0, field: "--count", in: 1...1_000_000_000) } ?? .max
            let database = try await intro.database()
            let displayTimes = try await intro.displayTimes(in: database)
            let load: @Sendable () async throws -> JobOverview = {
                try await JobOverview(
                    JobAdmin(database), delivery: try await intro.deliveryState(in: database), times: displayTimes)
            }
            let console = intro.console
            let periodicUpdate = PeriodicUpdate(interval: interval, times: times, load: load)
            do {
                if console.isJSON || !console.isScreen {
                    try await Interruptible.run { try await periodicUpdate.print(on: console) }
                } else {
                    try await LiveScreen.run(on: console) { try await periodicUpdate.show(on: $0) }
                }
            } catch is CancellationError {
                // The user has ended the watch, which is not an error.
            }
        }
    }
}

/// A repeated update of the overview.
private struct PeriodicUpdate: Sendable {
    let interval: Duration
    let times: Int
    let load: @Sendable () async throws -> JobOverview

    /// Prints each overview: a line of JSON, or text followed by an empty line.
    func print(on console: Console) async throws {
        try await each {
            let board = try await load()
            try console.report(board.record) {
                let lines = ScreenPart.lines(board.parts, rows: .max)
                return lines.map { $0.text(columns: .max, colored: console.isColored) }.joined(separator: "\n") + "\n\n"
            }
        }
    }

    /// Shows each overview on a screen; while the database cannot be reached, shows the error above the last overview.
    func show(on screen: LiveScreen) async throws {
        var parts: [ScreenPart] = []
        try await each {
            do {
                parts = try await load().parts
                try screen.show(parts)
            } catch let error as PostgresError {
                let failure = Failure(describing: error)
                try screen.show([ScreenPart([ScreenLine("! \(failure.message)", .warning)])] + parts)
            }
        }
    }

    private func each(_ round: () async throws -> Void) async throws {
        for number in 1...times {
            try await round()
            if number < times { try await Task.sleep(for: interval) }
        }
    }
}

/// The content of `intro jobs watch` at one moment.
struct JobOverview: Sendable {
    /// The statistics of queues, runners and the table of jobs.
    let statistics: JobStatistics
    /// The running jobs.
    let running: [JobEntry]
    /// The jobs that became dead most recently.
    let dead: [JobEntry]
    /// Paused channels, and counts of messages that need attention.
    let delivery: DeliveryState
    /// The form of times.
    let times: DisplayTimes

    /// Loads the overview.
    init(_ admin: JobAdmin, delivery: DeliveryState, times: DisplayTimes) async throws {
        self.delivery = delivery
        self.times = times
        statistics = try await admin.statistics()
        running = try await admin.list(JobFilter(state: .running), limit: 100)
        dead = try await admin.lastDead(20)
    }

    /// The JSON form of the overview.
    struct Record: Encodable {
        let statistics: JobStatisticsRecord
        let running: [JobRecord]
        let dead: [JobRecord]
    }

    /// Returns the JSON form of the overview.
    var record: Record {
        Record(
            statistics: JobStatisticsRecord(statistics, delivery: delivery), running: running.map { JobRecord($0) },
            dead: dead.map { JobRecord($0) })
    }

    /// The overview as parts of a screen.
    var parts: [ScreenPart] {
        let warnings =
            JobStatisticsRecord(statistics, delivery: delivery).warnings.map {
                ScreenLine("! \($0.message)", .warning)
            }
            + delivery.pauses.map { ScreenLine("! \($0.line(times))", .warning) }
            + (delivery.messages.hasProblems ? [ScreenLine("! \(delivery.messages.text)", .warning)] : [])
        return [
            ScreenPart([ScreenLine("Jobs at \(times.text(statistics.at))", .heading)] + warnings),
            ScreenPart(JobTables.queues(statistics, times), orElse: "No queue has jobs."),
            ScreenPart(JobTables.runners(statistics), orElse: JobTables.noRunner),
            ScreenPart(runningTable, orElse: "No running jobs."),
            ScreenPart(deadTable, orElse: "No dead jobs."),
        ]
    }

    private var runningTable: Table {
        Table(
            [
                .init("RUNNING", .right), .init("KIND"), .init("QUEUE"), .init("FOR", .right), .init("ATTEMPT", .right),
                .init("WITH"),
            ],
            rows: running.map { job in
                [
                    "\(job.id)", job.kind, job.queue, job.claimedAt.map { age(since: $0) } ?? "", job.attemptText,
                    job.runner ?? "",
                ]
            })
    }

    private var deadTable: Table {
        Table(
            [
                .init("DEAD", .right), .init("KIND"), .init("QUEUE"), .exact("SINCE", .right), .code("WHY"),
                .init("LAST ERROR"),
            ],
            rows: dead.map { job in
                [
                    "\(job.id)", job.kind, job.queue, job.diedAt.map { age(since: $0) } ?? "",
                    job.reason?.rawValue ?? "", JobTables.shortened(job.lastError ?? "", to: 100),
                ]
            })
    }

    private func age(since instant: Date) -> String {
        CompactDuration.text(.seconds(statistics.at.timeIntervalSince(instant)))
    }
}
