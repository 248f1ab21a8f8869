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

    /// Counts what came of a round, and how long it took.
    func measure(_ round: Round, _ judgement: Judgement) {
        let kind = round.jobs[0].kind
        Timer(label: "jobs_duration_seconds", dimensions: [("queue", queue), ("kind", kind)])
            .record(duration: .now - round.begun)
        count("done", judgement.done.count + judgement.completed.count, of: kind)
        for (ending, settlements) in Dictionary(grouping: judgement.settlements, by: \.ending) {
            count(ending.rawValue, settlements.count, of: kind)
        }
    }

    private func count(_ outcome: String, _ jobs: Int, of kind: String) {
        guard jobs > 0 else { return }
        Counter(label: "jobs_finished_total", dimensions: [("queue", queue), ("kind", kind), ("outcome", outcome)])
            .increment(by: jobs)
    }
}
