import Locking
import Postgres
import PostgresTesting

/// A record of the events in handlers, in order.
public final class EventLog<Event: Sendable & Equatable>: Sendable {
    private struct State {
        var events: [Event] = []
        var waiter: (count: Int, continuation: CheckedContinuation<Void, Never>)?
    }

    private let state = Guarded(State())

    /// Creates an empty record.
    public init() {}

    /// All events.
    public var all: [Event] { state.withLock(\.events) }
    /// The number of events.
    public var count: Int { state.withLock(\.events.count) }

    /// Records an event.
    public func note(_ event: Event) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.events.append(event)
            guard let waiter = state.waiter, state.events.count >= waiter.count else { return nil }
            state.waiter = nil
            return waiter.continuation
        }
        waiter?.resume()
    }

    /// Waits until an event has been recorded.
    ///
    /// - Parameter event: The event.
    /// - Throws: ``ConditionNotMet`` after a timeout.
    public func wait(for event: Event) async throws {
        try await PostgresTesting.wait(until: "\(event) is recorded") { all.contains(event) }
    }

    /// Waits without polling until a number of events have been recorded; only one task may wait at a time.
    ///
    /// - Parameter count: The number of events.
    public func wait(forCount count: Int) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.events.count < count { state.waiter = (count, continuation) }
                return state.events.count >= count
            }
            if isReached { continuation.resume() }
        }
    }
}
