import Foundation
import Locking

/// A proxy between clients and their server on a Unix socket, which can stop forwarding without closing connections,
/// like a network with a cut cable or a firewall that has dropped a connection.
///
/// Its threads block in the kernel or at a stalled connection, and end at ``stop()``.
public final class StallingProxy: Sendable {
    /// The connections that are stalled.
    public enum Extent: Sendable {
        /// The connections that are open now; new ones are forwarded.
        case openConnections
        /// All connections; new ones are accepted, and then stalled.
        case everything
    }

    private struct State {
        var passages: [ProxiedConnection] = []
        var stallsNew = false
        var hasStopped = false
        var accepted = 0
    }

    private let place: ProxyFolder
    private let listener: UnixSocket
    private let state = Guarded(State())

    /// Creates a proxy, in a new folder, for the server whose socket is in another folder.
    public init(toServerIn folder: String) throws {
        place = try ProxyFolder(toServerIn: folder)
        listener = try place.listen()
        Thread.detachNewThread { [self] in accept() }
    }

    /// The folder of the socket, for the client's `host`.
    public var folder: String { place.path }

    /// The number of connections accepted so far.
    public var accepted: Int { state.withLock { $0.accepted } }

    /// The number of open connections, including stalled ones.
    public var open: Int { state.withLock { $0.passages.count } }

    /// The number of bytes received from either side and withheld until ``resume()``.
    public var withheld: Int { state.withLock { $0.passages }.reduce(0) { $0 + $1.withheld } }

    /// Stops forwarding both ways; neither data nor the end of a connection is forwarded.
    public func stall(_ extent: Extent) {
        let passages = state.withLock { state in
            state.stallsNew = extent == .everything
            return state.passages
        }
        for passage in passages { passage.stall() }
    }

    /// Resumes forwarding, beginning with the withheld bytes.
    public func resume() {
        let passages = state.withLock { state in
            state.stallsNew = false
            return state.passages
        }
        for passage in passages { passage.resume() }
    }

    /// Closes all connections to clients and server; withheld bytes are lost.
    public func cut() {
        for passage in state.withLock({ $0.passages }) { passage.cut() }
    }

    /// Stops listening, and closes all connections.
    public func stop() {
        state.withLock { $0.hasStopped = true }
        listener.shut()
        cut()
        place.remove()
    }

    private func accept() {
        while let client = listener.accept() {
            let passage = ProxiedConnection(client)
            let hasStopped = state.withLock { state in
                state.passages.append(passage)
                state.accepted += 1
                if state.stallsNew { passage.stall() }
                return state.hasStopped
            }
            if hasStopped { passage.cut() }
            Thread.detachNewThread { [self] in
                passage.carry(toServerAt: place.upstream)
                state.withLock { $0.passages.removeAll { $0 === passage } }
            }
        }
        listener.close()
    }
}
