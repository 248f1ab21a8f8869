import Postgres
import PostgresTesting

/// What handlers have been seen to do, in order.
public final class Seen<Event: Sendable & Equatable>: Sendable {
    private struct State {
        var events: [Event] = []
        var waiter: (count: Int, continuation: CheckedContinuation<Void, Never>)?
    }

    private let state = Guarded(State())

    /// Nothing yet.
    public init() {}

    /// All of it.
    public var all: [Event] { state.withLock(\.events) }
    /// How much.
    public var count: Int { state.withLock(\.events.count) }

    /// Notes something.
    public func note(_ event: Event) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.events.append(event)
            guard let waiter = state.waiter, state.events.count >= waiter.count else { return nil }
            state.waiter = nil
            return waiter.continuation
        }
        waiter?.resume()
    }

    /// Waits until something has been seen.
    ///
    /// - Parameter event: What.
    /// - Throws: ``NeverSo``.
    public func wait(for event: Event) async throws {
        try await PostgresTesting.wait(until: "\(event) is seen") { all.contains(event) }
    }

    /// Waits until so much has been seen, without looking again and again; one at a time may wait so.
    ///
    /// - Parameter count: How much.
    public func wait(forCount count: Int) async {
        await withCheckedContinuation { continuation in
            let isSo = state.withLock { state in
                if state.events.count < count { state.waiter = (count, continuation) }
                return state.events.count >= count
            }
            if isSo { continuation.resume() }
        }
    }
}
