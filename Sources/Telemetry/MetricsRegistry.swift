public import CoreMetrics
import Locking

/// A registry of metrics in memory, which are exported in Prometheus' text format.
///
/// Counters become counters; gauges and meters become gauges; timers become histograms in seconds, with buckets from
/// one millisecond to ten minutes; aggregating recorders become histograms of one bucket, since their scale is unknown.
///
/// Metrics of one type with the same label and dimensions are one metric, in whatever order the dimensions are given.
/// Characters that the format does not allow in a label become underscores.
public final class MetricsRegistry: MetricsFactory {
    private let families: Guarded<Families>

    /// Creates an empty registry.
    ///
    /// - Parameter help: The texts of the `HELP` lines, by label.
    public init(help: [String: String] = [:]) {
        families = Guarded(Families(help: help))
    }

    /// All current metrics, sorted by name, in Prometheus' text format, version 0.0.4.
    public var text: String {
        families.withLock { $0 }.text
    }

    /// Returns the counter of a label and its dimensions.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    /// Returns the counter of a label and its dimensions; integer and fractional amounts are added up.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    /// Returns the gauge of a label and its dimensions.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    /// Returns the gauge of a label and its dimensions, or the histogram if it aggregates.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate ? histogram(label, dimensions, bounds: []) : gauge(label, dimensions)
    }

    /// Returns the histogram of a label and its dimensions, in seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions, bounds: HistogramMetric.seconds)
    }

    /// Removes a counter.
    public func destroyCounter(_ handler: any CounterHandler) {
        forget(handler)
    }

    /// Removes a counter.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
        forget(handler)
    }

    /// Removes a gauge.
    public func destroyMeter(_ handler: any MeterHandler) {
        forget(handler)
    }

    /// Removes a gauge or histogram.
    public func destroyRecorder(_ handler: any RecorderHandler) {
        forget(handler)
    }

    /// Removes a histogram.
    public func destroyTimer(_ handler: any TimerHandler) {
        forget(handler)
    }

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterMetric {
        families.withLock { $0.metric(label, dimensions) { CounterMetric() } }
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeMetric {
        families.withLock { $0.metric(label, dimensions) { GaugeMetric() } }
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)], bounds: [Double]) -> HistogramMetric {
        families.withLock { $0.metric(label, dimensions) { HistogramMetric(bounds: bounds) } }
    }

    private func forget(_ handler: AnyObject) {
        guard let metric = handler as? any Metric else { return }
        families.withLock { $0.remove(metric) }
    }
}

/// All metrics, by their name in the text.
struct Families: Sendable {
    /// The parameters with which a metric was requested.
    struct Request: Sendable {
        let type: MetricType
        let label: String
        let dimensions: [(String, String)]
    }

    /// The time series of one name.
    private struct Family: Sendable {
        let type: MetricType
        /// The series, by their labels in the text format.
        var series: [String: any Metric] = [:]
    }

    private let help: [String: String]
    private var families: [String: Family] = [:]
    /// The cache of metrics by request, which avoids formatting the labels again.
    private var found: [Request: any Metric] = [:]

    /// Creates an empty collection.
    ///
    /// - Parameter help: The texts of the `HELP` lines, by label.
    init(help: [String: String]) {
        self.help = Dictionary(help.map { (PrometheusFormat.metricName($0), PrometheusFormat.help($1)) }) { first, _ in
            first
        }
    }

    /// Returns the metric of a label and its dimensions.
    ///
    /// - Parameters:
    ///   - label: The label.
    ///   - dimensions: The dimensions, in any order.
    ///   - make: Creates the metric where it does not exist.
    /// - Returns: The metric, the same for all equal requests.
    mutating func metric<Kept: Metric>(
        _ label: String, _ dimensions: [(String, String)], or make: () -> Kept
    ) -> Kept {
        let request = Request(type: Kept.type, label: label, dimensions: dimensions)
        if let metric = found[request] as? Kept { return metric }
        let name = name(for: request)
        let labels = PrometheusFormat.labels(dimensions)
        let metric = families[name]?.series[labels] as? Kept ?? make()
        families[name, default: Family(type: Kept.type)].series[labels] = metric
        found[request] = metric
        return metric
    }

    /// Removes a metric.
    mutating func remove(_ metric: any Metric) {
        found = found.filter { $0.value !== metric }
        families = families.mapValues { family in
            Family(type: family.type, series: family.series.filter { $0.value !== metric })
        }.filter { !$0.value.series.isEmpty }
    }

    /// Returns the name for a request: a name has one type, that of the first request; other types are appended to the
    /// name.
    private func name(for request: Request) -> String {
        var name = PrometheusFormat.metricName(request.label)
        while let family = families[name], family.type != request.type {
            name += "_" + request.type.rawValue
        }
        return name
    }
}

extension Families {
    /// All metrics in the text format, sorted by name and labels.
    var text: String {
        families.sorted { $0.key < $1.key }.map { lines(of: $1, named: $0) }.joined()
    }

    private func lines(of family: Family, named name: String) -> String {
        var lines = help[name].map { "# HELP \(name) \($0)\n" } ?? ""
        lines += "# TYPE \(name) \(family.type.rawValue)\n"
        for (labels, metric) in family.series.sorted(by: { $0.key < $1.key }) {
            for sample in metric.samples {
                lines += "\(name)\(sample.suffix)\(braces(labels, sample)) \(PrometheusFormat.number(sample.value))\n"
            }
        }
        return lines
    }

    private func braces(_ labels: String, _ sample: Sample) -> String {
        let bound = sample.bound.map { PrometheusFormat.label("le", PrometheusFormat.number($0)) } ?? ""
        let all = [labels, bound].filter { !$0.isEmpty }.joined(separator: ",")
        return all.isEmpty ? "" : "{\(all)}"
    }
}

extension Families.Request: Hashable {
    static func == (one: Self, other: Self) -> Bool {
        one.type == other.type && one.label == other.label && one.dimensions.elementsEqual(other.dimensions, by: ==)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(type)
        hasher.combine(label)
        for (name, value) in dimensions {
            hasher.combine(name)
            hasher.combine(value)
        }
    }
}
