import Foundation
import Postgres

/// Stands between clients and their server on a Unix socket, and can stop forwarding without hanging up: as a network
/// does where a cable was cut or a firewall has forgotten a connection.
///
/// Its threads block in the kernel or at a stalled connection, and end at ``stop()``.
public final class StallingProxy: Sendable {
    /// What is stalled.
    public enum Extent: Sendable {
        /// The connections that are open now; whoever connects anew gets through.
        case openConnections
        /// Those, and every new one: it is accepted, and then nothing comes of it.
        case everything
    }

    private struct State {
        var passages: [Passage] = []
        var stallsNew = false
        var hasStopped = false
        var accepted = 0
    }

    private let place: ProxyFolder
    private let listener: UnixSocket
    private let state = Guarded(State())

    /// Listens in a new folder for a server that listens in another.
    public init(toServerIn folder: String) throws {
        place = try ProxyFolder(toServerIn: folder)
        listener = try place.listen()
        Thread.detachNewThread { [self] in accept() }
    }

    /// The folder of the socket, for the client's `host`.
    public var folder: String { place.path }

    /// How many connections have been accepted so far.
    public var accepted: Int { state.withLock { $0.accepted } }

    /// How many connections are open, stalled ones among them.
    public var open: Int { state.withLock { $0.passages.count } }

    /// How many octets have come from either side and go no further until ``resume()``.
    public var withheld: Int { state.withLock { $0.passages }.reduce(0) { $0 + $1.withheld } }

    /// Stops forwarding, both ways; nobody is told, and nobody who hangs up is missed at the other end.
    public func stall(_ extent: Extent) {
        let passages = state.withLock { state in
            state.stallsNew = extent == .everything
            return state.passages
        }
        for passage in passages { passage.stall() }
    }

    /// Forwards again, beginning with what was withheld.
    public func resume() {
        let passages = state.withLock { state in
            state.stallsNew = false
            return state.passages
        }
        for passage in passages { passage.resume() }
    }

    /// Hangs up on everybody, both clients and server; what was withheld is lost.
    public func cut() {
        for passage in state.withLock({ $0.passages }) { passage.cut() }
    }

    /// Stops listening, and hangs up on everybody.
    public func stop() {
        state.withLock { $0.hasStopped = true }
        listener.shut()
        cut()
        place.remove()
    }

    private func accept() {
        while let client = listener.accept() {
            let passage = Passage(client)
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
