import Dispatch
import FoundationEssentials
import Glibc
import Locking

/// A proxy in front of the server's socket that counts round trips: requests of a client that follow an answer.
///
/// It forwards each connection on a thread of its own, which ends when the client closes the connection.
final class RoundTripCounter: Sendable {
    /// The folder of the proxy's socket, for a client's `host`.
    let folder: String
    private let upstream: String
    private let listener: Int32
    private let trips = Guarded(0)
    private let queue = DispatchQueue(label: "bench.round-trips", attributes: .concurrent)

    /// The number of round trips so far, on all connections.
    var count: Int { trips.withLock { $0 } }

    /// Starts a proxy for the server whose socket is in a folder.
    ///
    /// - Throws: ``BenchFailure``.
    init(toServerIn server: String) throws {
        folder = "\(server)/counted"
        upstream = "\(server)/.s.PGSQL.5432"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = "\(folder)/.s.PGSQL.5432"
        unlink(path)
        listener = Self.makeSocket()
        guard Self.withAddress(path, { bind(listener, $0, $1) }) == 0, listen(listener, 8) == 0 else {
            throw BenchFailure("the proxy cannot listen", because: "\(path): \(String(cString: strerror(errno)))")
        }
        queue.async { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                queue.async { [self] in serve(client) }
            }
        }
    }

    /// Stops listening.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private func serve(_ client: Int32) {
        let server = Self.makeSocket()
        defer {
            close(client)
            close(server)
        }
        guard Self.withAddress(upstream, { connect(server, $0, $1) }) == 0 else { return }
        var isAnswered = true
        while true {
            var descriptors = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&descriptors, 2, -1) > 0 else { return }
            if descriptors[0].revents != 0 {
                if isAnswered { trips.withLock { $0 += 1 } }
                isAnswered = false
                guard Self.forward(from: client, to: server) else { return }
            }
            if descriptors[1].revents != 0 {
                isAnswered = true
                guard Self.forward(from: server, to: client) else { return }
            }
        }
    }

    private static func forward(from source: Int32, to target: Int32) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(source, &bytes, bytes.count, 0)
        guard count > 0 else { return false }
        var sent = 0
        while sent < count {
            let written = bytes.withUnsafeBytes {
                send(target, $0.baseAddress.map { $0 + sent }, count - sent, Int32(MSG_NOSIGNAL))
            }
            guard written > 0 else { return false }
            sent += written
        }
        return true
    }

    private static func makeSocket() -> Int32 {
        socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    }

    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }
}
