/// How long to wait before another try: twice as long each time, and by chance anything up to that ("full jitter"), so that
/// what failed together does not come back together.
public struct Backoff: Sendable {
    /// The longest wait after a first failure.
    public let base: Duration
    /// The longest wait of all.
    public let cap: Duration

    /// A backoff between two bounds.
    public init(base: Duration, cap: Duration) {
        self.base = base
        self.cap = cap
    }

    /// After a job's failure: up to 15 seconds at first, up to an hour in the end.
    public static let ofJobs = Backoff(base: .seconds(15), cap: .seconds(3600))
    /// After the database could not be reached: up to 100 milliseconds at first, up to 5 seconds in the end.
    public static let ofConnections = Backoff(base: .milliseconds(100), cap: .seconds(5))

    /// The longest wait after so many failures in a row, counted from 1.
    public func bound(afterFailures failures: Int) -> Duration {
        min(cap, base * Double(1 << min(max(failures, 1) - 1, 30)))
    }

    /// A wait after so many failures in a row, counted from 1.
    public func delay(afterFailures failures: Int) -> Duration {
        var generator = SystemRandomNumberGenerator()
        return delay(afterFailures: failures, using: &generator)
    }

    /// A wait after so many failures in a row, counted from 1, by a generator of one's own.
    public func delay(afterFailures failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        bound(afterFailures: failures) * Double.random(in: 0...1, using: &generator)
    }
}
