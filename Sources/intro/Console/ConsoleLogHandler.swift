import Glibc
import Logging

/// Log lines on standard error: notices and worse, and with `--verbose` everything from `debug` up.
///
/// Where standard error goes to journald, each line begins with its priority (sd-daemon(3)).
struct ConsoleLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    private let isJournal: Bool

    /// - Parameters:
    ///   - isVerbose: Whether `--verbose` was given.
    ///   - environment: The environment variables. `JOURNAL_STREAM` is set by systemd where standard error is the journal.
    init(isVerbose: Bool, environment: [String: String] = [:]) {
        logLevel = isVerbose ? .debug : .notice
        // A shell that was started from a service has inherited the variable, and a terminal.
        isJournal = environment["JOURNAL_STREAM"]?.isEmpty == false && isatty(STDERR_FILENO) == 0
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let details = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let priority = isJournal ? "<\(event.level.priority)>" : ""
        let line = "\(priority)intro: \(event.level): \(event.message)\(details)"
        try? StandardStreams.write(line.visible + "\n", to: STDERR_FILENO)
    }
}

extension Logger.Level {
    /// The priority that syslog gives to it (RFC 5424 section 6.2.1).
    fileprivate var priority: Int {
        switch self {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }
}
