import Dispatch
import Glibc
import Postgres

/// A terminal that shows one picture after another in place, and is afterwards as it was.
final class LiveScreen: Sendable {
    private enum Event {
        case quit, resized
    }

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

    /// Shows pictures until the body ends, or somebody types `q` or Ctrl-C.
    ///
    /// - Parameters:
    ///   - console: A console whose output is a terminal.
    ///   - body: Shows the pictures; it is cancelled when nobody wants to see more.
    /// - Throws: What the body throws.
    static func run(
        on console: Console, _ body: @escaping @Sendable (LiveScreen) async throws -> Void
    ) async throws {
        let screen = LiveScreen(console)
        let (events, eventSink) = AsyncStream<Event>.makeStream()
        let sources = await listen(eventSink)
        defer { sources.forEach { $0.cancel() } }
        try screen.open()
        defer { screen.close() }
        try await withThrowingTaskGroup { group in
            group.addTask { try await body(screen) }
            group.addTask { await screen.handleEvents(events) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Shows a picture, cut to the window's size.
    ///
    /// - Throws: `OutputError` where the terminal has gone.
    func show(_ parts: [ScreenPart]) throws {
        try state.withLock { state in
            state.parts = parts
            try draw(state)
        }
    }

    private func handleEvents(_ events: AsyncStream<Event>) async {
        for await event in events {
            switch event {
            case .resized:
                try? state.withLock { try draw($0) }
            case .quit:
                // At once, and not only when what is being read has been read.
                return close()
            }
        }
    }

    /// Home, and line by line over what was there: nothing flickers.
    ///
    /// The state is locked meanwhile, so that no picture follows the farewell.
    private func draw(_ state: State) throws(OutputError) {
        guard state.isOpen else { return }
        var size = winsize()
        let isKnown = ioctl(console.output, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 0 && size.ws_col > 0
        let (rows, columns) = isKnown ? (Int(size.ws_row), Int(size.ws_col)) : (24, 80)
        // The last column stays free: to clear the line behind it would clear what stands in it.
        let lines = ScreenPart.lines(state.parts, rows: rows).map { line in
            line.text(columns: columns - 1, colored: console.isColored) + "\u{1B}[K"
        }
        try StandardStreams.write("\u{1B}[H" + lines.joined(separator: "\r\n") + "\u{1B}[J", to: console.output)
    }
}

extension LiveScreen {
    /// The other screen, without cursor and without line wrap; keys come one by one, unechoed.
    private func open() throws(OutputError) {
        state.withLock { $0.isOpen = true }
        if var raw = terminal {
            raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
            withUnsafeMutableBytes(of: &raw.c_cc) { characters in
                characters[Int(VMIN)] = 1
                characters[Int(VTIME)] = 0
                // Nobody would put the terminal right where these ended or stopped the process.
                characters[Int(VQUIT)] = 0
                characters[Int(VSUSP)] = 0
            }
            tcsetattr(STDIN_FILENO, TCSADRAIN, &raw)
        }
        try StandardStreams.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[H\u{1B}[J", to: console.output)
    }

    /// As it was; once.
    private func close() {
        state.withLock { state in
            guard state.isOpen else { return }
            state.isOpen = false
            try? StandardStreams.write("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l", to: console.output)
            if var terminal { tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal) }
        }
    }

    private static func listen(_ eventSink: AsyncStream<Event>.Continuation) async -> [any DispatchSourceProtocol] {
        var sources: [any DispatchSourceProtocol] = [keys(eventSink)]
        for (signal, event) in [(SIGINT, Event.quit), (SIGTERM, .quit), (SIGHUP, .quit), (SIGWINCH, .resized)] {
            sources.append(await source(of: signal) { eventSink.yield(event) })
        }
        return sources
    }

    /// Ctrl-C comes as a signal, or as itself where the terminal sends none.
    private static func keys(_ eventSink: AsyncStream<Event>.Continuation) -> any DispatchSourceProtocol {
        let keys = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO, queue: .global())
        keys.setEventHandler {
            var bytes = [UInt8](repeating: 0, count: 64)
            let count = read(STDIN_FILENO, &bytes, bytes.count)
            if count <= 0 { return keys.cancel() }
            if bytes.prefix(count).contains(where: "qQ\u{3}".utf8.contains) { eventSink.yield(.quit) }
        }
        keys.activate()
        return keys
    }

    private static func source(
        of number: Int32, _ handler: @escaping @Sendable () -> Void
    ) async -> any DispatchSourceProtocol {
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler(handler: handler)
        await withCheckedContinuation { continuation in
            source.setRegistrationHandler { continuation.resume() }
            source.activate()
        }
        return source
    }
}

/// One line of a screen, with one look.
struct ScreenLine: Equatable, Sendable {
    /// How a line looks where colour is welcome.
    enum LineStyle: Sendable {
        case plain, heading, label, warning
    }

    let text: String
    let style: LineStyle

    /// A line of text; what a terminal would act on is written out.
    init(_ text: String, _ style: LineStyle = .plain) {
        self.text = text.visible
        self.style = style
    }

    /// The line, cut so that it takes no more than some columns.
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

/// Lines that belong together on a screen.
struct ScreenPart: Equatable, Sendable {
    let lines: [ScreenLine]

    init(_ lines: [ScreenLine]) {
        self.lines = lines
    }

    /// A table, its titles as labels.
    ///
    /// - Parameters:
    ///   - table: The table.
    ///   - nothing: What to say where it has no rows.
    init(_ table: Table, orElse nothing: String) {
        let texts = table.text().split(separator: "\n", omittingEmptySubsequences: false)
        let rows = texts.dropFirst().map { ScreenLine(String($0)) }
        lines = rows.isEmpty ? [ScreenLine(nothing, .label)] : [ScreenLine(String(texts[0]), .label)] + rows
    }

    /// Parts below each other, an empty line between them, cut where they are longest until they fit.
    ///
    /// - Parameters:
    ///   - parts: The parts.
    ///   - rows: How many lines there may be.
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
