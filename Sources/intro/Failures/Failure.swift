/// An error as a person at a terminal, or a program behind `--json`, is told of it.
///
/// Three parts: what happened, why, and what to do next. Names and contacts of clients stand only where it says whose
/// session or whose contact something is.
struct Failure: Error, Equatable, Sendable {
    /// A stable word for programs, such as `usage` or `slot_taken`.
    var code: String
    /// What happened, in one sentence without a full stop.
    var message: String
    /// Why, where there is more to say than the message does.
    var reason: String?
    /// What to do next; empty where nothing helps.
    var hint: String
    /// The number the process ends with.
    var exit: ExitCode
    /// Free slots to offer instead.
    var alternatives: [SlotRecord] = []

    init(code: String, message: String, reason: String? = nil, hint: String, exit: ExitCode) {
        self.code = code
        self.message = message
        self.reason = reason
        self.hint = hint
        self.exit = exit
    }
}

extension Failure {
    /// A setting, a file or the machine is not as Intro needs it.
    static func misconfigured(_ message: String, because reason: String? = nil, hint: String) -> Failure {
        Failure(code: "configuration", message: message, reason: reason, hint: hint, exit: .misconfigured)
    }

    /// The private PostgreSQL cannot be made, started or reached.
    static func localDatabase(_ message: String, because reason: String? = nil, hint: String) -> Failure {
        Failure(code: "local_database", message: message, reason: reason, hint: hint, exit: .unreachable)
    }

    /// A value on the command line that is not valid.
    static func invalidInput(_ message: String, because reason: String? = nil, hint: String) -> Failure {
        Failure(code: "invalid_input", message: message, reason: reason, hint: hint, exit: .invalidInput)
    }
}

extension Failure {
    /// The lines for standard error: `error:`, the reason, and last, where the eye ends, `hint:`.
    func text(colored: Bool = false) -> String {
        var lines = [Style.red("error:", when: colored) + " " + message.visibleLines]
        if let reason, !reason.isEmpty {
            lines.append(reason.visibleLines)
        }
        if !alternatives.isEmpty {
            lines.append("free near it:")
            lines += alternatives.map { "  \($0.localStart)  \($0.trainer)".visible }
        }
        if !hint.isEmpty {
            lines.append(Style.bold("hint:", when: colored) + " " + hint.visibleLines)
        }
        return lines.joined(separator: "\n")
    }

    /// The object for `--json`: `{"error": {"code", "message", "hint"}}`.
    var record: Record {
        let sentence = [message, reason ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
        return Record(
            error: Record.Fields(
                code: code, message: sentence, hint: hint, alternatives: alternatives.isEmpty ? nil : alternatives))
    }

    /// The shape of an error under `--json`.
    struct Record: Encodable {
        /// The three documented fields, and free slots where a refusal has some to offer.
        struct Fields: Encodable {
            let code: String
            let message: String
            let hint: String
            let alternatives: [SlotRecord]?
        }

        let error: Fields
    }
}

/// What the process tells its caller when it ends: one number for each kind of outcome.
///
/// The numbers from 64 on are those of `sysexits.h`, so that shells, cron and systemd read them without a table.
enum ExitCode: Int32, CaseIterable, Sendable {
    /// Done; also for `--help`, and when the reader of our output has seen enough and closed it.
    case done = 0
    /// A rule of the studios says no: the slot is taken, the person had the free session already.
    case refused = 3
    /// No such booking, client, trainer or studio.
    case notFound = 4
    /// The command line itself cannot be understood (`EX_USAGE`).
    case usage = 64
    /// The command line is understood, a value on it is not valid; or messages failed for good (`EX_DATAERR`).
    case invalidInput = 65
    /// The database, mail or SMS server cannot be reached (`EX_UNAVAILABLE`).
    case unreachable = 69
    /// A bug in Intro (`EX_SOFTWARE`).
    case bug = 70
    /// A passing condition, such as messages that were put off; the same command may succeed later (`EX_TEMPFAIL`).
    case tryAgain = 75
    /// Configuration or schema is missing, wrong or out of date (`EX_CONFIG`).
    case misconfigured = 78
}
