import BookingStore
import Glibc
import Jobs
import Logging
import Postgres
import Reminders

extension Intro {
    /// Returns the handlers of all jobs.
    ///
    /// - Parameters:
    ///   - database: The handlers' pool.
    ///   - templates: The message templates.
    ///   - mode: The delivery mode.
    /// - Returns: The handlers.
    /// - Throws: A `Failure` or `TransportConfigurationError` when the configuration of mail is not valid.
    func jobHandlers(
        _ database: Database, templates: TemplateStore, mode: DeliveryRun.DeliveryMode
    ) throws -> JobHandlers {
        var handlers = JobHandlers()
        let batch = try reminders(
            database, templates: templates, mode: mode, restoreLevel: .warning)
        let (logger, notices) = (logger, DeliveryNotices(logger: logger, advice: .commandLine))
        handlers.handle(PlanReminders.self) { [self] _, context in
            try await PlanReminders.run(at: now, context, database).log(to: logger)
        }
        handlers.handleBatch(of: DeliverMessages.self, upTo: 1000, timeout: .seconds(3600)) { jobs in
            try await DeliverMessages.run(jobs, with: batch, notices: notices, logger: logger)
        }
        handlers.handle(CloseDays.self) { [self] _, context in
            let open = try await database.transaction { [now] connection in
                let open = try await CloseDays.close(at: now, on: connection)
                try await context.complete(on: connection)
                return open
            }
            for day in open {
                logger.warning(
                    "past sessions are not marked: see `intro agenda \(day.studio) --open`",
                    metadata: ["sessions": .stringConvertible(day.sessions)])
            }
        }
        // An hour, for the first run on a large database; the next run continues.
        handlers.handle(PruneHistory.self, timeout: .seconds(3600)) { [self] _, _ in
            try await applyRetention(in: database).log(to: logger)
        }
        return handlers
    }

    /// The recurring jobs.
    var schedules: [CronJob] {
        get throws {
            [
                try planning,
                // Hourly, because days end at different times in different time zones.
                try CronJob("close-days", "5 * * * *", enqueues: CloseDays()),
                try CronJob("prune-history", "30 3 * * *", enqueues: PruneHistory()),
            ]
        }
    }

    /// The recurring job that plans reminders, each minute.
    var planning: CronJob {
        get throws { try CronJob("plan-reminders", "* * * * *", enqueues: PlanReminders()) }
    }

    /// The queues that have jobs.
    static let queues = ["default", DeliverMessages.queue]

    /// Returns a runner of jobs.
    ///
    /// - Parameters:
    ///   - names: The queues to serve.
    ///   - concurrency: The maximum number of concurrent jobs of each queue; `nil` for each queue's default.
    ///   - database: The handlers' pool.
    ///   - mode: The delivery mode.
    /// - Returns: The runner.
    /// - Throws: A `Failure`, `TransportConfigurationError` or `PostgresError`.
    func runner(
        queues names: [String], concurrency: Int?, handlers database: Database, mode: DeliveryRun.DeliveryMode
    ) async throws -> JobRunner {
        let templates = try await checkedTemplates(for: database)
        let handlers = try jobHandlers(database, templates: templates, mode: mode)
        let queues = names.map {
            JobRunner.Queue($0, concurrency: concurrency ?? ($0 == DeliverMessages.queue ? 1 : 2))
        }
        // A separate pool, so that heartbeats continue when the handlers' pool is exhausted.
        var connections = try await databaseConfiguration()
        connections.maximumConnections = queues.count + 3
        connections.applicationName = "intro run"
        return JobRunner(
            database: open(connections), listener: listener(connections), handlers: handlers, schedules: try schedules,
            configuration: JobRunner.Configuration(
                name: "\(hostName):\(getpid())", version: Version().build, queues: queues), logger: logger)
    }

    /// Returns the listener that wakes the runner for new jobs, if the connection passes notifications.
    private func listener(_ configuration: Database.Configuration) -> Listener? {
        guard configuration.preparedStatements else {
            logger.warning("PgBouncer in transaction mode passes no notifications: jobs are polled for every second")
            return nil
        }
        return Listener(configuration, channels: [JobQueue.channel], logger: logger)
    }

    /// The host name of this machine.
    var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
