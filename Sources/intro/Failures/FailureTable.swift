import ArgumentParser
import Booking
import BookingStore
import Jobs
import LocalPostgres
import Postgres
import Reminders
import Schema
import Telemetry

extension Failure {
    /// Maps any error to the failure that is reported to the user.
    ///
    /// Errors of the imported modules are listed here by type; any other error is reported as a bug.
    init(describing error: any Error) {
        self =
            error as? Failure ?? Failure(ofMessages: error) ?? Failure(ofBookings: error) ?? Failure(ofSystem: error)
            ?? Failure(bug: "\(type(of: error)): \(redacted(String(describing: error)))")
    }

    /// Describes an error of the booking rules, of their input or of their objects; `nil` for other errors.
    private init?(ofBookings error: any Error) {
        switch error {
        case let refusal as Refusal:
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
        case let ambiguous as AmbiguousClient:
            self.init(ambiguous)
        case let invalid as InvalidHoursPeriod:
            self.init(invalid)
        case let missing as CorrectionRules.ReasonMissing:
            self.init(missing)
        case let inconsistency as ReminderRule.Inconsistency:
            self.init(inconsistency)
        case let unknown as UnknownRule:
            self.init(unknown)
        default:
            return nil
        }
    }

    /// Describes an error of the database, of jobs, files and streams, or of the command line; `nil` for other errors.
    private init?(ofSystem error: any Error) {
        switch error {
        case let error as PostgresError:
            self.init(error)
        case let requirement as DatabaseRequirement:
            self.init(requirement)
        case let error as LocalPostgresError:
            self.init(error)
        case let error as BackupError:
            self.init(error)
        case let refusal as JobRefusal:
            self.init(refusal)
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
            return nil
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
