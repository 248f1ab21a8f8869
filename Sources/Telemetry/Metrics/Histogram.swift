import CoreMetrics

/// Values sorted into buckets, with their number and sum.
final class Histogram: Metric, TimerHandler, RecorderHandler {
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
