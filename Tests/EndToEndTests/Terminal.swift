import Foundation
import PostgresTesting
import Subprocess
import Synchronization
import SystemPackage

/// A pseudoterminal on which `intro` runs as a person runs it.
final class Terminal: Sendable {
    /// The settings of a terminal for input and output.
    struct Mode: Equatable {
        let input: tcflag_t
        let output: tcflag_t
        let local: tcflag_t
    }

    private let keyboard: Int32
    private let screen: Int32
    private let printed = Mutex<[UInt8]>([])
    private let ended = Mutex(false)

    /// Opens a pseudoterminal.
    init(rows: UInt16 = 24, columns: UInt16 = 80) throws {
        // As grantpt, unlockpt and ptsname do, which Foundation does not export: unlock the other end, and ask for its
        // number.
        keyboard = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number): (Int32, Int32) = (0, 0)
        guard ioctl(keyboard, 0x4004_5431, &lock) == 0, ioctl(keyboard, 0x8004_5430, &number) == 0 else {
            throw ConditionNotMet(description: "cannot open a pseudoterminal")
        }
        screen = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        resize(rows: rows, columns: columns)
    }

    deinit {
        close(keyboard)
    }

    /// The output so far.
    var text: String { printed.withLock { String(decoding: $0, as: UTF8.self) } }

    /// Whether the output is complete.
    var isComplete: Bool { ended.withLock { $0 } }

    /// The current settings.
    var mode: Mode {
        var settings = termios()
        tcgetattr(keyboard, &settings)
        return Mode(input: settings.c_iflag, output: settings.c_oflag, local: settings.c_lflag)
    }

    /// Types a text.
    func type(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { write(keyboard, $0.baseAddress, $0.count) }
    }

    /// Changes the size of the window.
    func resize(rows: UInt16, columns: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(keyboard, UInt(TIOCSWINSZ), &size)
    }

    /// Runs `intro` to its end; once per terminal.
    ///
    /// - Parameters:
    ///   - arguments: The arguments after the program's name.
    ///   - environment: Variables besides `PATH`, `HOME` and `TERM`.
    ///   - meanwhile: The actions of the person, with the process ID.
    /// - Returns: The exit status.
    /// - Throws: The error of `meanwhile`, or the reason why the process cannot be started.
    func run(
        _ arguments: String..., environment: [String: String], meanwhile: (pid_t) async throws -> Void
    ) async throws -> Int32 {
        try await run(arguments, environment: environment, meanwhile: meanwhile)
    }

    /// Runs `intro` to its end; once per terminal.
    func run(
        _ arguments: [String], environment: [String: String], meanwhile: (pid_t) async throws -> Void
    ) async throws -> Int32 {
        let screen = FileDescriptor(rawValue: screen)
        let variables = environment.merging(["TERM": "xterm"]) { own, _ in own }
        // setsid -c makes it the controlling terminal of the process: only then does Ctrl-C send a signal.
        let result = try await Subprocess.run(
            .path("/usr/bin/setsid"), arguments: Arguments(["-c", "-w", IntroBinary.path] + arguments),
            environment: .custom(IntroBinary.variables(variables)), workingDirectory: "/",
            input: .fileDescriptor(screen, closeAfterSpawningProcess: false),
            output: .fileDescriptor(screen, closeAfterSpawningProcess: false),
            error: .fileDescriptor(screen, closeAfterSpawningProcess: false)
        ) { execution in
            try screen.close()
            let reading = Thread { self.read() }
            reading.start()
            do {
                try await meanwhile(execution.processIdentifier.value)
            } catch {
                // A failed test must not wait for a process that waits for the test.
                try? execution.send(signal: .kill)
                throw error
            }
        }
        return IntroBinary.code(of: result.terminationStatus)
    }

    /// Reads until no process has the terminal open.
    private func read() {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Foundation.read(keyboard, &bytes, bytes.count)
            guard count > 0 else { return ended.withLock { $0 = true } }
            printed.withLock { $0 += bytes.prefix(count) }
        }
    }
}
