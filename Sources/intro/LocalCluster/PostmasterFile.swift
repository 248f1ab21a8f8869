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
