import Glibc

/// The content of `postmaster.pid`, in which a running server records its process ID and status.
struct PostmasterFile: Equatable, Sendable {
    /// The server's process.
    let processID: Int32
    /// `starting`, `ready`, `stopping` or `standby`; empty in the first moments.
    let status: String

    /// Reads the file's text; `nil` if its first line is not a process ID.
    init?(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first, let processID = Int32(first), processID > 0 else { return nil }
        self.processID = processID
        status = lines.count > 7 ? String(lines[7].prefix { $0 != " " }) : ""
    }
}

/// The state of the private server.
enum ServerState: Equatable, Sendable {
    case stopped
    case starting(processID: Int32)
    case running(processID: Int32)
    case stopping(processID: Int32)
    /// It runs, but its socket was removed, for example by a clean-up of `/tmp`.
    case withoutSocket(processID: Int32)

    /// Determines the state without starting a process.
    ///
    /// - Parameters:
    ///   - file: The content of `postmaster.pid`, if it exists; after a crash of the machine, it is out of date.
    ///   - isServer: Whether the process with that ID is this cluster's server; process IDs are reused.
    ///   - hasSocket: Whether the socket's file exists.
    ///   - acceptsConnections: Whether a process accepts connections on the socket; called only if the server's process
    ///     is not visible.
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

/// Checks of a process by its ID.
enum ServerProcess {
    /// Returns whether a process is the server of a cluster.
    ///
    /// - Parameters:
    ///   - processID: The process ID.
    ///   - clusterName: The name in the server's command line.
    /// - Returns: `false` also if the process does not exist or is not visible.
    static func isServer(_ processID: Int32, ofCluster clusterName: String) -> Bool {
        commandLine(of: processID)?.contains("cluster_name=\(clusterName)") ?? false
    }

    /// Returns whether a process exists and is another program, which has reused the ID of an ended server.
    static func isNotServer(_ processID: Int32, ofCluster clusterName: String) -> Bool {
        commandLine(of: processID).map { !$0.contains("cluster_name=\(clusterName)") } ?? false
    }

    /// Returns the command line of a process: empty for a zombie, `nil` if it does not exist or is not visible.
    private static func commandLine(of processID: Int32) -> [String]? {
        text(ofFile: "/proc/\(processID)/cmdline")?.split(separator: "\0").map(String.init)
    }

    /// Returns whether a process accepts connections on a socket.
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

/// Returns the text of a small file, or `nil` if it cannot be read.
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
