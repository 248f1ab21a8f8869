import Foundation
import Postgres

/// Stands between a client and its server on a Unix socket, and hangs up on both when COMMIT goes by.
///
/// Its threads block in the kernel and end when their sockets are shut down.
public final class CommitProxy: Sendable {
    /// Where the connection breaks.
    public enum Fault: Sendable {
        /// Nowhere.
        case none
        /// Before the server hears of the COMMIT: nothing is kept.
        case beforeServer
        /// After the server has committed, before the client hears of it: all is kept.
        case afterServer
    }

    /// The folder of the socket, for the client's `host`.
    public let folder: String

    private let upstream: String
    private let listener: Int32
    private let fault = Guarded(Fault.none)

    /// Listens in a new folder for a server that listens in another.
    public init(toServerIn folder: String) throws {
        upstream = "\(folder)/.s.PGSQL.5432"
        // Inside the server's own, which goes away with the server.
        self.folder = "\(folder)/proxy-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        listener = Self.makeSocket()
        let path = "\(self.folder)/.s.PGSQL.5432"
        guard Self.withAddress(path, { bind(listener, $0, $1) }) == 0, listen(listener, 16) == 0 else {
            throw CocoaError(.fileWriteUnknown)
        }
        Thread.detachNewThread { [self] in accept() }
    }

    /// Breaks the connection at the next COMMIT, once.
    public func arm(_ fault: Fault) {
        self.fault.withLock { $0 = fault }
    }

    /// Stops listening.
    public func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func accept() {
        while true {
            let client = Foundation.accept(listener, nil, nil)
            guard client >= 0 else { return }
            let server = Self.makeSocket()
            guard Self.withAddress(upstream, { connect(server, $0, $1) }) == 0 else {
                close(server)
                close(client)
                continue
            }
            Thread.detachNewThread { [self] in serve(client, server) }
        }
    }

    /// Carries octets both ways on two threads; whichever ends first shuts both sockets, and the pair is closed here.
    private func serve(_ client: Int32, _ server: Int32) {
        let returned = DispatchSemaphore(value: 0)
        let cut = Guarded(false)
        Thread.detachNewThread {
            while let octets = Self.read(server), !cut.withLock({ $0 }), Self.write(octets, client) {}
            Self.shut(client, server)
            returned.signal()
        }
        while let octets = Self.read(client) {
            guard Self.holdsCommit(octets) else {
                guard Self.write(octets, server) else { break }
                continue
            }
            let fault = self.fault.withLock { current in
                defer { current = .none }
                return current
            }
            if fault == .beforeServer { break }
            if fault == .afterServer { cut.withLock { $0 = true } }
            guard Self.write(octets, server) else { break }
        }
        if !cut.withLock({ $0 }) { Self.shut(client, server) }
        returned.wait()
        close(client)
        close(server)
    }

    private static func holdsCommit(_ octets: [UInt8]) -> Bool {
        Data(octets).range(of: Data("COMMIT".utf8)) != nil
    }

    private static func shut(_ sockets: Int32...) {
        for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
    }

    private static func read(_ socket: Int32) -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &octets, octets.count, 0)
        return count > 0 ? Array(octets.prefix(count)) : nil
    }

    private static func write(_ octets: [UInt8], _ socket: Int32) -> Bool {
        var sent = 0
        while sent < octets.count {
            let count = octets.withUnsafeBytes { bytes in
                send(socket, bytes.baseAddress.map { $0 + sent }, octets.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private static func makeSocket() -> Int32 {
        socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
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
