import Foundation
import Postgres
import PostgresTesting

/// A runner in a process of its own: the program `jobhand`, which lies next to the test bundle.
public final class JobHand: Sendable {
    private enum State {
        case running
        case ended(Int32)
    }

    /// The process.
    public let pid: Int32
    /// What it says.
    public let log: String

    private let leash: Int32
    private let state = Guarded(State.running)

    /// Starts one.
    ///
    /// - Parameters:
    ///   - yard: The queue it works on.
    ///   - folder: Where its effects and its log go.
    ///   - options: How it works.
    /// - Throws: `CocoaError` where it cannot be started.
    public init(_ yard: JobYard, in folder: ScratchFolder, _ options: [String]) throws {
        log = "\(folder.path)/\(UUID().uuidString).log"
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0, fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0 else { throw CocoaError(.executableLoad) }
        defer { close(ends[0]) }
        leash = ends[1]
        let command = [Self.program, "--database", yard.conninfo, "--effects", folder.effects] + options
        pid = try Self.spawn(command, input: ends[0], log: log)
    }

    deinit {
        kill(SIGKILL)
        _ = poll(blocking: true)
        close(leash)
    }

    /// Sends it a signal.
    public func kill(_ signal: Int32) {
        state.withLock { state in
            if case .running = state { Foundation.kill(pid, signal) }
        }
    }

    /// How it ended: its exit status, or 128 and the number of the signal that ended it; `nil` while it runs.
    public var status: Int32? { poll(blocking: false) }

    /// Waits until it has said that it is at work.
    public func waitUntilReady() async throws {
        try await wait(until: "a runner is at work") { try says("ready") }
    }

    /// Waits until it has received the first SIGTERM: it begins no job after that.
    public func waitUntilStopping() async throws {
        try await wait(until: "a runner is told to stop") { try says("stopping") }
    }

    private func says(_ word: String) throws -> Bool {
        try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").contains { $0 == word }
    }

    /// Waits until it has ended, and returns how.
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

    /// Starts a program with no signals blocked, as the threads that run tests have them, and no descriptors of ours.
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
        return URL(filePath: bundle).deletingLastPathComponent().appending(path: "jobhand").path
    }()
}
