import ArgumentParser
import Booking
import BookingStore
import FoundationEssentials
import Jobs
import Postgres
import Reminders

extension JobsCommand {
    /// `intro jobs stats`.
    struct Stats: IntroSubcommand {
        static let configuration = CommandConfiguration(
            commandName: "stats",
            abstract: "Show queues, runners, channels and warnings.", discussion: "Example: intro jobs stats --json"
        )

        @Flag(help: "Exit with 69 if no runner is active or a warning is shown.")
        var check = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func run(in intro: Intro) async throws {
            let database = try await intro.database()
            let statistics = try await JobAdmin(database).statistics()
            try await intro.warnOfTimeZones(in: database)
            let delivery = try await intro.deliveryState(in: database)
            let times = try await intro.displayTimes(in: database)
            let record = JobStatisticsRecord(statistics, delivery: delivery)
            try intro.console.report(record) {
                let colored = intro.console.isColored
                var parts = [JobTables.queues(statistics, times).text(colored: colored)]
                parts.append(
                    statistics.runners.isEmpty
                        ? JobTables.noRunner : JobTables.runners(statistics).text(colored: colored))
                parts.append(JobTables.storage(statistics).text(colored: colored))
                parts.append(
                    ([delivery.messages.text] + delivery.pauses.map { $0.line(times) }).joined(separator: "\n"))
                parts += record.warnings.map { warning in
                    "\(Style.red("warning:", when: colored)) \(warning.message.visible)\n"
                        + "\(Style.bold("hint:", when: colored)) \(warning.hint.visible)"
                }
                return parts.joined(separator: "\n\n")
            }
            if check, let failure = Self.failure(of: statistics, record, delivery) { throw failure }
        }

        /// Returns the failure that `--check` reports after the statistics; `nil` without problems.
        private static func failure(
            of statistics: JobStatistics, _ record: JobStatisticsRecord, _ delivery: DeliveryState
        ) -> Failure? {
            var problems = record.warnings.map { (message: $0.message, hint: $0.hint) } + delivery.problems
            if statistics.runners.isEmpty {
                problems.insert(("no runner is active", "start a runner: `intro run`"), at: 0)
            }
            guard let first = problems.first else { return nil }
            let more = problems.count - 1
            return Failure(
                code: "jobs_check",
                message: more == 0 ? first.message : "\(first.message), and \(counted(more, "more problem"))",
                hint: first.hint, exit: .unreachable)
        }
    }
}

extension DeliveryState {
    /// The paused channels and the held messages, each with the next step.
    fileprivate var problems: [(message: String, hint: String)] {
        let paused = pauses.map { pause in
            (
                message: "\(pause.channel.rawValue) is paused on \(pause.sender)",
                hint: "correct the cause that `intro status` shows; the next try is automatic"
            )
        }
        guard let held = messages.held, held > 0 else { return paused }
        return paused + [
            (
                message: "\(counted(held, "message")) held after a restore",
                hint: "see `intro status`, `intro reminders hold` and `intro reminders release`"
            )
        ]
    }
}

extension Intro {
    /// Reads the paused channels, and counts the messages that need attention.
    ///
    /// - Parameters:
    ///   - database: The database with the ledger.
    ///   - failedSince: Earlier failures are not counted; by default those of more than seven days ago.
    /// - Returns: The pauses, and the numbers of messages that failed or have an unknown status.
    /// - Throws: `PostgresError`.
    func deliveryState(in database: Database, failedSince: Date? = nil) async throws -> DeliveryState {
        let now = now
        let failedSince = failedSince ?? now - 7 * 86_400
        return try await database.withConnection { connection in
            let (failed, unknown) = try await DeliveryRepository(connection).countFailedAndUnknown(
                since: failedSince)
            let held = try await DeliveryEpochRepository(connection).heldMessages(until: now)
                .flatMap { $0.count > 0 ? $0 : nil }
            return DeliveryState(
                messages: JobStatisticsRecord.Messages(
                    failed: failed, unknown: unknown, held: held.map(\.count), heldReason: held?.reason.rawValue),
                pauses: try await ChannelPauseRepository(connection).known(at: now))
        }
    }
}

extension JobStatisticsRecord.Messages {
    /// The counts in one line, with the commands that show more.
    var text: String {
        let hints = [
            failed > 0 ? "`intro reminders list --status failed`" : nil,
            unknown > 0 ? "`intro reminders unknown`" : nil,
            heldReason == HeldMessages.Reason.held.rawValue ? "`intro reminders hold --help`" : nil,
        ].compactMap(\.self)
        return "Messages: \(failed) failed in the last 7 days, \(unknown) unknown"
            + (held.map { ", \($0) held after a restore." } ?? ".")
            + (hints.isEmpty ? "" : " See " + hints.joined(separator: " and ") + ".")
    }

    /// Whether any message needs attention.
    var hasProblems: Bool { failed + unknown + (held ?? 0) > 0 }
}

/// Text tables of jobs, queues and runners.
enum JobTables {
    /// The text for no active runner.
    static let noRunner = "No active runner: nothing is sent until you start `intro run`."

    /// Returns a table of jobs of any state.
    static func jobs(_ jobs: [JobEntry], _ times: DisplayTimes) -> Table {
        Table(
            [
                .code("JOB", .right), .code("STATE"), .init("QUEUE"), .init("KIND"), .exact("DUE"),
                .init("ATTEMPT", .right), .init("WITH"), .init("LAST ERROR"),
            ],
            rows: jobs.map { job in
                [
                    "\(job.id)", job.stateText, job.queue, job.kind, times.text(job.runAt), job.attemptText,
                    job.runner ?? "", shortened(job.lastError ?? ""),
                ]
            })
    }

    /// Returns a table of queues with their numbers of jobs and notes.
    static func queues(_ statistics: JobStatistics, _ times: DisplayTimes) -> Table {
        Table(
            [
                .init("QUEUE"), .init("WAITING", .right), .init("SCHEDULED", .right), .init("RUNNING", .right),
                .init("DEAD", .right), .init("OLDEST DUE", .right), .init(""),
            ],
            rows: statistics.queues.map { queue in
                [
                    queue.name, "\(queue.waiting)", "\(queue.scheduled)", "\(queue.running)", "\(queue.dead)",
                    queue.oldestDue.map { CompactDuration.text($0) } ?? "", queueNotes(queue, times),
                ]
            })
    }

    /// Returns a table of active runners.
    static func runners(_ statistics: JobStatistics) -> Table {
        Table(
            [
                .init("RUNNER"), .init("QUEUES"), .init("SEEN", .right), .init("DONE", .right),
                .init("FAILED", .right), .init("STALE", .right),
            ],
            rows: statistics.runners.map { runner in
                [
                    runner.name, runner.queues.joined(separator: " "), "\(CompactDuration.text(runner.seen)) ago",
                    "\(runner.completed)", "\(runner.failed)", "\(runner.stale)",
                ]
            })
    }

    /// Returns the size of the table of jobs, and the transaction and snapshot that hold back vacuum.
    static func storage(_ statistics: JobStatistics) -> KeyValueTable {
        let transaction = statistics.oldestTransaction.map { "\(CompactDuration.text($0)) old" }
        let snapshot = statistics.snapshot.map { snapshot in
            let process = snapshot.processID.map { "process \($0)" }
            let words = [snapshot.holder.rawValue, snapshot.name, process ?? ""].filter { !$0.isEmpty }
            return words.joined(separator: " ") + ", \(counted(snapshot.transactions, "transaction")) ago"
        }
        return KeyValueTable([
            "Rows": "\(statistics.table.live) live, \(statistics.table.dead) dead",
            "Oldest transaction": transaction ?? "none",
            "Oldest snapshot": snapshot ?? "none",
        ])
    }

    /// Returns the beginning of a text from outside, for a column.
    static func shortened(_ text: String, to length: Int = 60) -> String {
        let shown = text.prefix(length + 1)
        return shown.count > length ? shown.prefix(length - 1) + "…" : String(shown)
    }

    private static func queueNotes(_ queue: JobStatistics.Queue, _ times: DisplayTimes) -> String {
        let paused = queue.pausedAt.map { "paused since \(times.text($0))" }
        let rate = queue.rate.map { "at most \($0.jobs) per \($0.period)" }
        return [paused, rate].compactMap(\.self).joined(separator: ", ")
    }
}

extension JobEntry {
    /// The state with its details.
    var stateText: String {
        if let reason { return "\(state.rawValue): \(reason.rawValue.split(separator: "_").joined(separator: " "))" }
        return isCancelRequested ? "\(state.rawValue), to be cancelled" : state.rawValue
    }

    /// The number of attempts and its maximum.
    var attemptText: String { "\(attempt)/\(maxAttempts)" }
}
