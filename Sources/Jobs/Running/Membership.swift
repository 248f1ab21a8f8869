import Postgres

/// A runner's place among the runners: the number under which it holds its leases, and what it has done since its last
/// heartbeat.
final class Membership: Sendable {
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

    /// The present number; a runner that was taken for dead gets another.
    var runner: Int64 { state.withLock(\.runner) }

    /// Whether the runner's time is up: what cannot be written down now is left to the rescue.
    var isOver: Bool { state.withLock(\.isOver) }

    /// Whether nobody can have taken its jobs over yet.
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

    /// What it has done.
    var tally: JobRunner.Tally { state.withLock(\.tally) }

    /// What it has done since the last heartbeat that was heard.
    var news: JobRunner.Tally { state.withLock { $0.tally - $0.told } }

    /// A heartbeat has told of this much more.
    func told(_ news: JobRunner.Tally) {
        state.withLock { $0.told = $0.told + news }
    }
}
