/// How long to wait for an answer, and when to find out whether the server is still there.
struct Waiting {
    /// What to do when nothing has arrived.
    enum Step: Equatable {
        case waitOn, probe, giveUp
    }

    /// How long one wait for the socket lasts.
    static let milliseconds: Int32 = 250
    /// A server that does not answer within ten seconds of a cancellation is given up.
    private var cancellationsLeft = 40
    private let deadline: ContinuousClock.Instant
    /// Probes without an answer begin at least this long after one another: a busy server may take seconds to accept a
    /// connection.
    private static let spacing: Duration = .seconds(4)
    private let probeInterval: Duration
    private let probes: Int
    private var nextProbe: ContinuousClock.Instant
    private var silentProbes = 0

    /// Begins to wait.
    ///
    /// - Parameters:
    ///   - deadline: When the server is given up in any case.
    ///   - probeInterval: How long an answer is awaited before the server is asked whether it is still there.
    ///   - probes: How many probes in a row must remain without an answer before the server is given up.
    ///   - now: The present instant.
    init(
        until deadline: ContinuousClock.Instant, probeInterval: Duration, probes: Int,
        now: ContinuousClock.Instant = .now
    ) {
        self.deadline = deadline
        self.probeInterval = probeInterval
        self.probes = probes
        nextProbe = now + probeInterval
    }

    /// What to do at an instant at which nothing has arrived.
    func next(at now: ContinuousClock.Instant) -> Step {
        if now >= deadline { return .giveUp }
        return now >= nextProbe ? .probe : .waitOn
    }

    /// The server was asked, and is working.
    mutating func probed(at now: ContinuousClock.Instant) {
        silentProbes = 0
        nextProbe = now + probeInterval
    }

    /// The server was asked, and did not answer.
    ///
    /// - Parameter now: When the probe ended.
    /// - Returns: Whether it is worth waiting for.
    mutating func wasSilent(at now: ContinuousClock.Instant) -> Bool {
        silentProbes += 1
        nextProbe = max(now, nextProbe + Self.spacing)
        return silentProbes < probes
    }

    /// Whether the answer to a cancelled statement is still waited for.
    mutating func waitsForCancellation() -> Bool {
        cancellationsLeft -= 1
        return cancellationsLeft > 0
    }
}
