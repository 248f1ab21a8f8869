import Foundation
import Postgres

/// Cleans up after this process, however it ends.
///
/// A shell in a session of its own waits for the end of a pipe whose other end only this process holds. The kernel closes
/// that end at any death, `kill -9` included.
struct Watchdog: Sendable {
    private let shell: ChildProcess
    private let leash: Int32

    private static let all = Guarded<[Watchdog]>([])

    private static let script = """
        folder=$1; shift
        while read -r _; do :; done
        "$@"
        rm -rf "$folder"
        """

    /// Promises to run a command and then to remove a folder once this process is gone.
    static func release(_ command: [String], thenRemove folder: String) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0, fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0 else {
            throw TestServerFailure("could not make a pipe", because: String(cString: strerror(errno)))
        }
        defer { close(ends[0]) }
        let shell = try ChildProcess(["setsid", "sh", "-c", script, "watchdog", folder] + command, input: ends[0])
        all.withLock {
            if $0.isEmpty { atexit { Watchdog.finish() } }
            $0.append(Watchdog(shell: shell, leash: ends[1]))
        }
    }

    /// Does at an orderly exit what a killed process gets done a moment later, so that nothing is left when it has ended.
    private static func finish() {
        let watchdogs = all.withLock { $0 }
        for watchdog in watchdogs { close(watchdog.leash) }
        for watchdog in watchdogs { watchdog.shell.wait() }
    }
}
