import Booking
import BookingStore
import CoreMetrics
import FoundationEssentials
import Jobs
import Locking
import Logging
import Postgres
import Reminders
import Telemetry

/// The metrics file of a runner for Prometheus: its own metrics, and those of all runners from the database.
struct RunnerMetrics: Sendable {
    private static let interval: Duration = .seconds(15)

    private let file: MetricsFile
    private let registry = MetricsRegistry(help: [
        "intro_channel_paused": "1 if a host has paused the channel because the server accepts no message; else 0.",
        "intro_channel_retries": "Failed attempts to send one message since the channel was paused.",
        "intro_database_up": "1 if the database responded when this file was written, else 0.",
        "intro_runner_heartbeat_timestamp_seconds": "When the runner last wrote this file, in Unix time.",
        "jobs_finished_total": "Executed jobs by result: done, retry, snooze, release, failed and so on.",
        "jobs_duration_seconds": "Durations of job executions.",
        "jobs_stale_leases_total": "Jobs that another runner had taken over.",
        "jobs_waiting": "Due jobs that wait for a runner.",
        "jobs_scheduled": "Jobs that are not due yet.",
        "jobs_running": "Running jobs.",
        "jobs_dead": "Dead jobs, which run again only when they are retried manually.",
        "jobs_oldest_due_seconds": "Time since the oldest waiting job became due.",
        "jobs_runners": "Active runners.",
        "jobs_table_live_rows": "Rows of the table of jobs.",
        "jobs_table_dead_rows": "Dead rows of the table of jobs that vacuum has not removed.",
        "database_oldest_transaction_seconds": "Age of the oldest open transaction; absent if not visible.",
        "reminders_oldest_overdue_seconds": "Time since the oldest overdue message became due.",
        "reminders_oldest_put_off_seconds":
            "Time since the oldest queued message that was already tried became due.",
        DeliveryMetrics.sent: "Messages that were sent, by channel.",
        DeliveryMetrics.failed: "Messages that could not be sent, by reason; each attempt counts.",
        "reminders_unknown": "Messages whose delivery status is unknown.",
        "reminders_held":
            "Messages not sent because the database was restored: reconciling ends automatically, held needs an operator.",
    ])
    private let clock: @Sendable () -> Date
    /// The queues that have been reported; an empty one is still reported, with zeros.
    private let queues: Guarded<Set<String>>

    /// Starts the counters; must be called once in a process.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - queues: The queues of the runner.
    ///   - clock: The clock that decides which messages are due.
    init(path: String, queues: [String], clock: @escaping @Sendable () -> Date) {
        file = MetricsFile(path)
        self.clock = clock
        self.queues = Guarded(Set(queues))
        MetricsSystem.bootstrap(registry)
        DeliveryMetrics.register()
    }

    /// Writes the file periodically, until the task is cancelled.
    ///
    /// - Parameters:
    ///   - database: The database to query.
    ///   - problems: The log of the runner's problems.
    func runPeriodically(from database: Database, logging problems: RunnerProblems) async {
        while (try? await Task.sleep(for: Self.interval)) != nil {
            let began = ContinuousClock.now
            do {
                try await write(from: database)
                problems.ends("figures", "the metrics are written again")
            } catch {
                problems.occurs(
                    "figures",
                    error is PostgresError
                        ? "the metrics cannot be read from the database" : "the metrics file cannot be written",
                    error: error, began: began)
            }
        }
    }

    /// Queries the database and writes the file.
    ///
    /// If the database does not respond, the file reports the outage and keeps the last known metrics.
    ///
    /// - Parameter database: The database to query.
    /// - Throws: `PostgresError` or `MetricsFileError`.
    func write(from database: Database) async throws {
        do {
            try await read(from: database)
        } catch let error as PostgresError {
            try writeOutage()
            throw error
        }
        gauge("intro_database_up", 1)
        try writeFile()
    }

    /// Writes the file with the database reported as unavailable.
    ///
    /// - Throws: `MetricsFileError`.
    func writeOutage() throws {
        gauge("intro_database_up", 0)
        try writeFile()
    }

    private func writeFile() throws {
        gauge("intro_runner_heartbeat_timestamp_seconds", Date().timeIntervalSince1970)
        try file.write(registry.text)
    }

    private func read(from database: Database) async throws {
        let statistics = try await JobAdmin(database).statistics()
        for name in queues.withLock({
            $0.formUnion(statistics.queues.map(\.name)); return $0
        }) {
            report(statistics.queues.first { $0.name == name }, named: name)
        }
        gauge("jobs_runners", Double(statistics.runners.count))
        gauge("jobs_table_live_rows", Double(statistics.table.live))
        gauge("jobs_table_dead_rows", Double(statistics.table.dead))
        if statistics.hidesTransactions {
            Meter(label: "database_oldest_transaction_seconds").destroy()
        } else {
            gauge("database_oldest_transaction_seconds", (statistics.oldestTransaction ?? .zero).seconds)
        }
        try await database.withConnection { try await readMessages(on: $0) }
    }

    private func readMessages(on connection: Connection) async throws {
        let (now, deliveries) = (clock(), DeliveryRepository(connection))
        let (overdue, putOff) = (try await deliveries.oldestOverdue(now: now), try await deliveries.oldestPostponed())
        gauge("reminders_oldest_overdue_seconds", overdue.map { now.timeIntervalSince($0.dueAt) } ?? 0)
        gauge("reminders_oldest_put_off_seconds", putOff.map { max(0, now.timeIntervalSince($0)) } ?? 0)
        gauge("reminders_unknown", Double(try await deliveries.countFailedAndUnknown(since: now).unknown))
        let held = try await DeliveryEpochRepository(connection).heldMessages(until: now)
        for reason in HeldMessages.Reason.allCases {
            gauge(
                "reminders_held", Double(held?.reason == reason ? held?.count ?? 0 : 0), [("reason", reason.rawValue)])
        }
        let pauses = try await ChannelPauseRepository(connection).known(at: now)
        for channel in Channel.allCases {
            let own = pauses.filter { $0.channel == channel }
            let dimensions = [("channel", channel.rawValue)]
            gauge("intro_channel_paused", own.isEmpty ? 0 : 1, dimensions)
            gauge("intro_channel_retries", Double(own.map(\.retries).max() ?? 0), dimensions)
        }
    }

    private func report(_ queue: JobStatistics.Queue?, named name: String) {
        let dimensions = [("queue", name)]
        gauge("jobs_waiting", Double(queue?.waiting ?? 0), dimensions)
        gauge("jobs_scheduled", Double(queue?.scheduled ?? 0), dimensions)
        gauge("jobs_running", Double(queue?.running ?? 0), dimensions)
        gauge("jobs_dead", Double(queue?.dead ?? 0), dimensions)
        gauge("jobs_oldest_due_seconds", (queue?.oldestDue ?? .zero).seconds, dimensions)
    }

    private func gauge(_ label: String, _ value: Double, _ dimensions: [(String, String)] = []) {
        Meter(label: label, dimensions: dimensions).set(value)
    }
}

extension Duration {
    /// The duration in seconds.
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
