import Locking
import Logging
import Metrics

/// A writer of job results, which retries after a deadlock, a time-out or a lost connection until the runner must stop.
struct ResultWriter: Sendable {
    let queue: String
    let store: JobStore
    let runnerLease: RunnerLease
    let metrics: JobMetrics
    let problems: RunnerProblems
    let logger: Logger
    /// The number of results that could not be recorded so far.
    private let pending = Guarded(0)

    init(
        queue: String, store: JobStore, runnerLease: RunnerLease, metrics: JobMetrics, problems: RunnerProblems,
        logger: Logger
    ) {
        self.queue = queue
        self.store = store
        self.runnerLease = runnerLease
        self.metrics = metrics
        self.problems = problems
        self.logger = logger
    }

    /// Removes finished jobs.
    func acknowledge(_ done: [JobLease]) async {
        guard !done.isEmpty else { return }
        let held = await writeWithRetry { try await store.acknowledge(done) }
        count(stale: done.count - (held ?? done.count))
    }

    /// Removes jobs that their handlers have completed, in case the handler's transaction was rolled back unnoticed.
    func confirm(_ completed: [JobLease]) async {
        guard !completed.isEmpty else { return }
        _ = await writeWithRetry { try await store.acknowledge(completed) }
    }

    /// Records the jobs that are not finished.
    func settle(_ unfinished: [JobResult]) async {
        guard !unfinished.isEmpty else { return }
        let held = await writeWithRetry { try await store.settle(unfinished) }
        count(stale: unfinished.count - (held ?? unfinished.count))
    }

    /// Counts leases that another runner had taken over.
    func count(stale: Int) {
        guard stale > 0 else { return }
        runnerLease.count(stale: stale)
        metrics.count(stale: stale)
        logger.warning(
            "the results were discarded: another runner had taken over these jobs", metadata: ["jobs": "\(stale)"])
    }

    private func writeWithRetry(_ write: () async throws -> Int) async -> Int? {
        var failures = 0
        while true {
            let began = ContinuousClock.now
            do {
                let held = try await write()
                if failures > 0, countPending(-1) == 0 {
                    problems.ends("results \(queue)", "results of jobs are stored again")
                }
                // A failed attempt may have been committed after all; a missing job may be its result.
                return failures == 0 ? held : nil
            } catch {
                failures += 1
                if failures == 1 { countPending(1) }
                problems.occurs(
                    "results \(queue)", "results of jobs cannot be stored; trying again", error: error, began: began)
                guard !runnerLease.isOver else {
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

/// The metrics of a runner, through swift-metrics.
struct JobMetrics: Sendable {
    private let queue: String
    private let stale: Counter

    init(queue: String) {
        self.queue = queue
        stale = Counter(label: "jobs_stale_leases_total", dimensions: [("queue", queue)])
    }

    /// Counts leases that had been taken over.
    func count(stale: Int) {
        self.stale.increment(by: stale)
    }

    /// Counts the results of an execution, and measures its duration.
    func measure(_ execution: Execution, _ results: [JobResult]) {
        let kind = execution.jobs[0].kind
        Timer(label: "jobs_duration_seconds", dimensions: [("queue", queue), ("kind", kind)])
            .record(duration: .now - execution.begun)
        for (outcome, jobs) in Dictionary(grouping: results, by: \.disposition.name) {
            count(outcome, jobs.count, of: kind)
        }
    }

    private func count(_ outcome: String, _ jobs: Int, of kind: String) {
        Counter(label: "jobs_finished_total", dimensions: [("queue", queue), ("kind", kind), ("outcome", outcome)])
            .increment(by: jobs)
    }
}
