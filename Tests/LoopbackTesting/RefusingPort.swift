import Foundation

/// An error in the creation of a loopback socket.
public struct LoopbackFailure: Error, CustomStringConvertible {
    /// The step that failed, and the system's reason.
    public let description: String
}

/// Calls a closure with a TCP port on 127.0.0.1 that refuses every connection.
///
/// A socket is bound to the port and does not listen: the kernel refuses connections, and no other process can listen
/// on the port meanwhile.
///
/// - Parameter body: The closure that uses the port.
/// - Returns: The body's result.
/// - Throws: ``LoopbackFailure``, or the body's error.
public func withRefusingPort<Result>(_ body: (_ port: Int) async throws -> Result) async throws -> Result {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
    }
    guard isBound else { throw LoopbackFailure(description: "bind: \(String(cString: strerror(errno)))") }
    return try await body(Int(UInt16(bigEndian: address.sin_port)))
}
