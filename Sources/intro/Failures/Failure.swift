import Booking
import Logging

/// An error in the form that is reported on a terminal or with `--json`.
///
/// Has three parts: what happened, why, and what to do next. Contains names and contacts of clients only to identify a
/// session's client or a contact's owner.
struct Failure: Error, Equatable, Sendable {
    /// A stable code for programs, such as `usage` or `slot_taken`.
    var code: String
    /// The event, in one sentence without a full stop.
    var message: String
    /// The cause, if it adds to the message.
    var reason: String?
    /// The next step; empty if there is none.
    var hint: String
    /// The exit code of the process.
    var exit: ExitCode
    /// Free slots as alternatives.
    var alternatives: [SlotRecord] = []
    /// The sessions or clients that an ambiguous text matches; `nil` for other errors.
    var candidates: Candidates?
    /// The same texts as values, if they contain local times or have several lines.
    var timed: TimedTexts?

    /// The sessions or clients that an ambiguous text matches.
    enum Candidates: Encodable, Equatable, Sendable {
        case sessions([SessionRecord])
        case clients([ClientRecord])

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .sessions(let sessions): try sessions.encode(to: encoder)
            case .clients(let clients): try clients.encode(to: encoder)
            }
        }
    }

    /// The texts of a failure that contain local times, whose form depends on the reader.
    struct TimedTexts: Equatable {
        /// Replaces the message.
        let message: TimedText
        /// Replaces the hint.
        let hint: TimedText
        /// The lines of the alternatives or the candidates.
        let entries: [TimedText]
    }

    init(code: String, message: String, reason: String? = nil, hint: String, exit: ExitCode) {
        self.code = code
        self.message = message
        self.reason = reason
        self.hint = hint
        self.exit = exit
    }
}

extension Failure {
    /// Returns the failure for a wrong setting, file or machine configuration.
    static func misconfigured(_ message: String, because reason: String? = nil, hint: String) -> Failure {
        Failure(code: "configuration", message: message, reason: reason, hint: hint, exit: .misconfigured)
    }

    /// Returns the failure for a private PostgreSQL that cannot be created, started or reached.
    static func localDatabase(_ message: String, because reason: String? = nil, hint: String) -> Failure {
        Failure(code: "local_database", message: message, reason: reason, hint: hint, exit: .unreachable)
    }

    /// Returns the failure for an invalid value on the command line.
    static func invalidInput(_ message: String, because reason: String? = nil, hint: String) -> Failure {
        Failure(code: "invalid_input", message: message, reason: reason, hint: hint, exit: .invalidInput)
    }
}

extension Failure {
    /// Returns the lines for standard error: `error:`, the reason, and last, where it is read first, `hint:`.
    func text(times: TimeFormat = .iso, colored: Bool = false) -> String {
        let message = timed?.message.text(in: times) ?? message
        let hint = timed?.hint.text(in: times) ?? hint
        var lines = [Style.red("error:", when: colored) + " " + message.visibleLines]
        if let reason, !reason.isEmpty {
            lines.append(reason.visibleLines)
        }
        if !alternatives.isEmpty { lines.append("nearest free slots:") }
        lines += (timed?.entries ?? []).map { "  \($0.text(in: times))".visible }
        if !hint.isEmpty {
            lines.append(Style.bold("hint:", when: colored) + " " + hint.visibleLines)
        }
        return lines.joined(separator: "\n")
    }

    /// Returns the failure as one event of the log.
    func logEntry(times: TimeFormat) -> LogEntry {
        let message = timed?.message.text(in: times) ?? message
        let hint = timed?.hint.text(in: times) ?? hint
        var fields: Logger.Metadata = ["code": "\(code)", "exit_code": .stringConvertible(exit.rawValue)]
        if let reason, !reason.isEmpty { fields["reason"] = "\(reason)" }
        if !hint.isEmpty { fields["hint"] = "\(hint)" }
        return LogEntry(level: .error, message: message, fields: fields)
    }

    /// The object for `--json`: `{"error": {"code", "message", "hint"}}`.
    var record: Record {
        let sentence = [message, reason ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
        return Record(
            error: Record.Fields(
                code: code, message: sentence, hint: hint, alternatives: alternatives.isEmpty ? nil : alternatives,
                candidates: candidates))
    }

    /// The JSON form of an error.
    struct Record: Encodable {
        /// The three documented fields, free slots of a refusal, and what an ambiguous text matches.
        struct Fields: Encodable {
            let code: String
            let message: String
            let hint: String
            let alternatives: [SlotRecord]?
            let candidates: Candidates?
        }

        let error: Fields
    }
}

/// The exit codes of the process, one for each kind of outcome.
///
/// From 64 on, the codes are those of `sysexits.h`, which shells, cron and systemd know.
enum ExitCode: Int32, CaseIterable, Sendable {
    /// Success; also for `--help`, and when the reader has closed our output.
    case done = 0
    /// A warning of `intro status --check`, as a monitoring plugin reports it.
    case checkWarning = 1
    /// A critical state of `intro status --check`.
    case checkCritical = 2
    /// Refused by a booking rule: the slot is taken, or the client already had the free session.
    case refused = 3
    /// No such booking, client, trainer or studio exists.
    case notFound = 4
    /// Usage error: the command line cannot be parsed (`EX_USAGE`).
    case usage = 64
    /// Invalid input: a value is not valid, messages failed permanently, or stored data is inconsistent (`EX_DATAERR`).
    case invalidInput = 65
    /// The database, mail or SMS server cannot be reached (`EX_UNAVAILABLE`).
    case unreachable = 69
    /// A bug in Intro (`EX_SOFTWARE`).
    case bug = 70
    /// A temporary condition, such as postponed messages; the same command may succeed later (`EX_TEMPFAIL`).
    case tryAgain = 75
    /// Configuration or schema is missing, wrong or out of date (`EX_CONFIG`).
    case misconfigured = 78

    /// A state that `intro status --check` could not determine; monitoring plugins use the same number.
    static let checkUnknown = ExitCode.refused
}
