import Foundation

/// A Unix domain stream socket; its creator must close it once.
struct UnixSocket: Sendable {
    private let descriptor: Int32

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    private static func make() -> UnixSocket {
        UnixSocket(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
    }

    /// Returns a socket that listens at a path.
    static func listening(at path: String) throws -> UnixSocket {
        let socket = make()
        guard withAddress(path, { bind(socket.descriptor, $0, $1) }) == 0, listen(socket.descriptor, 16) == 0 else {
            socket.close()
            throw CocoaError(.fileWriteUnknown)
        }
        return socket
    }

    /// Returns a socket connected to the listener at a path; `nil` where there is none.
    static func connected(to path: String) -> UnixSocket? {
        let socket = make()
        guard withAddress(path, { connect(socket.descriptor, $0, $1) }) == 0 else {
            socket.close()
            return nil
        }
        return socket
    }

    /// Waits for the next connection; returns `nil` once the socket is shut down.
    func accept() -> UnixSocket? {
        let client = Foundation.accept(descriptor, nil, nil)
        return client >= 0 ? UnixSocket(client) : nil
    }

    /// Waits for the next bytes; returns `nil` at the end.
    func read() -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &octets, octets.count, 0)
        return count > 0 ? Array(octets.prefix(count)) : nil
    }

    /// Sends all bytes; returns `false` where the connection is closed.
    func write(_ octets: [UInt8]) -> Bool {
        var sent = 0
        while sent < octets.count {
            let count = octets.withUnsafeBytes { bytes in
                send(descriptor, bytes.baseAddress.map { $0 + sent }, octets.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Shuts down the socket, and ends all waits on it.
    func shut() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// Closes the descriptor.
    func close() {
        Foundation.close(descriptor)
    }

    private static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }
}
