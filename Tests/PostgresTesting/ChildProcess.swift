import Foundation

/// A child process that inherits no descriptors but its standard streams.
///
/// `Foundation.Process` detects an exit through a socket that the child inherits, and a server that outlasts `pg_ctl`
/// keeps that socket open; therefore the child is spawned directly, and all other descriptors are closed in it.
struct ChildProcess: Sendable {
    let id: pid_t

    /// Starts a program found on the `PATH`.
    ///
    /// - Parameters:
    ///   - command: The program and its arguments.
    ///   - input: The descriptor for its standard input; `nil` for an empty one.
    ///   - log: The file to which its output is appended.
    /// - Throws: ``TestServerFailure`` where the program cannot be started.
    init(_ command: [String], input: Int32? = nil, log: String = "/dev/null") throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        for descriptor in 3..<min(getdtablesize(), 1024) {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }

        var arguments = command.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var id: pid_t = 0
        let code = posix_spawnp(&id, command[0], &actions, nil, &arguments, environ)
        guard code == 0 else {
            throw TestServerFailure("could not start \(command[0])", because: String(cString: strerror(code)))
        }
        self.id = id
    }

    /// Waits until the process has ended, blocking the thread, and returns its exit status, or 128 + n for signal n.
    @discardableResult
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(id, &status, 0) == -1, errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }

    /// Runs a program to its end without blocking the caller's thread, and throws if it fails.
    static func run(_ command: [String], log: String) async throws {
        let child = try ChildProcess(command, log: log)
        let status = await withCheckedContinuation { continuation in
            // A separate thread: the threads of the global pool run tasks.
            Thread.detachNewThread { continuation.resume(returning: child.wait()) }
        }
        guard status == 0 else {
            let output = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            throw TestServerFailure(
                "`\(command.joined(separator: " "))` ended with status \(status)", because: String(output.suffix(2000)))
        }
    }
}
