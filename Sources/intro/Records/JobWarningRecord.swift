import Jobs

/// Something about jobs that somebody should see to, as JSON has it, and in the words that people read.
struct JobWarningRecord: Encodable {
    let code: String
    let message: String
    let hint: String
    /// The queue, where it is about one.
    var queue: String?

    init(_ warning: JobWarning) {
        switch warning {
        case .vacuumStarves(let snapshot, let rows):
            code = "vacuum_starves"
            message =
                "a held snapshot keeps vacuum from removing \(rows) dead rows of jobs that are done: \(snapshot.words)"
            hint = snapshot.remedy
        case .noRunner(let queue, let waiting, let oldestDue):
            code = "no_runner"
            message =
                "queue \(queue) has \(counted(waiting, "job")) due, the oldest for \(Age.text(oldestDue)), and no runner "
                + "that is alive serves it"
            hint = "start one: `intro run`"
            self.queue = queue
        case .paused(let queue, let waiting):
            code = "queue_paused"
            message =
                "queue \(queue) is paused, and \(counted(waiting, "job")) \(waiting == 1 ? "is" : "are") due in it"
            hint = "`intro jobs resume \(queue)` lets it go on"
            self.queue = queue
        }
    }
}

extension HeldSnapshot {
    /// Who holds it, and for how long.
    fileprivate var words: String {
        let holder =
            switch self.holder {
            case .session: "a transaction of \(name.isEmpty ? "a client" : name)"
            case .standby: "the standby \(name)"
            case .preparedTransaction: "the prepared transaction \(name)"
            case .replicationSlot: "the replication slot \(name)"
            }
        let process = processID.map { " (process \($0))" } ?? ""
        return holder + process + (held.map { ", held for \(Age.text($0))" } ?? "")
    }

    /// What makes an end of it.
    fileprivate var remedy: String {
        switch holder {
        case .session:
            "end that transaction: `SELECT pg_terminate_backend(\(processID ?? 0))`"
        case .standby:
            "end the long query on that standby, or turn its hot_standby_feedback off"
        case .preparedTransaction:
            "finish it: `COMMIT PREPARED` or `ROLLBACK PREPARED` with its name"
        case .replicationSlot:
            "start its reader again, or drop it: `SELECT pg_drop_replication_slot(…)` with its name"
        }
    }
}
