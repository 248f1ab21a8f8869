import Dispatch
import Glibc
import Locking
import UnixSignals

/// A terminal that draws successive frames in place and is restored at the end.
final class LiveScreen: Sendable {
    private struct State {
        var parts: [ScreenPart] = []
        var isOpen = false
    }

    private let console: Console
    private let terminal: termios?
    private let state = Guarded(State())

    private init(_ console: Console) {
        self.console = console
        var terminal = termios()
        self.terminal = tcgetattr(STDIN_FILENO, &terminal) == 0 ? terminal : nil
    }

    /// Shows pictures until the body ends or `q` or Ctrl-C is typed.
    ///
    /// - Parameters:
    ///   - console: A console whose output is a terminal.
    ///   - body: Shows the pictures; it is cancelled when the user quits.
    /// - Throws: The error of the body.
    static func run(
        on console: Console, _ body: @escaping @Sendable (LiveScreen) async throws -> Void
    ) async throws {
        let screen = LiveScreen(console)
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup, .sigwinch)
        let (quitKeys, input) = readQuitKeys()
        defer { input.cancel() }
        try screen.open()
        defer { screen.close() }
        try await withThrowingTaskGroup { group in
            group.addTask { try await body(screen) }
            group.addTask { await screen.handle(signals) }
            group.addTask { for await _ in quitKeys { return screen.close() } }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Draws a frame, cut to the window's size.
    ///
    /// - Throws: `OutputError` when the terminal has been closed.
    func show(_ parts: [ScreenPart]) throws {
        try state.withLock { state in
            state.parts = parts
            try draw(state)
        }
    }

    /// Redraws when the window is resized, until a signal ends the command.
    private func handle(_ signals: UnixSignalsSequence) async {
        for await signal in signals {
            // Any other signal restores the terminal immediately, without waiting for the read in progress.
            guard signal == .sigwinch else { return close() }
            try? state.withLock { try draw($0) }
        }
    }

    /// Writes the picture from the top left, line by line over the previous one, to avoid flicker.
    ///
    /// Holds the lock meanwhile, so that no picture is written after the terminal is restored.
    private func draw(_ state: State) throws(OutputError) {
        guard state.isOpen else { return }
        var size = winsize()
        let isKnown = ioctl(console.output, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 0 && size.ws_col > 0
        let (rows, columns) = isKnown ? (Int(size.ws_row), Int(size.ws_col)) : (24, 80)
        // The last column stays free: clearing to the end of the line would also clear a character in it.
        let lines = ScreenPart.lines(state.parts, rows: rows).map { line in
            line.text(columns: columns - 1, colored: console.isColored) + "\u{1B}[K"
        }
        try StandardStreams.write("\u{1B}[H" + lines.joined(separator: "\r\n") + "\u{1B}[J", to: console.output)
    }
}

extension LiveScreen {
    /// Switches to the alternate screen without cursor and line wrap, and to unbuffered input without echo.
    private func open() throws(OutputError) {
        state.withLock { $0.isOpen = true }
        if var raw = terminal {
            raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
            withUnsafeMutableBytes(of: &raw.c_cc) { characters in
                characters[Int(VMIN)] = 1
                characters[Int(VTIME)] = 0
                // The default action of these signals would end or stop the process without restoring the terminal.
                characters[Int(VQUIT)] = 0
                characters[Int(VSUSP)] = 0
            }
            tcsetattr(STDIN_FILENO, TCSADRAIN, &raw)
        }
        try StandardStreams.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[H\u{1B}[J", to: console.output)
    }

    /// Restores the terminal, once.
    private func close() {
        state.withLock { state in
            guard state.isOpen else { return }
            state.isOpen = false
            try? StandardStreams.write("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l", to: console.output)
            if var terminal { tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal) }
        }
    }

    /// Returns a stream of the typed keys that quit, and its source.
    ///
    /// Ctrl-C arrives as a signal, or as a character if the terminal does not send signals.
    private static func readQuitKeys() -> (keys: AsyncStream<Void>, source: any DispatchSourceRead) {
        let (keys, keySink) = AsyncStream<Void>.makeStream()
        let source = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO, queue: .global())
        source.setEventHandler {
            var bytes = [UInt8](repeating: 0, count: 64)
            let count = read(STDIN_FILENO, &bytes, bytes.count)
            if count <= 0 { return source.cancel() }
            if bytes.prefix(count).contains(where: "qQ\u{3}".utf8.contains) { keySink.yield() }
        }
        source.activate()
        return (keys, source)
    }
}

/// One line of a screen, with one style.
struct ScreenLine: Equatable, Sendable {
    /// The style of a line where colour is used.
    enum LineStyle: Sendable {
        case plain, heading, label, warning
    }

    let text: String
    let style: LineStyle

    /// Creates a line of text; control characters are made visible.
    init(_ text: String, _ style: LineStyle = .plain) {
        self.text = text.visible
        self.style = style
    }

    /// Returns the line, truncated to a number of columns.
    func text(columns: Int, colored: Bool) -> String {
        let shown = cut(to: columns)
        return switch style {
        case .plain: shown
        case .heading: Style.bold(shown, when: colored)
        case .label: Style.dim(shown, when: colored)
        case .warning: Style.red(shown, when: colored)
        }
    }

    private func cut(to columns: Int) -> String {
        var width = 0
        return String(
            text.prefix { character in
                width += displayWidth(String(character))
                return width <= columns
            })
    }
}

/// A group of lines on a screen.
struct ScreenPart: Equatable, Sendable {
    let lines: [ScreenLine]

    init(_ lines: [ScreenLine]) {
        self.lines = lines
    }

    /// Creates a part that shows a table, with the header in the label style.
    ///
    /// - Parameters:
    ///   - table: The table.
    ///   - nothing: The text for a table without rows.
    init(_ table: Table, orElse nothing: String) {
        let texts = table.text().split(separator: "\n", omittingEmptySubsequences: false)
        let rows = texts.dropFirst().map { ScreenLine(String($0)) }
        lines = rows.isEmpty ? [ScreenLine(nothing, .label)] : [ScreenLine(String(texts[0]), .label)] + rows
    }

    /// Joins parts with an empty line between them, truncating the longest ones until they fit.
    ///
    /// - Parameters:
    ///   - parts: The parts.
    ///   - rows: The maximum number of lines.
    /// - Returns: The lines.
    static func lines(_ parts: [ScreenPart], rows: Int) -> [ScreenLine] {
        var heights = parts.map(\.lines.count)
        while heights.reduce(parts.count - 1, +) > rows, let longest = heights.max(), longest > 2 {
            heights[heights.lastIndex(of: longest) ?? 0] -= 1
        }
        let shown = zip(parts, heights).map { $0.lines(atMost: $1) }
        return Array(shown.joined(separator: [ScreenLine("")]).prefix(rows))
    }

    private func lines(atMost height: Int) -> [ScreenLine] {
        guard lines.count > height else { return lines }
        return lines.prefix(height - 1) + [ScreenLine("… \(lines.count - height + 1) more", .label)]
    }
}
