import Booking
import FoundationEssentials
import Glibc
import Logging

/// The output of a command: results go to standard output, everything else to standard error.
struct Console: Sendable {
    /// Whether results and errors are JSON.
    let isJSON: Bool
    /// Whether standard output is coloured.
    let isColored: Bool
    /// Whether standard error is coloured.
    let areNotesColored: Bool
    /// Whether results go to a terminal that supports cursor movement.
    let isScreen: Bool
    /// The form of times in texts.
    let times: TimeFormat
    /// The width that texts fit into; `nil` if they are not cut.
    let width: Int?
    /// The program for texts that are longer than the window.
    private let pager: Pager?
    /// The file descriptor for results.
    let output: Int32
    /// The log, which replaces notes and errors on standard error where that is structured.
    private let log: LogStream
    private let notes: Int32

    /// Creates a console.
    ///
    /// - Parameters:
    ///   - json: Whether `--json` was given.
    ///   - color: The value of `--color`.
    ///   - hourCycle: The form of times of day; `nil` for that of the studio's region.
    ///   - now: The present instant, whose year is not shown.
    ///   - logFormat: The format of the log on standard error.
    ///   - environment: The environment variables; `NO_COLOR`, `TERM` and `JOURNAL_STREAM` apply.
    ///   - output: The file descriptor for results.
    ///   - notes: The file descriptor for everything else.
    init(
        json: Bool,
        color: ColorChoice,
        hourCycle: HourCycle? = nil,
        now: Date = Date(),
        logFormat: LogFormat = .text,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        output: Int32 = STDOUT_FILENO,
        notes: Int32 = STDERR_FILENO
    ) {
        isJSON = json
        isColored = usesColor(color, environment: environment, onTerminal: isatty(output) == 1)
        areNotesColored = usesColor(color, environment: environment, onTerminal: isatty(notes) == 1)
        isScreen = isatty(output) == 1 && environment["TERM"] != "dumb"
        width = Self.width(output: output, environment: environment)
        pager = isScreen && !json ? Pager(environment: environment) : nil
        times = json ? .iso : .people(now: now, hourCycle: hourCycle)
        log = LogStream(logFormat, environment: environment, descriptor: notes)
        self.output = output
        self.notes = notes
    }

    /// Prints a result, followed by a newline unless it ends with one.
    ///
    /// - Parameter text: The text, printed unchanged; pass text from outside through `visible` first.
    /// - Throws: `OutputError` when standard output cannot be written.
    func print(_ text: String) throws(OutputError) {
        let text = text.utf8.last == UInt8(ascii: "\n") ? text : text + "\n"
        if let pager, text.utf8.count(where: { $0 == UInt8(ascii: "\n") }) >= rows, pager.show(text) { return }
        try StandardStreams.write(text, to: output)
    }

    /// Prints a result as JSON with `--json`, otherwise as text.
    ///
    /// - Parameters:
    ///   - record: The result for programs.
    ///   - text: The same result as text.
    /// - Throws: `OutputError` when standard output cannot be written, or an encoding error.
    func report(_ record: some Encodable, text: () -> String) throws {
        try print(isJSON ? jsonText(record) : text())
    }

    /// Returns the start of a session for a text.
    func start(of session: Session) -> String { session.start.text(in: times) }

    /// Prints a note on standard error.
    func note(_ text: String) {
        if log.isStructured { return log.write(LogEntry(level: .info, message: text)) }
        // If standard error is closed, the note cannot be reported anywhere.
        try? StandardStreams.write(text.visibleLines + "\n", to: notes)
    }

    /// Prints a warning on standard error.
    func warn(_ text: String) {
        if log.isStructured { return log.write(LogEntry(level: .warning, message: text)) }
        note("warning: \(text)")
    }

    /// Prints an error on standard error: three parts as text, or one object with `--json`.
    ///
    /// In a structured log it is one event; with `--json`, the event has the member `error` as well.
    func show(_ failure: Failure) {
        let object = isJSON ? try? jsonText(failure.record) : nil
        if log.format == .json || log.isStructured && object == nil {
            return log.write(failure.logEntry(times: times), merging: object)
        }
        let text = object ?? failure.text(times: times, colored: areNotesColored)
        try? StandardStreams.write(text + "\n", to: notes)
    }
}

/// Returns whether to use colour.
///
/// - Parameters:
///   - choice: The value of `--color`.
///   - environment: The environment variables. A `NO_COLOR` that is not empty forbids colour, as does `TERM=dumb`.
///   - onTerminal: Whether the stream is a terminal.
/// - Returns: Whether to use colour.
func usesColor(_ choice: ColorChoice, environment: [String: String], onTerminal: Bool) -> Bool {
    switch choice {
    case .always: true
    case .never: false
    case .auto: onTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}
