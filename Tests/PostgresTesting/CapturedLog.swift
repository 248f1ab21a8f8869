import Locking
public import Logging

/// A log in memory, as text: one line per event, which begins with the level.
public final class CapturedLog: Sendable {
    private let lines = Guarded<[String]>([])

    /// Creates an empty log.
    public init() {}

    /// The text of the log.
    public var text: String { lines.withLock { $0.joined(separator: "\n") } }

    /// A logger that writes to this log.
    public var logger: Logger {
        var logger = Logger(label: "captured") { _ in Handler(log: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let log: CapturedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.lines.withLock { $0.append("\(event.level) \(event.message) \(metadata) \(event.metadata ?? [:])") }
        }
    }
}
