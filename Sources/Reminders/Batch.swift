import Booking
import BookingStore
import Synchronization

/// What the couriers of one run share: how much may still be taken up, and what has come of it.
final class Batch: Sendable {
    private struct State {
        var left: Int
        var report = ReminderRun.Report()
        var unwritten: [DeliveryRecord] = []
    }

    private let state: Mutex<State>

    /// Begins a batch.
    ///
    /// - Parameters:
    ///   - limit: How many messages at the most; `nil` is all.
    ///   - orphans: The session of each message whose sender died.
    init(limit: Int?, orphans: [Reference]) {
        var state = State(left: limit ?? .max)
        state.report.tally.add(orphans.count, to: \.unknown)
        state.report.orphans = Set(orphans).sorted { $0.code < $1.code }
        self.state = Mutex(state)
    }

    var report: ReminderRun.Report { state.withLock { $0.report } }
    var isUnreachable: Bool { state.withLock { $0.report.unreachable != nil } }
    /// How many messages may still be taken up.
    var left: Int { state.withLock { $0.left } }
    /// What could not be written down when it happened.
    var unwritten: [DeliveryRecord] { state.withLock { $0.unwritten } }

    /// Reserves up to `count` messages; 0 when the limit is reached or the transport cannot be used.
    func reserve(_ count: Int) -> Int {
        state.withLock { state in
            guard state.report.unreachable == nil else { return 0 }
            let granted = min(count, state.left)
            state.left -= granted
            return granted
        }
    }

    /// Gives back what was reserved and not found.
    func giveBack(_ count: Int) {
        state.withLock { $0.left += count }
    }

    /// Adds to the report.
    func add(_ change: (inout ReminderRun.Report) -> Void) {
        state.withLock { change(&$0.report) }
    }

    /// Keeps what could not be written down.
    func keep(_ records: [DeliveryRecord]) {
        state.withLock { $0.unwritten += records }
    }
}
