import Synchronization

extension Transport {
    /// Returns this transport with a rate limit that all its sessions share.
    ///
    /// - Parameters:
    ///   - rate: The rate limit.
    ///   - sender: Returns the key of an item; each key has its own limit. By default all items share one.
    ///   - weight: Returns the number of messages that an item counts as.
    ///   - clock: The clock that delays are measured with.
    /// - Returns: A transport whose sessions wait for their turn; a delivery cancelled while waiting is not sent.
    public func rateLimited<C: Clock>(
        _ rate: SendingRate, by sender: @escaping @Sendable (Item) -> String = { _ in "" },
        weighing weight: @escaping @Sendable (Item) -> Int = { _ in 1 }, clock: C = ContinuousClock()
    ) -> any Transport<Item> where C.Duration == Duration {
        RateLimitedTransport(base: self, limiter: RateLimiter(rate: rate, sender: sender, weight: weight, clock: clock))
    }
}

extension Transport<TextMessage> {
    /// Returns this transport with a rate limit per sender, counted in segments as networks count them.
    ///
    /// - Parameters:
    ///   - rate: The number of segments that each sender may send.
    ///   - clock: The clock that delays are measured with.
    /// - Returns: A transport whose sessions wait for their turn; a delivery cancelled while waiting is not sent.
    public func rateLimitedBySender<C: Clock>(
        _ rate: SendingRate, clock: C = ContinuousClock()
    ) -> any Transport<TextMessage> where C.Duration == Duration {
        rateLimited(rate, by: { $0.from.text }, weighing: { $0.segments.count }, clock: clock)
    }
}

/// A transport whose sessions wait for their turn.
private struct RateLimitedTransport<Base: Transport, C: Clock>: Transport where C.Duration == Duration {
    let base: Base
    let limiter: RateLimiter<Base.Item, C>

    func makeSession() throws(TransportConfigurationError) -> any TransportSession<Base.Item> {
        RateLimitedSession(base: try base.makeSession(), limiter: limiter)
    }
}

/// A session that waits for its turn, then delivers through another session, on that session's thread.
private actor RateLimitedSession<Item: Sendable, C: Clock>: TransportSession where C.Duration == Duration {
    private let base: any TransportSession<Item>
    private let limiter: RateLimiter<Item, C>

    nonisolated var unownedExecutor: UnownedSerialExecutor { base.unownedExecutor }

    init(base: any TransportSession<Item>, limiter: RateLimiter<Item, C>) {
        self.base = base
        self.limiter = limiter
    }

    func deliver(_ item: Item) async -> DeliveryOutcome {
        do {
            try await limiter.waitForTurn(item)
        } catch {
            return .notSent(reason: "The delivery was cancelled before its turn came.", unreachable: false)
        }
        return await base.deliver(item)
    }

    func close() async {
        await base.close()
    }
}

/// A limiter that releases items one after the other, at the rate of each sender.
private final class RateLimiter<Item: Sendable, C: Clock>: Sendable where C.Duration == Duration {
    private let rate: SendingRate
    private let sender: @Sendable (Item) -> String
    private let weight: @Sendable (Item) -> Int
    private let clock: C
    private let reservations = Mutex<[String: RateReservations<C.Instant>]>([:])

    init(
        rate: SendingRate, sender: @escaping @Sendable (Item) -> String, weight: @escaping @Sendable (Item) -> Int,
        clock: C
    ) {
        self.rate = rate
        self.sender = sender
        self.weight = weight
        self.clock = clock
    }

    /// Waits for the item's turn.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first; its turn is not reused.
    func waitForTurn(_ item: Item) async throws {
        try Task.checkCancellation()
        let now = clock.now
        let turn = reservations.withLock {
            $0[sender(item), default: RateReservations()].reserve(weight(item), at: rate, now: now)
        }
        if turn > now { try await clock.sleep(until: turn, tolerance: .zero) }
    }
}

/// A rate limit: a number of messages in a period, spread evenly.
public struct SendingRate: Hashable, Sendable {
    /// The time from one message to the next.
    public let interval: Duration

    /// Creates a rate; `nil` unless both numbers are positive.
    ///
    /// - Parameters:
    ///   - count: The number of messages, at least one.
    ///   - period: The period, greater than zero.
    public init?(_ count: Int, per period: Duration) {
        guard count > 0, period > .zero else { return nil }
        interval = period / count
    }

    /// Parses a rate such as `10/s`, `90/min` or `1000/h`.
    ///
    /// - Parameter text: A whole number, a slash and a unit of time; `nil` for any other text.
    public init?(parsing text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count <= 9, let count = Int(parts[0]) else { return nil }
        switch parts[1] {
        case "s": self.init(count, per: .seconds(1))
        case "min": self.init(count, per: .seconds(60))
        case "h": self.init(count, per: .seconds(3600))
        default: return nil
        }
    }
}

/// The reserved turns of a rate limit.
struct RateReservations<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    private var free: Instant?

    /// Reserves the next turn.
    ///
    /// - Parameters:
    ///   - weight: The number of messages that the turn counts as.
    ///   - rate: The rate limit.
    ///   - now: The present instant; unused time is not accumulated.
    /// - Returns: The instant of the turn, not earlier than `now`.
    mutating func reserve(_ weight: Int = 1, at rate: SendingRate, now: Instant) -> Instant {
        let turn = max(now, free ?? now)
        free = turn.advanced(by: rate.interval * weight)
        return turn
    }
}
