import Foundation
import Locking

/// A proxy between a client and its server on a Unix socket, which closes both connections at a COMMIT.
///
/// Its threads block in the kernel, and end when their sockets are shut down.
public final class CommitProxy: Sendable {
    /// The moment at which the connection is closed.
    public enum Fault: Sendable {
        /// Never.
        case none
        /// Before the server receives the COMMIT: nothing is committed.
        case beforeServer
        /// After the server has committed, before the client receives the response.
        case afterServer
    }

    private let place: ProxyFolder
    private let listener: UnixSocket
    private let fault = Guarded(Fault.none)

    /// Creates a proxy, in a new folder, for the server whose socket is in another folder.
    public init(toServerIn folder: String) throws {
        place = try ProxyFolder(toServerIn: folder)
        listener = try place.listen()
        Thread.detachNewThread { [self] in accept() }
    }

    /// The folder of the socket, for the client's `host`.
    public var folder: String { place.path }

    /// Closes the connection at the next COMMIT, once.
    public func arm(_ fault: Fault) {
        self.fault.withLock { $0 = fault }
    }

    /// Stops listening.
    public func stop() {
        listener.shut()
        place.remove()
    }

    private func accept() {
        while let client = listener.accept() {
            guard let server = UnixSocket.connected(to: place.upstream) else {
                client.close()
                continue
            }
            Thread.detachNewThread { [self] in serve(client, server) }
        }
        listener.close()
    }

    /// Forwards bytes both ways on two threads; the first to end shuts down both sockets, and they are closed here.
    private func serve(_ client: UnixSocket, _ server: UnixSocket) {
        let returned = DispatchSemaphore(value: 0)
        let cut = Guarded(false)
        Thread.detachNewThread {
            while let octets = server.read(), !cut.withLock({ $0 }), client.write(octets) {}
            Self.shut(client, server)
            returned.signal()
        }
        while let octets = client.read() {
            guard Self.holdsCommit(octets) else {
                guard server.write(octets) else { break }
                continue
            }
            let fault = self.fault.withLock { current in
                defer { current = .none }
                return current
            }
            if fault == .beforeServer { break }
            if fault == .afterServer { cut.withLock { $0 = true } }
            guard server.write(octets) else { break }
        }
        if !cut.withLock({ $0 }) { Self.shut(client, server) }
        returned.wait()
        client.close()
        server.close()
    }

    private static func holdsCommit(_ octets: [UInt8]) -> Bool {
        Data(octets).range(of: Data("COMMIT\0".utf8)) != nil
    }

    private static func shut(_ sockets: UnixSocket...) {
        for socket in sockets { socket.shut() }
    }
}
