import CoreMetrics

/// A number that only grows, until it starts again.
///
/// Prometheus reads every number as a `Double`, which counts exactly up to 2^53.
final class Tally: Metric, CounterHandler, FloatingPointCounterHandler {
    static let type = MetricType.counter

    private let count = Guarded(0.0)

    var samples: [Sample] {
        [Sample(value: count.withLock { $0 })]
    }

    func increment(by amount: Int64) {
        increment(by: Double(amount))
    }

    /// Counts on; what would make the tally shrink, or end it as a number, is passed over.
    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        count.withLock { $0 += amount }
    }

    func reset() {
        count.withLock { $0 = 0 }
    }
}
