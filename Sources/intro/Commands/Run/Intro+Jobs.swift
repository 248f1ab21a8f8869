import BookingStore
import Glibc
import Jobs
import Logging
import Postgres
import Reminders

extension Intro {
    /// Who does Intro's jobs.
    ///
    /// - Parameters:
    ///   - database: The handlers' pool.
    ///   - templates: The words of messages.
    ///   - mode: Whether messages that wait are left alone.
    /// - Returns: The handlers.
    /// - Throws: A `Failure` or `TransportConfigurationError` when mail is not configured as it must be.
    func jobHandlers(
        _ database: Database, templates: TemplateStore, mode: DeliveryRun.DeliveryMode
    ) throws -> JobHandlers {
        var handlers = JobHandlers()
        let batch = try reminders(
            database, templates: templates, mode: mode, restoreLevel: .warning)
        let (logger, notices) = (logger, DeliveryNotices(logger: logger))
        handlers.handle(PlanReminders.self) { [self] _, context in
            try await PlanReminders.run(at: now, context, database)
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
                    "sessions are not marked: see `intro agenda \(day.studio) --open`",
                    metadata: ["sessions": "\(day.sessions)"])
            }
        }
        handlers.handle(PruneHistory.self) { [self] _, _ in
            try await JobAdmin(database).prune()
            try await database.withConnection { [now] in try await ChannelPauseRepository($0).prune(at: now) }
        }
        return handlers
    }

    /// What Intro does again and again.
    var schedules: [CronJob] {
        get throws {
            [
                try planning,
                // Once an hour: somewhere a day has just ended.
                try CronJob("close-days", "5 * * * *", enqueues: CloseDays()),
                try CronJob("prune-history", "30 3 * * *", enqueues: PruneHistory()),
            ]
        }
    }

    /// The planning of reminders, each minute.
    var planning: CronJob {
        get throws { try CronJob("plan-reminders", "* * * * *", enqueues: PlanReminders()) }
    }

    /// The queues that there is work in.
    static let queues = ["default", DeliverMessages.queue]

    /// A runner of Intro's jobs.
    ///
    /// - Parameters:
    ///   - names: The queues to serve.
    ///   - concurrency: How many jobs of each at once; `nil` is as many as suit it.
    ///   - database: The handlers' pool.
    ///   - mode: Whether messages that wait are left alone.
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
        // A pool of its own: its heart beats also when the handlers' is exhausted.
        var connections = try await databaseConfiguration()
        connections.maximumConnections = queues.count + 3
        connections.applicationName = "intro run"
        return JobRunner(
            database: open(connections), listener: listener(connections), handlers: handlers, schedules: try schedules,
            configuration: JobRunner.Configuration(name: "\(hostName):\(getpid())", queues: queues), logger: logger,
        )
    }

    /// Hears of work at once, where notifications pass.
    private func listener(_ configuration: Database.Configuration) -> Listener? {
        guard configuration.preparedStatements else {
            logger.warning("PgBouncer in transaction mode passes no notifications: work is polled for every second")
            return nil
        }
        return Listener(configuration, channels: [JobQueue.channel], logger: logger)
    }

    /// The name of this machine.
    var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
