public import Logging
import Postgres

/// Everything that was logged, as text: a line for each, with its level first.
public final class CapturedLog: Sendable {
    private let lines = Guarded<[String]>([])

    /// An empty log.
    public init() {}

    /// What was logged so far.
    public var text: String { lines.withLock { $0.joined(separator: "\n") } }

    /// What to log with.
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
