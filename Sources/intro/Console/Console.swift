import FoundationEssentials
import Glibc

/// Where a command's words go: results to standard output, everything else to standard error.
struct Console: Sendable {
    /// Whether results and errors are JSON.
    let isJSON: Bool
    /// Whether standard output may carry colour.
    let isColored: Bool
    /// Whether standard error may carry colour.
    let areNotesColored: Bool
    /// Whether results go to a terminal that can write over what stands there.
    let isScreen: Bool
    /// The descriptor for results.
    let output: Int32
    private let notes: Int32

    /// Makes a console.
    ///
    /// - Parameters:
    ///   - json: Whether `--json` was given.
    ///   - color: What `--color` says.
    ///   - environment: The environment variables; `NO_COLOR` and `TERM` count.
    ///   - output: The descriptor for results.
    ///   - notes: The descriptor for everything else.
    init(
        json: Bool,
        color: ColorChoice,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        output: Int32 = STDOUT_FILENO,
        notes: Int32 = STDERR_FILENO
    ) {
        isJSON = json
        isColored = usesColor(color, environment: environment, onTerminal: isatty(output) == 1)
        areNotesColored = usesColor(color, environment: environment, onTerminal: isatty(notes) == 1)
        isScreen = isatty(output) == 1 && environment["TERM"] != "dumb"
        self.output = output
        self.notes = notes
    }

    /// Prints a result, and a newline where it ends without one.
    ///
    /// - Parameter text: What to print as it is; pass text from outside through `visible` first.
    /// - Throws: `OutputProblem` when standard output takes no more.
    func print(_ text: String) throws(OutputProblem) {
        try StandardStreams.write(text.utf8.last == UInt8(ascii: "\n") ? text : text + "\n", to: output)
    }

    /// Prints a result as JSON under `--json`, else as people like to read it.
    ///
    /// - Parameters:
    ///   - record: The result for programs.
    ///   - text: The same result for people.
    /// - Throws: `OutputProblem` when standard output takes no more, or an error of encoding.
    func report(_ record: some Encodable, text: () -> String) throws {
        try print(isJSON ? jsonText(record) : text())
    }

    /// Tells something beside the result, on standard error.
    func note(_ text: String) {
        // Nobody is left to be told when standard error is gone.
        try? StandardStreams.write(text.visibleLines + "\n", to: notes)
    }

    /// Prints an error on standard error: three parts for people, one object under `--json`.
    func show(_ failure: Failure) {
        let text = isJSON ? try? jsonText(failure.record) : nil
        try? StandardStreams.write((text ?? failure.text(colored: areNotesColored)) + "\n", to: notes)
    }
}

/// Whether to use colour.
///
/// - Parameters:
///   - choice: What `--color` says.
///   - environment: The environment variables. A `NO_COLOR` that is not empty forbids colour, as does `TERM=dumb`.
///   - onTerminal: Whether the stream is a terminal.
/// - Returns: Whether colour is welcome.
func usesColor(_ choice: ColorChoice, environment: [String: String], onTerminal: Bool) -> Bool {
    switch choice {
    case .always: true
    case .never: false
    case .auto: onTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}
