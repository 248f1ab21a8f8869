import BookingStore
import CoreMetrics
import FoundationEssentials
import Jobs
import Logging
import Postgres
import Reminders
import Telemetry

/// The figures of a runner, kept in a file for Prometheus: what it counts itself, and what the database tells of all.
struct RunnerFigures: Sendable {
    private static let interval: Duration = .seconds(15)

    private let file: MetricsFile
    private let registry = MetricsRegistry(help: [
        "jobs_finished_total": "Jobs by what came of them: done, retry, snooze, release, failed and so on.",
        "jobs_duration_seconds": "How long handlers took.",
        "jobs_stale_leases_total": "How often another runner had taken a job over.",
        "jobs_waiting": "Jobs that are due and wait.",
        "jobs_scheduled": "Jobs whose time has not come.",
        "jobs_running": "Jobs in runners' hands.",
        "jobs_dead": "Jobs that nobody will run unless somebody retries them.",
        "jobs_oldest_due_seconds": "How long the job has been due that has waited longest.",
        "jobs_runners": "Runners that are alive.",
        "jobs_table_live_rows": "Rows of the table of jobs.",
        "jobs_table_dead_rows": "Rows of the table of jobs that vacuum has not removed.",
        "database_oldest_transaction_seconds": "How long the longest transaction has been open.",
        "reminders_oldest_overdue_seconds": "How long the message has been due that is overdue for longest.",
        DeliveryMetrics.sent: "Messages that were sent, by channel.",
        DeliveryMetrics.failed: "Messages that could not be sent, by reason; one that is tried again counts each time.",
        "reminders_unknown": "Messages whose delivery status is unknown.",
    ])
    private let database: Database
    private let clock: @Sendable () -> Date
    private let logger: Logger
    /// Queues that have been told of; one that is empty is still told of, as empty.
    private let queues: Guarded<Set<String>>

    /// Counts from now on; once in a process.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - queues: The queues that the runner serves.
    ///   - database: What to ask.
    ///   - clock: The clock by which messages are due.
    ///   - logger: Where trouble is told.
    init(
        path: String, queues: [String], database: Database, clock: @escaping @Sendable () -> Date, logger: Logger
    ) {
        file = MetricsFile(path)
        self.database = database
        self.clock = clock
        self.logger = logger
        self.queues = Guarded(Set(queues))
        MetricsSystem.bootstrap(registry)
        DeliveryMetrics.register()
    }

    /// Writes the file again and again, until the task is cancelled.
    func keep() async {
        while (try? await Task.sleep(for: Self.interval)) != nil {
            do {
                try await write()
            } catch {
                logger.warning("the figures could not be written", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Writes the file.
    ///
    /// - Throws: `PostgresError` or `MetricsFileError`.
    func write() async throws {
        let statistics = try await JobDesk(database).statistics()
        for name in queues.withLock({
            $0.formUnion(statistics.queues.map(\.name)); return $0
        }) {
            tell(statistics.queues.first { $0.name == name }, named: name)
        }
        gauge("jobs_runners", Double(statistics.runners.count))
        gauge("jobs_table_live_rows", Double(statistics.table.live))
        gauge("jobs_table_dead_rows", Double(statistics.table.dead))
        gauge("database_oldest_transaction_seconds", (statistics.oldestTransaction ?? .zero).seconds)
        let now = clock()
        let (overdue, unknown) = try await database.withConnection { connection in
            let deliveries = DeliveryRepository(connection)
            return (try await deliveries.oldestOverdue(now: now), try await deliveries.countTrouble(since: now).unknown)
        }
        gauge("reminders_oldest_overdue_seconds", overdue.map { now.timeIntervalSince($0) } ?? 0)
        gauge("reminders_unknown", Double(unknown))
        try file.write(registry.text)
    }

    private func tell(_ queue: JobStatistics.Queue?, named name: String) {
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
