import Booking
import Jobs

/// Jobs, queues and runners in columns, for people.
enum JobTables {
    /// What is said where no runner is active.
    static let noRunner = "No runner is alive: nothing is sent until `intro run` is started."

    /// Jobs of any state.
    static func jobs(_ jobs: [JobEntry]) -> Table {
        Table(
            [
                .init("JOB", .right), .init("STATE"), .init("QUEUE"), .init("KIND"), .init("DUE"),
                .init("ATTEMPT", .right), .init("WITH"), .init("LAST ERROR"),
            ],
            rows: jobs.map { job in
                [
                    "\(job.id)", job.stateText, job.queue, job.kind, RFC3339.string(job.runAt), job.attemptText,
                    job.runner ?? "", shortened(job.lastError ?? ""),
                ]
            })
    }

    /// Queues, how much is in each, and what is peculiar to it.
    static func queues(_ statistics: JobStatistics) -> Table {
        Table(
            [
                .init("QUEUE"), .init("WAITING", .right), .init("SCHEDULED", .right), .init("RUNNING", .right),
                .init("DEAD", .right), .init("OLDEST DUE", .right), .init(""),
            ],
            rows: statistics.queues.map { queue in
                [
                    queue.name, "\(queue.waiting)", "\(queue.scheduled)", "\(queue.running)", "\(queue.dead)",
                    queue.oldestDue.map { Age.text($0) } ?? "", peculiarities(queue),
                ]
            })
    }

    /// Runners that are alive.
    static func runners(_ statistics: JobStatistics) -> Table {
        Table(
            [
                .init("RUNNER"), .init("QUEUES"), .init("SEEN", .right), .init("DONE", .right),
                .init("FAILED", .right), .init("STALE", .right),
            ],
            rows: statistics.runners.map { runner in
                [
                    runner.name, runner.queues.joined(separator: " "), "\(Age.text(runner.seen)) ago",
                    "\(runner.completed)", "\(runner.failed)", "\(runner.stale)",
                ]
            })
    }

    /// What the table of jobs is like, and who holds vacuum up.
    static func storage(_ statistics: JobStatistics) -> KeyValueTable {
        let transaction = statistics.oldestTransaction.map { "\(Age.text($0)) old" }
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

    /// The beginning of a text from outside, for a column.
    static func shortened(_ text: String, to length: Int = 60) -> String {
        let shown = text.prefix(length + 1)
        return shown.count > length ? shown.prefix(length - 1) + "…" : String(shown)
    }

    private static func peculiarities(_ queue: JobStatistics.Queue) -> String {
        let paused = queue.pausedAt.map { "paused since \(RFC3339.string($0))" }
        let rate = queue.rate.map { "at most \($0.jobs) per \($0.period)" }
        return [paused, rate].compactMap(\.self).joined(separator: ", ")
    }
}

extension JobEntry {
    /// The state, with what there is to say of it.
    var stateText: String {
        if let reason { return "\(state.rawValue): \(reason.rawValue.split(separator: "_").joined(separator: " "))" }
        return isCancelRequested ? "\(state.rawValue), to be cancelled" : state.rawValue
    }

    /// How many attempts there were, of how many.
    var attemptText: String { "\(attempt)/\(maxAttempts)" }
}
