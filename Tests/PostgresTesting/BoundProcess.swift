import Foundation

/// A program that runs until it is ended, and no longer than this process.
///
/// It is told to end by the end of its standard input, a socket whose other end only this process holds.
final class BoundProcess: Sendable {
    private let child: ChildProcess
    private let leash: Int32

    /// Starts a program that ends at the end of its standard input.
    init(_ command: [String], log: String = "/dev/null") throws {
        var ends: [Int32] = [-1, -1]
        // Closed in other programs from the start: one of them may be started at this moment.
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
        leash = ends[1]
    }

    /// Starts a program that does not look at its standard input, by way of a shell that does.
    ///
    /// The shell does not wait for the program: it may have inherited a mask that keeps the news of its end away.
    convenience init(watching command: [String], log: String) throws {
        let script = """
            "$@" & program=$!
            while read -r _; do :; done
            kill -KILL $program
            """
        try self.init(["sh", "-c", script, "bound"] + command, log: log)
    }

    /// The program's number.
    var id: pid_t { child.id }

    deinit {
        close(leash)
        child.wait()
    }
}
