import CoreMetrics
import Locking

/// A stored time series: a name with its labels.
protocol Metric: AnyObject, Sendable {
    /// The type of all series with this name.
    static var type: MetricType { get }
    /// The current samples, in the order of the text format.
    var samples: [Sample] { get }
}

/// A type of metric, named as in the text format.
enum MetricType: String, Sendable {
    case counter, gauge, histogram
}

/// One line of a series.
struct Sample: Equatable, Sendable {
    /// The suffix of the metric's name, as in `_count`.
    var suffix = ""
    /// The upper bound of a histogram's bucket.
    var bound: Double?
    var value: Double
}

/// A counter, which increases until it is reset.
///
/// Prometheus parses each number as a `Double`, which is exact for integers up to 2^53.
final class CounterMetric: Metric, CounterHandler, FloatingPointCounterHandler {
    static let type = MetricType.counter

    private let count = Guarded(0.0)

    var samples: [Sample] {
        [Sample(value: count.withLock { $0 })]
    }

    func increment(by amount: Int64) {
        increment(by: Double(amount))
    }

    /// Increases the counter; amounts that are not positive or not finite are ignored.
    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        count.withLock { $0 += amount }
    }

    func reset() {
        count.withLock { $0 = 0 }
    }
}

/// A gauge: the last value that was set.
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

/// A histogram: the numbers of values per bucket, their total number and their sum.
final class HistogramMetric: Metric, TimerHandler, RecorderHandler {
    static let type = MetricType.histogram

    /// The bucket bounds for durations from one millisecond to ten minutes, in seconds.
    static let seconds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
    ]

    private struct Content {
        var counts: [Int]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let content: Guarded<Content>

    /// Creates an empty histogram.
    ///
    /// - Parameter bounds: The upper bounds of the buckets, ascending; one more bucket holds larger values.
    init(bounds: [Double]) {
        self.bounds = bounds
        content = Guarded(Content(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    /// The samples; buckets are cumulative.
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
