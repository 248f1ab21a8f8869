import ArgumentParser
import Booking
import BookingStore
import Jobs
import LocalPostgres
import Messaging
import Postgres
import Reminders
import Schema
import Telemetry

extension Failure {
    /// Maps any error to the failure that is reported to the user.
    ///
    /// Errors of the imported modules are listed here by type; any other error is reported as a bug.
    init(describing error: any Error) {
        if let failure = Failure(ofMessages: error) {
            self = failure
            return
        }
        switch error {
        case let failure as Failure:
            self = failure
        case let error as LocalPostgresError:
            self.init(error)
        case let error as BackupError:
            self.init(error)
        case let refusal as Refusal:
            self.init(refusal)
        case let refusal as JobRefusal:
            self.init(refusal)
        case let missing as NotFound:
            self.init(missing)
        case let invalid as InvalidInput:
            self = .invalidInput("\(invalid.field) \(invalid.problem)", hint: invalid.hint)
        case let invalid as ClientIdentifier.UnrecognizedText:
            self.init(invalid)
        case let error as PrivacyKeyError:
            self.init(error)
        case is ClientErasure.MessageInDelivery:
            self.init(
                code: "message_in_delivery", message: "a message to the client is being sent; nothing was erased",
                hint: "run the same command again in a minute", exit: .tryAgain)
        case let ambiguous as AmbiguousSession:
            self.init(ambiguous)
        case let invalid as InvalidHoursPeriod:
            self.init(invalid)
        case let missing as CorrectionRules.ReasonMissing:
            self.init(missing)
        case let inconsistency as ReminderRule.Inconsistency:
            self.init(inconsistency)
        case let unknown as UnknownRule:
            self.init(unknown)
        case let error as PostgresError:
            self.init(error)
        case let requirement as DatabaseRequirement:
            self.init(requirement)
        case let error as MetricsFileError:
            self.init(error)
        case let problem as OutputError:
            self.init(problem)
        case let problem as ValidationError:
            self.init(code: "usage", message: problem.message, hint: "see `intro --help`", exit: .usage)
        case is CancellationError:
            self.init(
                code: "interrupted", message: "interrupted before the command was finished",
                hint: "run the same command again", exit: .tryAgain)
        default:
            self.init(bug: "\(type(of: error)): \(redacted(String(describing: error)))")
        }
    }

    /// Describes an error of an unknown type.
    init(bug description: String) {
        self.init(
            code: "bug", message: "unexpected error", reason: description,
            hint: "this is a bug in Intro: report the two lines above", exit: .bug)
    }

    private init(_ refusal: Refusal) {
        self.init(code: refusal.rule.rawValue, message: refusal.message, hint: refusal.hint, exit: .refused)
        alternatives = refusal.alternatives.map { SlotRecord($0) }
        guard refusal.reason.hasTimes || refusal.timedHint.hasTimes || !alternatives.isEmpty else { return }
        timed = TimedTexts(
            message: refusal.reason, hint: refusal.timedHint,
            entries: refusal.alternatives.map { "\($0.start)  \($0.trainer.handle)" })
    }

    private init(_ problem: OutputError) {
        self.init(
            code: "output", message: "the result could not be written to standard output", reason: problem.reason,
            hint: "the command itself has finished: free some space, and check the result before you run it again",
            exit: .tryAgain)
    }
}

extension Failure {
    /// Describes a key of erased clients' hashes that is missing or wrong.
    private init(_ error: PrivacyKeyError) {
        let setting = Setting.privacyKeyFile
        let option = "\(setting.rawValue) (\(setting.environmentName))"
        self =
            switch error {
            case .neededToErase:
                .misconfigured(
                    "the client cannot be erased without a privacy key",
                    because: "the used free session and blocked addresses are kept as hashes with a key that is not in "
                        + "the database",
                    hint: "\(Settings.Privacy.creation), and set \(option) on every host; keep a copy")
            case .neededToCompare:
                .misconfigured(
                    "the privacy key is not configured",
                    because: "clients were erased, and their free sessions can be compared only with it",
                    hint: "copy the key file from another host, and set \(option)")
            case .isAnother:
                .misconfigured(
                    "the privacy key is not the one whose hashes are in the database",
                    because: "the file contains another key",
                    hint: "restore the file that \(option) named when the first client was erased")
            }
    }
}

extension Failure {
    /// Describes a schema that does not match this binary; `nil` for a current schema.
    init?(_ status: Schema.Status) {
        switch status {
        case .current, .compatible:
            return nil
        case .missing:
            self = .misconfigured("the database has no Intro schema", hint: "run `intro setup`")
        case .behind(let database, let binary):
            self = .misconfigured(
                "the database's schema is older than this intro",
                because: "it is at step \(database), and this binary needs step \(binary) with its functions",
                hint: "run `intro setup`")
        case .ahead(let database, let binary):
            self = .misconfigured(
                "the database's schema is newer than this intro",
                because: "it is at step \(database), and this binary supports only step \(binary)",
                hint: "install the newer intro")
        case .altered(let step):
            self = .misconfigured(
                "the database's schema was created by a different intro",
                because: "its step \(step) differs from that of this binary",
                hint: "use the intro that created it, or another database")
        }
        code = "schema"
    }
}

extension Failure {
    /// Describes privileges that differ from those that this binary expects.
    init(privileges differences: [String]) {
        self.init(
            schema: "the privileges in the database are not as Intro needs them", differences,
            hint: "run `intro setup` as the owner of the schema")
    }

    /// Describes tables, constraints, indexes, triggers or functions that differ from those that this binary expects.
    init(catalogue differences: [String], hint: String) {
        self.init(schema: "the database's schema is not as Intro needs it", differences, hint: hint)
    }

    private init(schema message: String, _ differences: [String], hint: String) {
        let shown = differences.prefix(5).joined(separator: "; ")
        let more = differences.count > 5 ? "; and \(differences.count - 5) more" : ""
        self = .misconfigured(message, because: shown + more, hint: hint)
        code = "schema"
    }
}

extension Failure {
    /// Describes a requirement that the database does not meet.
    init(_ requirement: DatabaseRequirement) {
        switch requirement {
        case .encoding(let encoding):
            self = .misconfigured(
                "the database uses the encoding \(encoding), and Intro needs UTF8",
                hint: "create one with `createdb --encoding=UTF8 --template=template0`, and connect to that")
        case .searchPath(let path):
            self = .misconfigured(
                "the search_path of this login (\(path.isEmpty ? "empty" : path)) contains no existing schema",
                hint: "set it for the login: ALTER ROLE name SET search_path = public")
        case .otherSchema(let found, let current):
            self = .misconfigured(
                "Intro's tables are in the schema \(found), and this login's search_path leads to \(current)",
                hint: "set it for the login: ALTER ROLE name SET search_path = \(found)")
        }
        code = "schema"
    }
}

extension Schema.Status {
    /// The schema step of the database after this binary has upgraded it.
    var version: Int32 {
        if case .compatible(let database, _) = self { database } else { Schema.version }
    }

    /// Whether `intro setup` can change the schema.
    var canBeApplied: Bool {
        switch self {
        case .missing, .behind: true
        case .current, .compatible, .ahead, .altered: false
        }
    }
}

extension Failure {
    /// Describes errors of messages, templates and incoming reports; `nil` for any other error.
    init?(ofMessages error: any Error) {
        switch error {
        case let error as TransportConfigurationError:
            let setting: Setting = error.messageKind == .mail ? .mailURL : .smsURL
            self = .misconfigured("\(error)", hint: "correct `\(setting.rawValue)` or \(setting.environmentName)")
        case TemplateError.unreadable(let path, let reason):
            let setting = Setting.templatesFolder
            self = .misconfigured(
                "the templates at \(path) cannot be read", because: reason,
                hint: "correct `\(setting.rawValue)` or \(setting.environmentName)")
        case let error as TemplateError:
            self = .misconfigured("\(error)", hint: "correct it; `intro templates check` lists all problems")
        case let error as InboundTextError:
            self = .invalidInput("\(error)", hint: "give all fields that the provider posts, as JSON or as a form")
        case let error as CompositionError:
            let setting: Setting = error.part == .unsubscribe ? .mailUnsubscribeURL : .mailFrom
            self = .misconfigured("\(error)", hint: "correct `\(setting.rawValue)` or \(setting.environmentName)")
        case let error as JournalError:
            self = Failure(journal: error)
        case let error as TextMessageError:
            self = .misconfigured("\(error)", hint: "`intro templates check` lists the texts with problems")
        default:
            return nil
        }
    }
}

extension Failure {
    /// Describes why a journal cannot be written; without a journal, nothing is sent.
    private init(journal error: JournalError) {
        if error.mayPass {
            self.init(
                code: "journal", message: "the journal of sent messages cannot be written: nothing more was sent",
                reason: "\(error.path): \(error.reason)", hint: "free some space, then send again", exit: .tryAgain)
        } else {
            self = .misconfigured(
                "the journal of sent messages cannot be written: nothing was sent",
                because: "\(error.path): \(error.reason)",
                hint: "set INTRO_HOME to a folder that \(Account.current.name) may write to")
        }
    }
}

extension Failure {
    /// Describes why an operation on jobs was refused.
    init(_ refusal: JobRefusal) {
        let (code, hint): (String, String) =
            switch refusal {
            case .unknown:
                ("not_found", "finished jobs are not kept: `intro jobs list` lists the others")
            case .notDead(let job, .running):
                ("job_not_dead", "`intro jobs cancel \(job)` asks its runner to stop it")
            case .notDead(let job, _):
                ("job_not_dead", "it runs as soon as a runner is free: `intro jobs cancel \(job)` cancels it")
            case .dead(let job):
                ("job_dead", "`intro jobs discard \(job)` deletes it, `intro jobs retry \(job)` retries it")
            case .keyTaken(let job, _):
                ("unique_key_taken", "let the other job finish first, or delete this one: `intro jobs discard \(job)`")
            }
        let isUnknown = if case .unknown = refusal { true } else { false }
        self.init(code: code, message: "\(refusal)", hint: hint, exit: isUnknown ? .notFound : .refused)
    }
}

extension Failure {
    private init(_ error: MetricsFileError) {
        let message = "the metrics file \(error.path) cannot be written"
        self =
            error.isTemporary
            ? Failure(code: "try_again", message: message, reason: error.reason, hint: error.hint, exit: .tryAgain)
            : .misconfigured(message, because: error.reason, hint: error.hint)
    }

    private init(_ error: LocalPostgresError) {
        switch error.kind {
        case .misconfigured: self = .misconfigured(error.message, because: error.reason, hint: error.hint)
        case .unavailable: self = .localDatabase(error.message, because: error.reason, hint: error.hint)
        case .timedOut:
            self.init(
                code: "local_database", message: error.message, reason: error.reason, hint: error.hint,
                exit: .tryAgain)
        }
    }
}
