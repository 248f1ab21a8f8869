import Glibc

/// What a running server tells of itself in `postmaster.pid`.
struct PostmasterFile: Equatable, Sendable {
    /// The server's process.
    let processID: Int32
    /// `starting`, `ready`, `stopping` or `standby`; empty in the first moments.
    let status: String

    /// Reads the file's text; `nil` where its first line is no process number.
    init?(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first, let processID = Int32(first), processID > 0 else { return nil }
        self.processID = processID
        status = lines.count > 7 ? String(lines[7].prefix { $0 != " " }) : ""
    }
}

/// What the private server is doing.
enum ServerState: Equatable, Sendable {
    case stopped
    case starting(processID: Int32)
    case running(processID: Int32)
    case stopping(processID: Int32)
    /// It runs, but something has swept its socket away.
    case withoutSocket(processID: Int32)

    /// Judges from what can be seen without starting a process.
    ///
    /// - Parameters:
    ///   - file: What `postmaster.pid` says, where there is one. A machine that died leaves it behind.
    ///   - isServer: Whether the process of that number is this cluster's server: numbers are used again.
    ///   - hasSocket: Whether the socket's file exists.
    ///   - acceptsConnections: Whether somebody accepts connections on the socket; asked only where the process cannot be seen.
    init(file: PostmasterFile?, isServer: Bool, hasSocket: Bool, acceptsConnections: () -> Bool) {
        switch file {
        case let file? where isServer:
            switch file.status {
            case "ready" where hasSocket: self = .running(processID: file.processID)
            case "ready": self = .withoutSocket(processID: file.processID)
            case "stopping": self = .stopping(processID: file.processID)
            default: self = .starting(processID: file.processID)
            }
        case let file? where file.status == "ready" && hasSocket && acceptsConnections():
            self = .running(processID: file.processID)
        default:
            self = .stopped
        }
    }
}

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
