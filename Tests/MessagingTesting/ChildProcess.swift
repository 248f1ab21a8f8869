import Foundation
import Synchronization

/// A program started by a test, which is stopped together with it.
///
/// Foundation's `Process` is not used: its children inherit the signal mask of the thread that starts them, and the
/// threads that run tests block SIGTERM.
final class ChildProcess: Sendable {
    private enum State {
        case running
        case ended(status: Int32)
    }

    let id: pid_t
    private let state = Mutex(State.running)
    /// This process's end of the program's input and output.
    private let channel: FileHandle

    init(_ program: String, _ arguments: [String]) throws {
        var ends: [Int32] = [0, 0]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw TestFailure(description: "No socket pair could be created.")
        }
        defer { close(ends[1]) }
        channel = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        id = try Self.spawn(program, arguments, channel: ends[1])
    }

    deinit {
        stop()
    }

    var isRunning: Bool {
        state.withLock { state in
            Self.reap(id, &state, options: WNOHANG)
            if case .running = state { return true }
            return false
        }
    }

    func write(_ text: String) {
        channel.write(Data(text.utf8))
    }

    /// Waits for the first line of the program's output and returns it.
    func readLine() throws -> String {
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            guard let octet = try channel.read(upToCount: 1), !octet.isEmpty else {
                throw TestFailure(description: "The program ended without output.")
            }
            line += octet
        }
        return String(decoding: line.dropLast(), as: UTF8.self)
    }

    func stop() {
        state.withLock { state in
            guard case .running = state else { return }
            kill(id, SIGKILL)
            Self.reap(id, &state, options: 0)
        }
    }

    /// Runs a program to completion and returns its output.
    static func run(_ program: String, _ arguments: [String], input: Data = Data()) throws -> Data {
        let child = try ChildProcess(program, arguments)
        child.channel.write(input)
        shutdown(child.channel.fileDescriptor, Int32(SHUT_WR))
        let printed = try child.channel.readToEnd() ?? Data()
        let status = child.state.withLock { state in
            reap(child.id, &state, options: 0)
            if case .ended(let status) = state { return status }
            return -1
        }
        guard status == 0 else { throw TestFailure(description: "\(program) failed with wait status \(status).") }
        return printed
    }

    private static func reap(_ id: pid_t, _ state: inout State, options: Int32) {
        guard case .running = state else { return }
        var status: Int32 = 0
        if waitpid(id, &status, options) == id { state = .ended(status: status) }
    }

    private static func spawn(_ program: String, _ arguments: [String], channel: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, channel, 0)
        posix_spawn_file_actions_adddup2(&actions, channel, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let commandLine = ([program] + arguments).map { strdup($0) }
        defer { commandLine.forEach { free($0) } }
        var id: pid_t = 0
        let failure = posix_spawn(&id, program, &actions, &attributes, commandLine + [nil], environ)
        guard failure == 0 else { throw TestFailure(description: "\(program) could not be started.") }
        return id
    }
}
