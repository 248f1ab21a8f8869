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
