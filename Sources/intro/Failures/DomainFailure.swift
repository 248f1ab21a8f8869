import Booking
import BookingStore
import Reminders

extension Failure {
    /// Describes an entity that does not exist.
    init(_ missing: NotFound) {
        let (what, hint) = missing.subject.text
        switch missing.subject {
        case .sessionOrClient, .eventSubject:
            self.init(code: "not_found", message: "no \(what)", hint: hint, exit: .notFound)
        default:
            self.init(code: "not_found", message: "\(what) not found", hint: hint, exit: .notFound)
        }
    }

    /// Describes text that identifies no client.
    init(_ invalid: ClientIdentifier.UnrecognizedText) {
        self = .invalidInput(
            "client \(quoted(invalid.text)) is not an e-mail address, phone number or client number",
            hint: "write ana@example.com, (415) 555-0100 or the number that `intro client list` shows; "
                + "part of a phone number is found by `intro client list --search`")
    }

    /// Describes text that matches several sessions.
    init(_ ambiguous: AmbiguousSession) {
        self.init(
            code: "ambiguous", message: "\(quoted(ambiguous.text)) matches \(ambiguous.candidates.count) sessions",
            hint: "give the reference of one of them", exit: .invalidInput)
        candidates = .sessions(ambiguous.candidates.map { SessionRecord($0) })
        timed = TimedTexts(
            message: TimedText(message), hint: TimedText(hint),
            entries: Self.lines(of: ambiguous.candidates) { session in
                let client = "\(session.client.name) (client \(session.client.id.value))"
                return
                    "\(session.reference)  \(session.start)  \(client)  \(session.trainer.name)  \(session.status.words)"
            })
    }

    /// Describes text that several clients match.
    init(_ ambiguous: AmbiguousClient) {
        self.init(
            code: "ambiguous", message: "\(quoted(ambiguous.text)) matches \(ambiguous.candidates.count) clients",
            hint: "give the number of one of them, such as #\(ambiguous.candidates.first?.id.value ?? 1)",
            exit: .invalidInput)
        candidates = .clients(ambiguous.candidates.map { ClientRecord($0) })
        timed = TimedTexts(
            message: TimedText(message), hint: TimedText(hint),
            entries: Self.lines(of: ambiguous.candidates) { client in
                let contacts = [client.email?.address, client.phone?.display].compactMap { $0 }
                return "#\(client.id.value)  \(client.name)  \(contacts.joined(separator: "  "))"
            })
    }

    /// Returns the first candidates, one in each line, and the number of the others.
    private static func lines<Candidate>(
        of candidates: [Candidate], _ line: (Candidate) -> TimedText
    ) -> [TimedText] {
        let limit = 20
        let lines = candidates.prefix(limit).map(line)
        return candidates.count > limit ? lines + ["and \(candidates.count - limit) more"] : lines
    }

    /// Describes weekly hours that end before their first day.
    init(_ invalid: InvalidHoursPeriod) {
        self = .invalidInput(
            "--until lies before the first day, \(invalid.firstDay)",
            hint: "give the last day on which these hours count")
    }

    /// Describes a correction without a reason.
    init(_ missing: CorrectionRules.ReasonMissing) {
        self.init(
            code: "usage",
            message: "\(missing.reference) is marked \(missing.status.words): a correction needs a reason",
            hint: "add --reason TEXT", exit: .usage)
    }

    /// Describes a reminder rule that a newer version stored.
    init(_ unknown: UnknownRule) {
        self.init(
            code: "newer_rule", message: "the rule \(unknown.key) was stored by a newer version of Intro",
            hint: "use the version that runs elsewhere on this database", exit: .misconfigured)
    }

    /// Describes a reminder rule with parts that are inconsistent.
    init(_ inconsistency: ReminderRule.Inconsistency) {
        let (message, hint) = inconsistency.text
        self = .invalidInput(message, hint: hint)
    }
}

extension NotFound.Subject {
    /// The missing entity and the next step, in the terms of the command line.
    fileprivate var text: (what: String, hint: String) {
        switch self {
        case .studio(let handle): ("studio \(handle)", "see `intro studio list`")
        case .studioID: ("studio", "see `intro studio list`")
        case .trainer(let handle): ("trainer \(handle)", "see `intro trainer list`")
        case .absence(let number, let trainer):
            ("time off number \(number) of \(trainer)", "see `intro trainer away \(trainer) --list`")
        case .closure(let studio):
            ("closure of \(studio) at that time", "`intro studio show \(studio)` lists its closures")
        case .season(let date, let trainer, let studio):
            (
                "season from \(date) of \(trainer) at \(studio)",
                "`intro trainer hours \(trainer)` lists the seasons with their first dates"
            )
        case .client(let identifier): ("client \(identifier.text)", "see `intro client list --search`")
        case .unnamedClient(let identifier, let others):
            (
                "client \(identifier.text)",
                "add --name to book a new person" + others.map { "; \($0.sentence)" }.joined()
            )
        case .namedClient(let name): ("client \(quoted(name))", "see `intro client list --search`")
        case .sessionOfClient(let clients):
            (
                "session of \(clients.map(\.nameAndNumber).joined(separator: ", "))",
                "book one with `intro book`, or see `intro client list --search`"
            )
        case .sessionOrClient(let text):
            (
                "session or client found for \(quoted(text))",
                Reference.isLikely(text)
                    ? "a reference has eight characters, like K7Q2-9FXM; `intro client list --search` finds a client"
                    : "see `intro client list --search`"
            )
        case .eventSubject(let text):
            (
                "session, client, trainer or studio found for \(quoted(text))",
                "see `intro client list --search`, `intro trainer list` or `intro studio list`"
            )
        case .unsubscribeToken: ("client with that token", "take it from the link in the mail")
        case .session(let reference):
            ("session with the reference \(reference)", "ask for the reference, or see `intro agenda`")
        case .sessionID: ("session", "see `intro agenda`")
        case .hold(let key): ("hold \(key)", "see `intro hold --list`")
        case .rule(let key): ("rule \(key)", "see `intro rules list`")
        case .message(let id): ("message number \(id)", "see `intro reminders unknown`")
        case .suppression: ("blocked address or number", "see `intro suppression list`")
        case .inboundMail(let id): ("mail number \(id)", "see `intro mail list`")
        case .inboundText(let id): ("text number \(id)", "see `intro sms list`")
        }
    }
}

extension ReminderRule.Inconsistency {
    /// The problem and the next step, in the terms of the command line.
    fileprivate var text: (message: String, hint: String) {
        switch self {
        case .offsetTooLong: ("--offset is longer than a year", "write it like -2h or -1d")
        case .offsetAfterStart:
            ("--offset is after the start, and no reminder is sent after the start", "write it like -2h or -1d")
        case .offsetBeforeEvent: ("--offset is before the event that it is relative to", "write it like 0, +2h or +1d")
        case .offsetAfterDay: ("--offset is after the day", "write it like -1d")
        case .offsetFromChange:
            ("--offset cannot be used with a change, whose messages are sent at once", "leave it out")
        case .noticeWithoutTrainer:
            ("--anchor is a notice to the trainer and needs that audience", "--audience trainer")
        case .dayWithoutTrainerMail:
            ("--anchor day is for mail to trainers", "add --audience trainer --channel email")
        case .timeWithoutWholeDays:
            ("--at needs whole days before a start or after an end", "write it with --offset -1d")
        case .conditionUnknown(let anchors):
            (
                "--condition is not known at that time",
                "use it with --anchor \(anchors.map(\.rawValue).joined(separator: ", "))"
            )
        }
    }
}
