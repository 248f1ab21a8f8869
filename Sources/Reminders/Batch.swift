import Synchronization

/// What several couriers share: how much may still be taken up, what has come of it, and whether to go on.
final class Batch: Sendable {
    private struct State {
        var left: Int
        var report: ReminderRun.Report
    }

    private let state: Mutex<State>

    init(limit: Int?, report: ReminderRun.Report) {
        state = Mutex(State(left: limit ?? .max, report: report))
    }

    var report: ReminderRun.Report { state.withLock { $0.report } }

    /// Reserves up to `count` messages; 0 when the limit is reached or the transport cannot be used.
    func reserve(_ count: Int) -> Int {
        state.withLock { state in
            guard state.report.unreachable == nil else { return 0 }
            let granted = min(count, state.left)
            if state.left != .max { state.left -= granted }
            return granted
        }
    }

    /// Gives back what was reserved and not found.
    func returnReserved(_ count: Int) {
        state.withLock { if $0.left != .max { $0.left += count } }
    }

    /// Adds to the report.
    func add(_ change: (inout ReminderRun.Report) -> Void) {
        state.withLock { change(&$0.report) }
    }
}
