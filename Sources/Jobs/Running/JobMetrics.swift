import Metrics

/// What a runner counts, in swift-metrics' terms.
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
    func measure(_ round: Round, _ results: [JobResult]) {
        let kind = round.jobs[0].kind
        Timer(label: "jobs_duration_seconds", dimensions: [("queue", queue), ("kind", kind)])
            .record(duration: .now - round.begun)
        for (outcome, jobs) in Dictionary(grouping: results, by: \.disposition.name) {
            count(outcome, jobs.count, of: kind)
        }
    }

    private func count(_ outcome: String, _ jobs: Int, of kind: String) {
        Counter(label: "jobs_finished_total", dimensions: [("queue", queue), ("kind", kind), ("outcome", outcome)])
            .increment(by: jobs)
    }
}
