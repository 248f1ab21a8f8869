import ArgumentParser
import BookingStore
import Dispatch
import FoundationEssentials
import Glibc
import Jobs
import Logging
import Postgres
import Reminders
import Telemetry

/// `intro run`: runs jobs.
struct Run: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run jobs, such as sending messages and planning reminders.",
        discussion: """
            Any number of runners, on any number of machines, share the work. The first Ctrl-C or SIGTERM lets running jobs \
            finish, the second cancels them, the third ends the process.

            Example: intro run --queue messages
            """)

    static let logLevel = Logger.Level.info

    @Option(help: ArgumentHelp("Run only this queue's jobs; repeatable. (default: all)", valueName: "queue"))
    var queue: [String] = []

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Maximum number of jobs of each queue at once.", valueName: "n"))
    var concurrency: String?

    @Flag(help: "Run until no job is due, then end.")
    var drain = false

    @Option(help: ArgumentHelp("Write metrics for Prometheus to this file.", valueName: "file"))
    var metricsFile: String?

    @Flag(help: "Send real messages even with --now.")
    var yes = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// The totals of a runner.
    private struct Record: Encodable {
        let completed: Int
        let failed: Int
        let stale: Int
    }

    func run(in intro: Intro) async throws {
        let concurrency = try concurrency.map { try count($0, field: "--concurrency", in: 1...1000) }
        let named = try queue.map { try queueName($0) }
        let queues = Intro.queues.filter { named.isEmpty || named.contains($0) }
        if queues.contains(DeliverMessages.queue) { try SimulatedTime.confirm(yes, in: intro) }
        let runnerMetrics = metricsFile.map { path in
            RunnerMetrics(path: path, queues: queues, clock: { intro.now })
        }
        let database = try await connectToDatabase(in: intro, runnerMetrics)
        // A run from a crontab ends when no job is due, so it does not wait for postponed messages.
        let runner = try await intro.runner(
            queues: queues, concurrency: concurrency, handlers: database,
            mode: drain ? .periodic : .continuous)
        var loops: [BackgroundLoop] = []
        if let runnerMetrics {
            loops.append(
                BackgroundLoop(name: "metrics file") { [problems = runner.problems] in
                    await runnerMetrics.runPeriodically(from: database, logging: problems)
                })
        }
        if !drain, let monitor = try await restoreMonitor(for: database, queues, runner, intro) {
            loops.append(BackgroundLoop(name: "restore monitor") { await monitor.runPeriodically() })
        }
        try intro.noteSMSFolder()
        try await intro.warnOfTimeZones(in: database)
        let totals =
            try await drain
            ? drain(runner, beside: loops, of: queues, in: database, intro)
            : serve(runner, beside: loops, of: queues, in: intro)
        try await runnerMetrics?.write(from: database)
        try intro.console.report(Record(completed: totals.completed, failed: totals.failed, stale: totals.stale)) {
            "\(counted(totals.completed, "job")) done, \(counted(totals.failed, "attempt")) failed."
        }
    }

    /// Connects to the database and writes the first metrics file, so that an unwritable file is reported before the
    /// start.
    private func connectToDatabase(in intro: Intro, _ runnerMetrics: RunnerMetrics?) async throws -> Database {
        do {
            let database = try await intro.database()
            try await runnerMetrics?.write(from: database)
            return database
        } catch let error as PostgresError {
            // A service manager restarts the process; until then, the file reports the outage.
            try? runnerMetrics?.writeOutage()
            throw error
        }
    }

    /// Compares the journal with the database for the first time, and returns the monitor that continues to do so; a
    /// runner that sends messages does it even without a delivery.
    private func restoreMonitor(
        for database: Database, _ queues: [String], _ runner: JobRunner, _ intro: Intro
    ) async throws -> RestoreMonitor? {
        guard queues.contains(DeliverMessages.queue) else { return nil }
        let reconciler = intro.reconciler(database)
        try await reconciler.reconcile()
        return RestoreMonitor(reconciler: reconciler, problems: runner.problems.others, logger: intro.logger)
    }

    private func serve(
        _ runner: JobRunner, beside loops: [BackgroundLoop], of queues: [String], in intro: Intro
    ) async throws -> JobRunner.Totals {
        let notifier = ServiceNotifier(environment: ProcessInfo.processInfo.environment)
        let keepAlive = BackgroundLoop(name: "watchdog") { await notifier.keepAlive { runner.hasValidLease } }
        let process = RunnerProcess(runner: runner, loops: loops + [keepAlive], logger: intro.logger)
        let totals = try await process.run {
            try await runner.run {
                notifier.ready("running the jobs of \(queues.joined(separator: ", "))")
                intro.logStart(of: queues)
            }
        } onShutdown: { [logger = intro.logger] in
            notifier.stopping("waiting for running jobs to finish")
            Self.endProcess(after: 33, logger)
        }
        intro.logStop(process.stopReason ?? "cancelled", totals)
        return totals
    }

    /// Ends the process even if a database or a mail server does not respond.
    ///
    /// Stopping takes at most 30 seconds in that case: 25 for running jobs and 5 to cancel the rest.
    private static func endProcess(after seconds: Int, _ logger: Logger) {
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) {
            logger.error(
                "the runner stops without waiting any longer; other runners take over its jobs",
                metadata: ["reason": "the database or a server did not answer", "waited_seconds": "\(seconds)"])
            _exit(ExitCode.tryAgain.rawValue)
        }
    }

    /// Plans reminders first, to include those that have become due since the last planning.
    private func drain(
        _ runner: JobRunner, beside loops: [BackgroundLoop], of queues: [String], in database: Database, _ intro: Intro
    ) async throws -> JobRunner.Totals {
        let planning = try intro.planning
        if queues.contains(planning.queue) {
            _ = try await database.withConnection { try await JobQueue($0).enqueue(planning) }
        }
        let process = RunnerProcess(runner: runner, loops: loops, logger: intro.logger)
        let totals = try await process.run {
            try await runner.drain { intro.logStart(of: queues) }
        }
        intro.logStop(process.stopReason ?? "no job is due", totals)
        return totals
    }

    private func queueName(_ text: String) throws -> String {
        guard Intro.queues.contains(text) else {
            throw Failure.invalidInput(
                "queue \(text.visible) not found", hint: "the queues are " + Intro.queues.joined(separator: " and "))
        }
        return text
    }
}

/// A task that compares the journal after a restore or promotion of the database, whether or not the runner has jobs.
///
/// Messages of all senders are held until each sender has compared its journal with the database.
struct RestoreMonitor: Sendable {
    private static let interval: Duration = .seconds(5)

    let reconciler: JournalReconciler
    let problems: ProblemLog
    let logger: Logger

    /// Compares the journal after each restore or promotion of the database, until the task is cancelled.
    func runPeriodically() async {
        while (try? await Task.sleep(for: Self.interval)) != nil {
            do {
                try await reconciler.reconcile()
                problems.ends("journal", "the journal can be written again")
            } catch let problem as JournalError {
                problems.occurs("journal", level: .error, "\(problem)")
            } catch {
                // The runner itself logs that the database cannot be reached.
                logger.debug("the journal was not compared with the database", metadata: ["error": "\(error)"])
            }
        }
    }
}
