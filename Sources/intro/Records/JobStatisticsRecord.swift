import BookingStore
import FoundationEssentials
import Jobs

/// How queues, runners and the table of jobs stand, as JSON has it.
struct JobStatisticsRecord: Encodable {
    struct Rate: Encodable, Equatable, Sendable {
        let jobs: Int
        let seconds: Double
    }

    struct Queue: Encodable {
        let name: String
        let waiting: Int
        let scheduled: Int
        let running: Int
        let dead: Int
        @Null var oldestDueSeconds: Double?
        let paused: Bool
        @Null var pausedAt: Date?
        @Null var rate: Rate?
    }

    struct Runner: Encodable {
        let name: String
        let queues: [String]
        let startedAt: Date
        let seenSecondsAgo: Double
        let completed: Int
        let failed: Int
        let stale: Int
    }

    struct Snapshot: Encodable, Equatable, Sendable {
        /// session, standby, prepared_transaction or replication_slot.
        let holder: String
        let name: String
        @Null var pid: Int32?
        /// How many transactions have begun since.
        let transactions: Int
        @Null var seconds: Double?
    }

    /// Messages that call for attention.
    struct Messages: Encodable, Equatable, Sendable {
        /// Those that failed in the last seven days.
        let failed: Int
        /// Those whose delivery status is unknown.
        let unknown: Int
        /// Those that are not sent at present because the database was restored or promoted;
        /// absent where none are.
        let held: Int?
        /// `reconciling` or `held`, where there are such.
        let heldReason: String?
    }

    let at: Date
    let queues: [Queue]
    let runners: [Runner]
    let liveTuples: Int
    let deadTuples: Int
    @Null var vacuumedAt: Date?
    @Null var oldestTransactionSeconds: Double?
    @Null var oldestSnapshot: Snapshot?
    let warnings: [JobWarningRecord]
    let messages: Messages
    let channels: [ChannelRecord]

    init(_ statistics: JobStatistics, delivery: DeliveryState) {
        at = statistics.at
        queues = statistics.queues.map { Queue($0) }
        runners = statistics.runners.map { Runner($0) }
        liveTuples = statistics.table.live
        deadTuples = statistics.table.dead
        vacuumedAt = statistics.table.vacuumedAt
        oldestTransactionSeconds = statistics.oldestTransaction?.inSeconds
        oldestSnapshot = statistics.snapshot.map { Snapshot($0) }
        warnings = statistics.warnings.map { JobWarningRecord($0) }
        messages = delivery.messages
        channels = ChannelRecord.all(delivery.pauses)
    }
}

/// What is known of the delivery of messages, beside the jobs.
struct DeliveryState: Sendable {
    /// Messages that call for attention.
    let messages: JobStatisticsRecord.Messages
    /// The channels that hosts have paused.
    let pauses: [ChannelPause]
}

extension JobStatisticsRecord.Queue {
    init(_ queue: JobStatistics.Queue) {
        self.init(
            name: queue.name, waiting: queue.waiting, scheduled: queue.scheduled, running: queue.running,
            dead: queue.dead, oldestDueSeconds: queue.oldestDue?.inSeconds, paused: queue.pausedAt != nil,
            pausedAt: queue.pausedAt,
            rate: queue.rate.map { JobStatisticsRecord.Rate(jobs: $0.jobs, seconds: $0.period.inSeconds) })
    }
}

extension JobStatisticsRecord.Runner {
    init(_ runner: JobStatistics.Runner) {
        self.init(
            name: runner.name, queues: runner.queues, startedAt: runner.startedAt,
            seenSecondsAgo: runner.seen.inSeconds, completed: runner.completed, failed: runner.failed,
            stale: runner.stale)
    }
}

extension JobStatisticsRecord.Snapshot {
    init(_ snapshot: HeldSnapshot) {
        self.init(
            holder: snapshot.holder.rawValue, name: snapshot.name, pid: snapshot.processID,
            transactions: snapshot.transactions, seconds: snapshot.held?.inSeconds)
    }
}

extension Duration {
    /// The duration in seconds, to the millisecond.
    fileprivate var inSeconds: Double {
        (Double(components.seconds) * 1000 + (Double(components.attoseconds) / 1e15).rounded()) / 1000
    }
}
