import FoundationEssentials
import Glibc

/// A program that runs as long as this object exists.
///
/// A shell in a separate session starts the program and waits for the end of a pipe whose other end only this process
/// holds. The kernel closes that end whenever this process terminates, also after Ctrl-C and `kill -9`; then the shell
/// terminates the program and removes its folder.
final class ChildProcess: Sendable {
    /// The signal that stops a program.
    enum StopSignal: String {
        /// SIGINT, after which PostgreSQL disconnects all clients in order.
        case interrupt = "INT"
        /// SIGTERM, for all other programs.
        case terminate = "TERM"
    }

    private static let script = """
        folder=$1; ending=$2; shift 2
        cd /
        "$@" </dev/null >>"$folder/program.log" 2>&1 &
        echo $! >"$folder/program.pid"
        while read -r _; do :; done
        kill -s "$ending" $! 2>/dev/null
        wait $!
        rm -rf "$folder"
        """

    private let shell: pid_t
    private let pipe: Int32
    private let folder: String

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - command: The program and its arguments.
    ///   - folder: The folder for its output, removed at the end.
    ///   - ending: The signal that stops the program.
    /// - Throws: ``BenchFailure`` when no process can be started.
    init(_ command: [String], in folder: String, stoppingWith ending: StopSignal = .terminate) throws {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0, fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0 else {
            throw BenchFailure("could not make a pipe", because: String(cString: strerror(errno)))
        }
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        // The calling thread may block signals. A shell that inherits a blocked SIGCHLD never notices that its child
        // has ended.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var nothing = sigset_t()
        sigemptyset(&nothing)
        posix_spawnattr_setsigmask(&attributes, &nothing)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let commandLine = ["setsid", "sh", "-c", Self.script, "leash", folder, ending.rawValue] + command
        var arguments = commandLine.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var id: pid_t = 0
        let code = posix_spawnp(&id, "setsid", &actions, &attributes, &arguments, environ)
        guard code == 0 else {
            close(ends[1])
            throw BenchFailure("could not start \(command[0])", because: String(cString: strerror(code)))
        }
        shell = id
        pipe = ends[1]
        self.folder = folder
    }

    /// The process identifier of the program, once it has been started.
    var program: pid_t? {
        let text = (try? String(contentsOfFile: "\(folder)/program.pid", encoding: .utf8)) ?? ""
        return pid_t(text.prefix { !$0.isNewline })
    }

    /// Stops the program, and waits until it has ended and its folder is removed.
    func terminate() {
        close(pipe)
        var status: Int32 = 0
        while waitpid(shell, &status, 0) == -1, errno == EINTR {}
    }

    /// Creates a temporary folder on a disk, owned by another user if one is given.
    static func makeFolder(_ name: String, ownedBy user: String? = nil) throws -> String {
        // Measurements need a disk: /tmp may be in memory.
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
        var template = Array("\(parent)/intro-bench-\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw BenchFailure("could not make a folder in \(parent)", because: String(cString: strerror(errno)))
        }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if let user {
            guard let entry = getpwnam(user), chown(folder, entry.pointee.pw_uid, entry.pointee.pw_gid) == 0 else {
                throw BenchFailure(
                    "could not give \(folder) to the user \(user)", because: String(cString: strerror(errno)),
                    hint: "install PostgreSQL, or run this as a plain user")
            }
        }
        return folder
    }
}
