public import CoreMetrics

/// Metrics kept in memory, to be told in the text format that Prometheus reads.
///
/// Counters become counters; gauges and meters become gauges; timers become histograms in seconds, with buckets from a
/// millisecond to ten minutes; recorders that aggregate become histograms of one bucket, for nobody knows their scale.
///
/// Metrics of one type with the same label and dimensions are one metric, in whatever order the dimensions come. Labels
/// keep their spelling as far as the format allows; what it does not becomes an underscore.
public final class MetricsRegistry: MetricsFactory {
    private let families: Guarded<Families>

    /// Makes a registry without metrics.
    ///
    /// - Parameter help: What metrics are about, by their labels, for their `HELP` lines.
    public init(help: [String: String] = [:]) {
        families = Guarded(Families(help: help))
    }

    /// All metrics as they are now, sorted by name, in Prometheus' text format, version 0.0.4.
    public var text: String {
        families.withLock { $0 }.text
    }

    /// The counter of a label and its dimensions.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        tally(label, dimensions)
    }

    /// The counter of a label and its dimensions; whole and fractional amounts add up in one.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        tally(label, dimensions)
    }

    /// The gauge of a label and its dimensions.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        level(label, dimensions)
    }

    /// The gauge of a label and its dimensions, or the histogram when it aggregates.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate ? histogram(label, dimensions, bounds: []) : level(label, dimensions)
    }

    /// The histogram of a label and its dimensions, in seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions, bounds: Histogram.seconds)
    }

    /// Forgets a counter.
    public func destroyCounter(_ handler: any CounterHandler) {
        forget(handler)
    }

    /// Forgets a counter.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
        forget(handler)
    }

    /// Forgets a gauge.
    public func destroyMeter(_ handler: any MeterHandler) {
        forget(handler)
    }

    /// Forgets a gauge or histogram.
    public func destroyRecorder(_ handler: any RecorderHandler) {
        forget(handler)
    }

    /// Forgets a histogram.
    public func destroyTimer(_ handler: any TimerHandler) {
        forget(handler)
    }

    private func tally(_ label: String, _ dimensions: [(String, String)]) -> Tally {
        families.withLock { $0.metric(label, dimensions) { Tally() } }
    }

    private func level(_ label: String, _ dimensions: [(String, String)]) -> Level {
        families.withLock { $0.metric(label, dimensions) { Level() } }
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)], bounds: [Double]) -> Histogram {
        families.withLock { $0.metric(label, dimensions) { Histogram(bounds: bounds) } }
    }

    private func forget(_ handler: AnyObject) {
        guard let metric = handler as? any Metric else { return }
        families.withLock { $0.remove(metric) }
    }
}
