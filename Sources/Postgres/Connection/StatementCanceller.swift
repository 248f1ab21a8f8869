import CLibpq
import Dispatch

/// Cancels the statement that runs on a connection, and never the one after it.
///
/// A cancel request travels on a connection of its own. ``end()`` waits until one under way has been delivered, so that it
/// can only meet the statement it was meant for: PostgreSQL ignores a cancel that arrives between statements.
final class StatementCanceller: Sendable {
    private struct State {
        var running = false
        var requested = false
        var delivering = 0
    }

    /// `PGcancel` is written once, here, and libpq documents `PQcancel` as safe from any thread.
    nonisolated(unsafe) private let handle: OpaquePointer?
    private let state = Guarded(State())
    private let delivered = DispatchSemaphore(value: 0)
    /// A thread of its own: `PQcancel` blocks, and a blocked thread of the global pool is one that Swift's tasks lack.
    private let session = DispatchQueue(label: "postgres.cancel")

    init(_ connection: OpaquePointer) {
        handle = PQgetCancel(connection)
    }

    deinit {
        PQfreeCancel(handle)
    }

    /// Whether the running statement is to be cancelled.
    var isRequested: Bool { state.withLock { $0.requested } }

    /// A statement begins.
    func begin() {
        state.withLock { $0.running = true }
    }

    /// The statement is over.
    func end() {
        let pending = state.withLock { state in
            state.running = false
            state.requested = false
            return state.delivering
        }
        for _ in 0..<pending { delivered.wait() }
        state.withLock { $0.delivering = 0 }
    }

    /// Asks for the running statement to be cancelled, from any thread.
    func request() {
        state.withLock { $0.requested = $0.running }
        deliver()
    }

    /// Sends the request, again if need be: the first one may have come before the statement did.
    func deliver() {
        let goes = state.withLock { state in
            guard state.running else { return false }
            state.delivering += 1
            return true
        }
        guard goes else { return }
        session.async { [self] in
            var message = [CChar](repeating: 0, count: 256)
            PQcancel(handle, &message, Int32(message.count))
            delivered.signal()
        }
    }
}
