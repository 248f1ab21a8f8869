import Foundation
import Testing

/// The socket on which a service manager receives notices.
final class ServiceManager {
    let path: String
    private let descriptor: Int32
    private var notices: [String] = []

    init(in folder: String) throws {
        path = "\(folder)/notify"
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = Array(path.utf8) + [0]
        try #require(octets.count <= MemoryLayout.size(ofValue: address.sun_path))
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: octets) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(bound == 0)
    }

    deinit {
        close(descriptor)
    }

    /// Returns the number of received notices with this text.
    func received(_ text: String) -> Int {
        var octets = [UInt8](repeating: 0, count: 4096)
        while case let count = recv(descriptor, &octets, octets.count, Int32(MSG_DONTWAIT)), count > 0 {
            notices.append(String(decoding: octets.prefix(count), as: UTF8.self))
        }
        return notices.count { $0 == text }
    }
}
