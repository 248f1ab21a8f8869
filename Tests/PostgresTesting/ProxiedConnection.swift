import Foundation

/// One connection through a ``StallingProxy``.
///
/// `@unchecked Sendable`: mutable state is accessed only while the condition is locked.
final class ProxiedConnection: @unchecked Sendable {
    private let condition = NSCondition()
    private let client: UnixSocket
    private var server: UnixSocket?
    private var isStalled = false
    private var isCut = false
    private var octetsWithheld = 0

    init(_ client: UnixSocket) {
        self.client = client
    }

    /// The number of bytes withheld.
    var withheld: Int { condition.withLock { octetsWithheld } }

    func stall() {
        condition.withLock { isStalled = true }
    }

    func resume() {
        condition.withLock {
            isStalled = false
            condition.broadcast()
        }
    }

    /// Shuts down both sockets; the forwarding threads close them.
    func cut() {
        condition.withLock {
            guard !isCut else { return }
            isCut = true
            client.shut()
            server?.shut()
            condition.broadcast()
        }
    }

    /// Forwards bytes both ways, one direction on another thread, until either end closes the connection.
    func carry(toServerAt path: String) {
        guard passes(), let server = enter(path) else {
            cut()
            return client.close()
        }
        let returned = DispatchSemaphore(value: 0)
        Thread.detachNewThread { [self] in
            carry(from: server, to: client)
            returned.signal()
        }
        carry(from: client, to: server)
        returned.wait()
        server.close()
        client.close()
    }

    private func enter(_ path: String) -> UnixSocket? {
        guard let socket = UnixSocket.connected(to: path) else { return nil }
        return condition.withLock {
            guard !isCut else {
                socket.close()
                return nil
            }
            server = socket
            return socket
        }
    }

    private func carry(from source: UnixSocket, to target: UnixSocket) {
        while let octets = source.read() {
            guard passes(octets.count), target.write(octets) else { break }
        }
        // The end of a stalled connection is not forwarded either.
        _ = passes()
        cut()
    }

    /// Waits while the connection is stalled; returns `false` once it is cut.
    private func passes(_ octets: Int = 0) -> Bool {
        condition.withLock {
            octetsWithheld += octets
            while isStalled && !isCut { condition.wait() }
            octetsWithheld -= octets
            return !isCut
        }
    }
}
