import CLibpq
import Dispatch
import Locking

/// A canceller of a connection's current statement, which never affects the next one.
///
/// A cancel request uses a separate connection. ``end(isAbandoned:)`` waits until a pending request has been delivered,
/// so that it can only reach the statement that it was meant for: PostgreSQL ignores a cancel request between
/// statements.
final class StatementCanceller: Sendable {
    private struct State {
        var running = false
        var requested = false
        var isDelivering = false
    }

    /// `PGcancel` is set once, here, and libpq documents `PQcancel` as safe from any thread.
    nonisolated(unsafe) private let handle: OpaquePointer?
    private let state = Guarded(State())
    private let deliveries = DispatchGroup()
    /// A separate queue: `PQcancel` blocks, and a blocked thread of the global pool is not available to Swift's tasks.
    private let session = DispatchQueue(label: "postgres.cancel")

    init(_ connection: OpaquePointer) {
        handle = PQgetCancel(connection)
    }

    deinit {
        PQfreeCancel(handle)
    }

    /// Whether the running statement is to be cancelled.
    var isRequested: Bool { state.withLock { $0.requested } }

    /// Records the start of a statement.
    func begin() {
        state.withLock { $0.running = true }
    }

    /// Records the end of the statement, after a pending cancel request has been delivered.
    ///
    /// - Parameter isAbandoned: Whether the connection is given up. The request is then not waited for: `PQcancel` has
    ///   no time limit, and a server that does not answer may keep it for minutes.
    func end(isAbandoned: Bool) {
        state.withLock { state in
            state.running = false
            state.requested = false
        }
        if !isAbandoned { deliveries.wait() }
    }

    /// Requests cancellation of the running statement, from any thread.
    func request() {
        state.withLock { $0.requested = $0.running }
        deliver()
    }

    /// Sends the cancel request, unless the previous one is still being sent; it is repeated because the first one may
    /// have arrived before the statement.
    func deliver() {
        let isSent = state.withLock { state in
            guard state.running, !state.isDelivering else { return false }
            state.isDelivering = true
            // Within the lock: the end of the statement waits for every request that was sent before it.
            deliveries.enter()
            return true
        }
        guard isSent else { return }
        session.async { [self] in
            var message = [CChar](repeating: 0, count: 256)
            PQcancel(handle, &message, Int32(message.count))
            state.withLock { $0.isDelivering = false }
            deliveries.leave()
        }
    }
}
