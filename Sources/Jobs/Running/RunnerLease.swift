import Postgres

/// A runner's lease: its number, until when it holds, and the work done since the last heartbeat.
final class RunnerLease: Sendable {
    private struct State {
        var runner: Int64
        var leaseEnd: ContinuousClock.Instant
        var tally = JobRunner.Tally()
        var told = JobRunner.Tally()
        var isOver = false
    }

    private let state: Guarded<State>

    init(runner: Int64, leaseEnd: ContinuousClock.Instant) {
        state = Guarded(State(runner: runner, leaseEnd: leaseEnd))
    }

    /// The present number; a runner whose lease has ended gets another.
    var runner: Int64 { state.withLock(\.runner) }

    /// Whether the runner must end: results that cannot be recorded now are left to other runners.
    var isOver: Bool { state.withLock(\.isOver) }

    /// Whether no other runner can have taken its jobs over yet.
    var holdsLease: Bool { state.withLock { .now < $0.leaseEnd } }

    /// The lease holds until then, under the present number or a new one.
    func renew(as runner: Int64? = nil, until leaseEnd: ContinuousClock.Instant) {
        state.withLock { state in
            state.runner = runner ?? state.runner
            state.leaseEnd = leaseEnd
        }
    }

    /// Ends.
    func end() {
        state.withLock { $0.isOver = true }
    }

    func count(completed: Int = 0, failed: Int = 0, stale: Int = 0) {
        state.withLock { state in
            state.tally.completed += completed
            state.tally.failed += failed
            state.tally.stale += stale
        }
    }

    /// The work done so far.
    var tally: JobRunner.Tally { state.withLock(\.tally) }

    /// The work done since the last heartbeat that reached the database.
    var news: JobRunner.Tally { state.withLock { $0.tally - $0.told } }

    /// Subtracts what a heartbeat has reported.
    func told(_ news: JobRunner.Tally) {
        state.withLock { $0.told = $0.told + news }
    }
}
