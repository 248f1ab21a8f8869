import CoreMetrics

/// A number that rises and falls: the last one that somebody set.
final class Level: Metric, RecorderHandler, MeterHandler {
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
