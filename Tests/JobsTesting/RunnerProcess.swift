import Foundation
import Locking
import PostgresTesting

/// A runner in a separate process: the program `testrunner`, which is built beside the test bundle.
public final class RunnerProcess: Sendable {
    private enum State {
        case running
        case ended(Int32)
    }

    /// The ID of the process.
    public let pid: Int32
    /// The path of the process's log.
    public let log: String

    private let pipeEnd: Int32
    private let state = Guarded(State.running)

    /// Starts a process.
    ///
    /// - Parameters:
    ///   - fixture: The queue to run.
    ///   - folder: The folder of its effects and its log.
    ///   - options: The command-line options.
    /// - Throws: `CocoaError` where the process cannot be started.
    public init(_ fixture: JobFixture, in folder: ScratchFolder, _ options: [String]) throws {
        log = "\(folder.path)/\(UUID().uuidString).log"
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0, fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0 else { throw CocoaError(.executableLoad) }
        defer { close(ends[0]) }
        pipeEnd = ends[1]
        let command = [Self.program, "--database", fixture.conninfo, "--effects", folder.effects] + options
        pid = try Self.spawn(command, input: ends[0], log: log)
    }

    deinit {
        kill(SIGKILL)
        _ = poll(blocking: true)
        close(pipeEnd)
    }

    /// Sends a signal to the process.
    public func kill(_ signal: Int32) {
        state.withLock { state in
            if case .running = state { Foundation.kill(pid, signal) }
        }
    }

    /// The exit status, or 128 plus the number of the signal that ended the process; `nil` while it runs.
    public var status: Int32? { poll(blocking: false) }

    /// Waits until the runner is ready.
    public func waitUntilReady() async throws {
        try await wait(until: "a runner is ready") { try logContains("ready") }
    }

    /// Waits until the runner has received the first SIGTERM: it starts no job after that.
    public func waitUntilStopping() async throws {
        try await wait(until: "a runner is stopping") { try logContains("stopping") }
    }

    private func logContains(_ line: String) throws -> Bool {
        try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").contains { $0 == line }
    }

    /// Waits until the process has ended, and returns its exit status.
    @discardableResult
    public func waitUntilEnded() async throws -> Int32 {
        try await wait(until: "a runner has ended") { status != nil }
        return status ?? -1
    }

    private func poll(blocking: Bool) -> Int32? {
        state.withLock { state in
            if case .ended(let status) = state { return status }
            var status: Int32 = 0
            guard waitpid(pid, &status, blocking ? 0 : WNOHANG) == pid else { return nil }
            let signal = status & 0x7f
            let ended = signal == 0 ? (status >> 8) & 0xff : 128 + signal
            state = .ended(ended)
            return ended
        }
    }

    /// Starts a program without the signal mask of the test threads, and without inherited descriptors.
    private static func spawn(_ command: [String], input: Int32, log: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        for descriptor in 3..<min(getdtablesize(), 1024) { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var arguments = command.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, command[0], &actions, &attributes, &arguments, environ)
        guard code == 0 else { throw CocoaError(.executableLoad) }
        return pid
    }

    private static let program: String = {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: bundle).deletingLastPathComponent().appending(path: "testrunner").path
    }()
}
