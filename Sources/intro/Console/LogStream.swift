import ArgumentParser
import Booking
import FoundationEssentials
import Glibc
import Locking
import Logging

/// The formats of the log.
enum LogFormat: String, CaseIterable, Sendable, ExpressibleByArgument {
    /// `intro: info: message key=value`, for terminals and the systemd journal.
    case text
    /// One JSON object per line, for programs that collect logs.
    case json
}

/// One event of the log.
struct LogEntry: Sendable {
    let level: Logger.Level
    let message: String
    /// Details, without personal data.
    var fields: Logger.Metadata = [:]
}

/// The log on standard error: one line per event.
struct LogStream: Sendable {
    /// Whether standard error contains nothing but log lines: JSON, or entries of the systemd journal.
    var isStructured: Bool { format == .json || isJournal }

    let format: LogFormat
    /// Whether standard error goes to journald, which reads a priority at the beginning of each line (sd-daemon(3)).
    let isJournal: Bool
    private let clock: @Sendable () -> Date
    private let descriptor: Int32

    /// A lock for all streams of the process: a line that a pipe takes in parts must not be mixed with another.
    private static let writing = Guarded(())

    /// Creates a stream.
    ///
    /// - Parameters:
    ///   - format: The format.
    ///   - environment: The environment variables. systemd sets `JOURNAL_STREAM` when standard error is the journal.
    ///   - descriptor: The file descriptor.
    ///   - clock: The time of an event.
    init(
        _ format: LogFormat = .text, environment: [String: String] = [:], descriptor: Int32 = STDERR_FILENO,
        clock: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.format = format
        // A shell that a service started has inherited the variable, but its standard error is a terminal.
        isJournal = environment["JOURNAL_STREAM"]?.isEmpty == false && isatty(descriptor) == 0
        self.descriptor = descriptor
        self.clock = clock
    }

    /// Writes an event.
    ///
    /// - Parameters:
    ///   - entry: The event.
    ///   - object: A JSON object whose members stand before those of the event in the JSON format.
    func write(_ entry: LogEntry, merging object: String? = nil) {
        let line =
            switch format {
            case .text: (isJournal ? "<\(entry.level.priority)>" : "") + entry.text
            case .json: entry.json(at: clock(), merging: object)
            }
        // If standard error is closed, the event cannot be reported anywhere.
        Self.writing.withLock { _ in try? StandardStreams.write(line + "\n", to: descriptor) }
    }
}

/// A handler of swift-log that writes to a stream.
struct StreamHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    let stream: LogStream

    /// Creates a handler.
    ///
    /// - Parameters:
    ///   - stream: The stream.
    ///   - level: The lowest level that is written.
    init(_ stream: LogStream, level: Logger.Level) {
        self.stream = stream
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
        stream.write(LogEntry(level: event.level, message: "\(event.message)", fields: fields))
    }
}

extension LogEntry {
    /// The label of all entries.
    static let label = "intro"

    /// The entry as text without a line end, with control characters made visible.
    var text: String {
        let details = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value.text)" }.joined()
        return "\(Self.label): \(level): \(message)\(details)".visible
    }

    /// Returns the entry as a JSON object on one line.
    ///
    /// - Parameters:
    ///   - instant: The time of the event.
    ///   - object: A JSON object whose members come first; `nil` for none.
    /// - Returns: The object. A field with the name of a member that each entry has gets an underscore before it.
    func json(at instant: Date, merging object: String? = nil) -> String {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        var members = object.map { [String($0.dropFirst().dropLast())] } ?? []
        members += [
            ("at", jsonString(instant.formatted(style))), ("level", jsonString(level.rawValue)),
            ("priority", "\(level.priority)"), ("label", jsonString(Self.label)), ("message", jsonString(message)),
        ].map { "\(jsonString($0)):\($1)" }
        let reserved: Set = ["at", "level", "priority", "label", "message"]
        members += fields.sorted { $0.key < $1.key }.map { key, value in
            "\(jsonString(reserved.contains(key) ? "_" + key : key)):\(value.json)"
        }
        return "{\(members.joined(separator: ","))}"
    }
}

extension Logger.MetadataValue {
    /// The value for a line of text.
    fileprivate var text: String {
        switch self {
        case .string(let text): text
        case .stringConvertible(let value): value.description
        case .array(let values): values.map(\.text).joined(separator: ",")
        case .dictionary(let values):
            values.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.text)" }.joined(separator: ",")
        }
    }

    /// The value as JSON; numbers and truth values keep their type.
    fileprivate var json: String {
        switch self {
        case .string(let text): return jsonString(text)
        case .stringConvertible(let value):
            let isPlain = value is any BinaryInteger || value is Bool || (value as? Double)?.isFinite == true
            return isPlain ? value.description : jsonString(value.description)
        case .array(let values): return "[\(values.map(\.json).joined(separator: ","))]"
        case .dictionary(let values):
            let members = values.sorted { $0.key < $1.key }.map { "\(jsonString($0.key)):\($0.value.json)" }
            return "{\(members.joined(separator: ","))}"
        }
    }
}

/// Returns a text as a JSON string; besides what JSON requires, all scalars that a terminal acts on are escaped.
private func jsonString(_ text: String) -> String {
    var shown = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"", "\\": shown += "\\\(scalar)"
        case "\n": shown += "\\n"
        case _ where visible(String(scalar)) == String(scalar): shown.unicodeScalars.append(scalar)
        default:
            for unit in String(scalar).utf16 {
                let hex = String(unit, radix: 16)
                shown += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            }
        }
    }
    return shown + "\""
}

extension Logger.Level {
    /// The syslog severity of the level (RFC 5424, section 6.2.1).
    var priority: Int {
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
