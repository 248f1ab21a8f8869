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
