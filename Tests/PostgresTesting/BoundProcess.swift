import Foundation

/// A child process that ends with this process at the latest.
///
/// It ends at the end of its standard input, a socket whose other end is open only in this process.
final class BoundProcess: Sendable {
    private let child: ChildProcess
    private let pipeEnd: Int32

    /// Starts a program that ends at the end of its standard input.
    init(_ command: [String], log: String = "/dev/null") throws {
        var ends: [Int32] = [-1, -1]
        // Close-on-exec from the start, because another process may be started at this moment.
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw TestServerFailure("could not make a pair of sockets", because: String(cString: strerror(errno)))
        }
        defer { close(ends[0]) }
        do {
            child = try ChildProcess(command, input: ends[0], log: log)
        } catch {
            close(ends[1])
            throw error
        }
        pipeEnd = ends[1]
    }

    /// Starts a program that does not read its standard input, through a shell that does.
    ///
    /// The shell does not wait for the program, since it may have inherited a signal mask that blocks SIGCHLD.
    convenience init(watching command: [String], log: String) throws {
        let script = """
            "$@" & program=$!
            while read -r _; do :; done
            kill -KILL $program
            """
        try self.init(["sh", "-c", script, "bound"] + command, log: log)
    }

    /// The ID of the process.
    var id: pid_t { child.id }

    deinit {
        close(pipeEnd)
        child.wait()
    }
}
