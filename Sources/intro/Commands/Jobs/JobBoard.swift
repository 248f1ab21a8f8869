import Booking
import FoundationEssentials
import Jobs

/// What `intro jobs watch` shows at one moment.
struct JobBoard: Sendable {
    /// How everything stands.
    let statistics: JobStatistics
    /// What runs.
    let running: [JobEntry]
    /// What died last.
    let dead: [JobEntry]
    /// Paused channels, and messages that call for attention.
    let delivery: DeliveryState

    /// Looks.
    init(_ desk: JobDesk, delivery: DeliveryState) async throws {
        self.delivery = delivery
        statistics = try await desk.statistics()
        running = try await desk.list(JobFilter(state: .running), limit: 100)
        dead = try await desk.lastDead(20)
    }

    /// The board as JSON has it.
    struct Record: Encodable {
        let statistics: JobStatisticsRecord
        let running: [JobRecord]
        let dead: [JobRecord]
    }

    /// The board for programs.
    var record: Record {
        Record(
            statistics: JobStatisticsRecord(statistics, delivery: delivery), running: running.map { JobRecord($0) },
            dead: dead.map { JobRecord($0) })
    }

    /// The board as parts of a screen.
    var parts: [ScreenPart] {
        let warnings =
            JobStatisticsRecord(statistics, delivery: delivery).warnings.map {
                ScreenLine("! \($0.message)", .alarming)
            }
            + delivery.pauses.map { ScreenLine("! \($0.line)", .alarming) }
            + (delivery.messages.isTrouble ? [ScreenLine("! \(delivery.messages.text)", .alarming)] : [])
        return [
            ScreenPart([ScreenLine("Jobs at \(RFC3339.string(statistics.at))", .heading)] + warnings),
            ScreenPart(JobTables.queues(statistics), orElse: "No queue has jobs."),
            ScreenPart(JobTables.runners(statistics), orElse: JobTables.noRunner),
            ScreenPart(runningTable, orElse: "Nothing runs."),
            ScreenPart(deadTable, orElse: "Nothing is dead."),
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
                .init("DEAD", .right), .init("KIND"), .init("QUEUE"), .init("SINCE", .right), .init("WHY"),
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
        Age.text(.seconds(statistics.at.timeIntervalSince(instant)))
    }
}
