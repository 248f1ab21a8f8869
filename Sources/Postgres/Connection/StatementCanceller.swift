import CLibpq
import Dispatch
import Locking

/// A canceller of a connection's current statement, which never affects the next one.
///
/// A cancel request uses a separate connection. ``end()`` waits until pending requests have been delivered, so that a
/// request can only reach the statement that it was meant for: PostgreSQL ignores a cancel request between statements.
final class StatementCanceller: Sendable {
    private struct State {
        var running = false
        var requested = false
        var delivering = 0
    }

    /// `PGcancel` is set once, here, and libpq documents `PQcancel` as safe from any thread.
    nonisolated(unsafe) private let handle: OpaquePointer?
    private let state = Guarded(State())
    private let delivered = DispatchSemaphore(value: 0)
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

    /// Records the end of the statement, after pending cancel requests have been delivered.
    func end() {
        let pending = state.withLock { state in
            state.running = false
            state.requested = false
            return state.delivering
        }
        for _ in 0..<pending { delivered.wait() }
        state.withLock { $0.delivering = 0 }
    }

    /// Requests cancellation of the running statement, from any thread.
    func request() {
        state.withLock { $0.requested = $0.running }
        deliver()
    }

    /// Sends the cancel request; it is repeated because the first one may have arrived before the statement.
    func deliver() {
        let isRunning = state.withLock { state in
            guard state.running else { return false }
            state.delivering += 1
            return true
        }
        guard isRunning else { return }
        session.async { [self] in
            var message = [CChar](repeating: 0, count: 256)
            PQcancel(handle, &message, Int32(message.count))
            delivered.signal()
        }
    }
}
