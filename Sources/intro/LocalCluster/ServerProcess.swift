import Glibc

/// What can be learnt of a process by its number.
enum ServerProcess {
    /// Whether a process is the server of a cluster.
    ///
    /// - Parameters:
    ///   - processID: The process's number.
    ///   - clusterName: The name that the server's command line carries.
    /// - Returns: `false` also where the process does not exist or cannot be seen.
    static func isServer(_ processID: Int32, ofCluster clusterName: String) -> Bool {
        commandLine(of: processID)?.contains("cluster_name=\(clusterName)") ?? false
    }

    /// Whether a process surely is something else, which was given a dead server's number.
    static func isNotServer(_ processID: Int32, ofCluster clusterName: String) -> Bool {
        commandLine(of: processID).map { !$0.contains("cluster_name=\(clusterName)") } ?? false
    }

    /// The words that a process was started with: none for a dead one that nobody has buried, `nil` where the process
    /// does not exist or must not be seen.
    private static func commandLine(of processID: Int32) -> [String]? {
        text(ofFile: "/proc/\(processID)/cmdline")?.split(separator: "\0").map(String.init)
    }

    /// Whether somebody accepts connections on a socket.
    static func acceptsConnections(on path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}

/// The text of a small file, or `nil` where it cannot be read.
func text(ofFile path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { return nil }
        guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
        bytes += buffer[..<count]
    }
}
