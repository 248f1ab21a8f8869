import Booking
import BookingStore
import FoundationEssentials
import Jobs
import Reminders

/// The JSON form of the statistics of queues, runners and the table of jobs.
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
        @NullWhenNil var oldestDueSeconds: Double?
        let paused: Bool
        @NullWhenNil var pausedAt: Date?
        @NullWhenNil var rate: Rate?
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
        @NullWhenNil var pid: Int32?
        /// The number of transactions that have begun since.
        let transactions: Int
        @NullWhenNil var seconds: Double?
    }

    /// Counts of messages that need attention.
    struct Messages: Encodable, Equatable, Sendable {
        /// Messages that failed in the last seven days.
        let failed: Int
        /// Messages with an unknown delivery status.
        let unknown: Int
        /// Messages that are held because the database was restored or promoted; absent if there are none.
        let held: Int?
        /// `reconciling` or `held`; absent if no messages are held.
        let heldReason: String?
    }

    let at: Date
    let queues: [Queue]
    let runners: [Runner]
    let liveTuples: Int
    let deadTuples: Int
    @NullWhenNil var vacuumedAt: Date?
    @NullWhenNil var oldestTransactionSeconds: Double?
    @NullWhenNil var oldestSnapshot: Snapshot?
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

/// The state of message delivery, which is reported with the jobs.
struct DeliveryState: Sendable {
    /// Counts of messages that need attention.
    let messages: JobStatisticsRecord.Messages
    /// The channels that are paused, by host.
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

/// A warning about jobs: its JSON form and its text.
struct JobWarningRecord: Encodable {
    let code: String
    let message: String
    let hint: String
    /// The queue of the warning; `nil` if it is not about a queue.
    var queue: String?

    init(_ warning: JobWarning) {
        switch warning {
        case .vacuumBlocked(let snapshot, let rows):
            code = "vacuum_starves"
            message =
                "a held snapshot keeps vacuum from removing \(rows) dead rows of finished jobs: \(snapshot.text)"
            hint = snapshot.remedy
        case .noRunner(let queue, let waiting, let oldestDue):
            code = "no_runner"
            message =
                "queue \(queue) has \(counted(waiting, "job")) due, the oldest for \(CompactDuration.text(oldestDue)), "
                + "but no active runner"
            hint = "start a runner: `intro run`"
            self.queue = queue
        case .paused(let queue, let waiting):
            code = "queue_paused"
            message =
                "queue \(queue) is paused and has \(counted(waiting, "job")) due"
            hint = "resume it: `intro jobs resume \(queue)`"
            self.queue = queue
        }
    }
}

extension HeldSnapshot {
    /// The holder of the snapshot, and since when.
    fileprivate var text: String {
        let holder =
            switch self.holder {
            case .session: "a transaction of \(name.isEmpty ? "a client" : name)"
            case .standby: "the standby \(name)"
            case .preparedTransaction: "the prepared transaction \(name)"
            case .replicationSlot: "the replication slot \(name)"
            }
        let process = processID.map { " (process \($0))" } ?? ""
        return holder + process + (held.map { ", held for \(CompactDuration.text($0))" } ?? "")
    }

    /// The action that releases the snapshot.
    fileprivate var remedy: String {
        switch holder {
        case .session:
            "end the transaction: `SELECT pg_terminate_backend(\(processID ?? 0))`"
        case .standby:
            "end the long query on the standby, or turn off its hot_standby_feedback"
        case .preparedTransaction:
            "finish it: `COMMIT PREPARED` or `ROLLBACK PREPARED` with its name"
        case .replicationSlot:
            "start its reader again, or drop it: `SELECT pg_drop_replication_slot(…)` with its name"
        }
    }
}

/// The JSON form of a channel's state: one for each host that has paused it, or one without a host.
struct ChannelRecord: Encodable, Equatable, Sendable {
    let channel: String
    /// The host; `null` if no host has paused the channel.
    @NullWhenNil var sender: String?
    let paused: Bool
    /// The cause: unreachable, refused or deferred.
    @NullWhenNil var code: String?
    /// The server's reply, or the reason why it could not be used.
    @NullWhenNil var reason: String?
    @NullWhenNil var since: Date?
    /// When the next message is tried.
    @NullWhenNil var until: Date?
    /// The number of messages tried since the pause began.
    let retries: Int

    init(_ channel: Channel, _ pause: ChannelPause?) {
        self.channel = channel.rawValue
        sender = pause?.sender
        paused = pause != nil
        code = pause?.code.rawValue
        reason = pause?.reason
        since = pause?.since
        until = pause?.until
        retries = pause?.retries ?? 0
    }

    /// Returns the records of all channels.
    static func all(_ pauses: [ChannelPause]) -> [ChannelRecord] {
        Channel.allCases.flatMap { channel in
            let own = pauses.filter { $0.channel == channel }
            return own.isEmpty ? [ChannelRecord(channel, nil)] : own.map { ChannelRecord(channel, $0) }
        }
    }
}

extension ChannelPause {
    /// Returns the pause in one line, with the server's reply.
    func line(_ times: DisplayTimes) -> String {
        let retried = retries > 0 ? ", tried again \(counted(retries, "time"))" : ""
        return "\(channel.rawValue) is paused on \(sender) since \(times.text(since))\(retried), next try at "
            + "\(times.text(until)): \(cause)".visible
    }
}
