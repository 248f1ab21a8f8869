import Logging
import Postgres

/// Writes down what came of jobs, and does not give up over a database that cannot: a deadlock, a time-out or a lost
/// connection is tried again until the runner's time is up.
struct Recorder: Sendable {
    let queue: String
    let store: JobStore
    let membership: Membership
    let metrics: JobMetrics
    let problems: RunnerProblems
    let logger: Logger
    /// How many results at this moment have been tried in vain.
    private let pending = Guarded(0)

    init(
        queue: String, store: JobStore, membership: Membership, metrics: JobMetrics, problems: RunnerProblems,
        logger: Logger
    ) {
        self.queue = queue
        self.store = store
        self.membership = membership
        self.metrics = metrics
        self.problems = problems
        self.logger = logger
    }

    /// Removes what is done.
    func acknowledge(_ done: [JobLease]) async {
        guard !done.isEmpty else { return }
        let held = await insisting { try await store.acknowledge(done) }
        count(stale: done.count - (held ?? done.count))
    }

    /// Removes what a handler has completed by itself, in case that was rolled back and the handler did not notice.
    func confirm(_ completed: [JobLease]) async {
        guard !completed.isEmpty else { return }
        _ = await insisting { try await store.acknowledge(completed) }
    }

    /// Writes down what is not done.
    func settle(_ settlements: [JobStore.Settlement]) async {
        guard !settlements.isEmpty else { return }
        let held = await insisting { try await store.settle(settlements) }
        count(stale: settlements.count - (held ?? settlements.count))
    }

    /// Counts leases that another had taken over.
    func count(stale: Int) {
        guard stale > 0 else { return }
        membership.count(stale: stale)
        metrics.count(stale: stale)
        logger.warning(
            "another runner had taken over what was done here: nothing was changed", metadata: ["jobs": "\(stale)"])
    }

    private func insisting(_ write: () async throws -> Int) async -> Int? {
        var failures = 0
        while true {
            let began = ContinuousClock.now
            do {
                let held = try await write()
                if failures > 0, countPending(-1) == 0 {
                    problems.ends("results \(queue)", "results of jobs are stored again")
                }
                // After a failure nobody knows whether it was written then: what is missing now may be our own doing.
                return failures == 0 ? held : nil
            } catch {
                failures += 1
                if failures == 1 { countPending(1) }
                problems.occurs(
                    "results \(queue)", "results of jobs cannot be stored; trying again", error: error, began: began)
                guard !membership.isOver else {
                    countPending(-1)
                    return nil
                }
                try? await Task.sleep(for: Backoff.ofConnections.delay(afterFailures: failures))
            }
        }
    }

    @discardableResult
    private func countPending(_ change: Int) -> Int {
        pending.withLock { count in
            count += change
            return count
        }
    }
}
