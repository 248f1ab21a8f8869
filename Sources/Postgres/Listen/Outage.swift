/// A time without a connection, and how long to pause before the next try.
///
/// Pauses grow exponentially and are drawn from zero on (full jitter), so that those who lost the same server do not
/// all come back at once.
struct Outage {
    private static let firstPause: Duration = .milliseconds(100)
    private static let longestPause: Duration = .seconds(5)

    private var isUnderWay = false
    private var failures = 0
    private var connected: ContinuousClock.Instant?

    /// The connection was lost, or none was to be had.
    ///
    /// A connection that did not last is one failure more in a row: who is let in only to be thrown out does not knock
    /// ever faster.
    ///
    /// - Returns: Whether this is how the outage begins.
    mutating func fail(at now: ContinuousClock.Instant) -> Bool {
        if let connected, connected.duration(to: now) > Self.longestPause { failures = 0 }
        connected = nil
        failures += 1
        defer { isUnderWay = true }
        return !isUnderWay
    }

    /// A connection was made.
    ///
    /// - Returns: Whether an outage ends with it.
    mutating func end(at now: ContinuousClock.Instant) -> Bool {
        connected = now
        defer { isUnderWay = false }
        return isUnderWay
    }

    /// How long to wait before the next try.
    ///
    /// - Parameter draw: What chance has drawn, from 0 to 1.
    /// - Returns: From nothing to a tenth of a second at first, to five seconds in the end.
    func pause(draw: Double = .random(in: 0...1)) -> Duration {
        min(Self.longestPause, Self.firstPause * (1 << min(failures - 1, 10))) * draw
    }
}
