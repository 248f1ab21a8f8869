import CoreMetrics

/// What is kept of one series: a name with its labels.
protocol Metric: AnyObject, Sendable {
    /// The type that all series of the name have.
    static var type: MetricType { get }
    /// What there is to tell, in the format's order.
    var samples: [Sample] { get }
}

/// A type of metric, as the text format calls it.
enum MetricType: String, Sendable {
    case counter, gauge, histogram
}

/// One line of a series.
struct Sample: Equatable, Sendable {
    /// What follows the metric's name, as in `_count`.
    var suffix = ""
    /// The upper bound of a histogram's bucket.
    var bound: Double?
    var value: Double
}

/// A number that only grows, until it starts again.
///
/// Prometheus reads every number as a `Double`, which counts exactly up to 2^53.
final class CounterMetric: Metric, CounterHandler, FloatingPointCounterHandler {
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

/// A number that rises and falls: the last one that somebody set.
final class GaugeMetric: Metric, RecorderHandler, MeterHandler {
    static let type = MetricType.gauge

    private let level = Guarded(0.0)

    var samples: [Sample] {
        [Sample(value: level.withLock { $0 })]
    }

    func record(_ value: Int64) {
        set(Double(value))
    }

    func record(_ value: Double) {
        set(value)
    }

    func set(_ value: Int64) {
        set(Double(value))
    }

    func set(_ value: Double) {
        level.withLock { $0 = value }
    }

    func increment(by amount: Double) {
        level.withLock { $0 += amount }
    }

    func decrement(by amount: Double) {
        level.withLock { $0 -= amount }
    }
}

/// Values sorted into buckets, with their number and sum.
final class HistogramMetric: Metric, TimerHandler, RecorderHandler {
    static let type = MetricType.histogram

    /// Bounds for what may take from a millisecond to ten minutes, in seconds.
    static let seconds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
    ]

    private struct Content {
        var counts: [Int]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let content: Guarded<Content>

    /// Makes an empty histogram.
    ///
    /// - Parameter bounds: The highest value of each bucket, ascending; what is higher than all goes into one more.
    init(bounds: [Double]) {
        self.bounds = bounds
        content = Guarded(Content(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    /// The buckets count what is in those before them, too.
    var samples: [Sample] {
        let content = content.withLock { $0 }
        var count = 0
        let buckets = zip(bounds + [.infinity], content.counts).map { bound, more in
            count += more
            return Sample(suffix: "_bucket", bound: bound, value: Double(count))
        }
        return buckets + [Sample(suffix: "_sum", value: content.sum), Sample(suffix: "_count", value: Double(count))]
    }

    func recordNanoseconds(_ duration: Int64) {
        record(Double(duration) / 1e9)
    }

    func record(_ value: Int64) {
        record(Double(value))
    }

    func record(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        content.withLock { content in
            content.counts[bucket] += 1
            content.sum += value
        }
    }
}
