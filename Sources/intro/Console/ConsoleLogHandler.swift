import Logging

/// Log lines on standard error: warnings and worse, and with `--verbose` everything from `debug` up.
struct ConsoleLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(isVerbose: Bool) {
        logLevel = isVerbose ? .debug : .warning
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let details = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        try? StandardStreams.write("intro: \(event.level): \(event.message)\(details)".visible + "\n", to: 2)
    }
}
