import Foundation
import Locking

/// A process that cleans up after this process, however it ends.
///
/// A shell in a separate session waits for the end of a pipe whose other end is open only in this process. The kernel
/// closes that end whenever this process ends, including by `kill -9`.
struct Watchdog: Sendable {
    private let shell: ChildProcess
    private let pipeEnd: Int32

    private static let all = Guarded<[Watchdog]>([])

    private static let script = """
        folder=$1; shift
        while read -r _; do :; done
        "$@"
        rm -rf "$folder"
        """

    /// Registers a command to run, and a folder to remove, at the end of this process.
    static func release(_ command: [String], thenRemove folder: String) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0, fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0 else {
            throw TestServerFailure("could not make a pipe", because: String(cString: strerror(errno)))
        }
        defer { close(ends[0]) }
        let shell = try ChildProcess(["setsid", "sh", "-c", script, "watchdog", folder] + command, input: ends[0])
        all.withLock {
            if $0.isEmpty { atexit { Watchdog.finish() } }
            $0.append(Watchdog(shell: shell, pipeEnd: ends[1]))
        }
    }

    /// Starts the cleanup at a normal exit and waits for it, so that nothing remains when the process has ended.
    private static func finish() {
        let watchdogs = all.withLock { $0 }
        for watchdog in watchdogs { close(watchdog.pipeEnd) }
        for watchdog in watchdogs { watchdog.shell.wait() }
    }
}
