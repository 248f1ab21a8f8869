import ArgumentParser
import Booking
import BookingStore
import Jobs
import Postgres
import Schema
import Telemetry

extension Failure {
    /// The one table from anything that is thrown to what the user is told.
    ///
    /// Errors of the modules below are listed here by type; whatever is not listed is a bug of ours and says so.
    init(describing error: any Error) {
        if let failure = Failure(ofMessages: error) {
            self = failure
            return
        }
        switch error {
        case let failure as Failure:
            self = failure
        case let refusal as Refusal:
            self.init(refusal)
        case let refusal as JobRefusal:
            self.init(refusal)
        case let missing as NotFound:
            self.init(code: "not_found", message: "there is no \(missing.what)", hint: missing.hint, exit: .notFound)
        case let invalid as InvalidInput:
            self = .invalidInput("\(invalid.field) \(invalid.problem)", hint: invalid.hint)
        case let error as PostgresError:
            self.init(error)
        case let error as MetricsFileError:
            self = .misconfigured(
                "the metrics file \(error.path) cannot be written", because: error.reason, hint: error.hint)
        case let problem as OutputProblem:
            self.init(problem)
        case let problem as ValidationError:
            self.init(code: "usage", message: problem.message, hint: "see `intro --help`", exit: .usage)
        case is CancellationError:
            self.init(
                code: "interrupted", message: "interrupted before the work was finished",
                hint: "give the same command again", exit: .tryAgain)
        default:
            self.init(bug: "\(type(of: error)): \(redacted(String(describing: error)))")
        }
    }

    private init(bug description: String) {
        self.init(
            code: "bug", message: "Intro met an error that it does not expect", reason: description,
            hint: "this is a bug in Intro: please report the two lines above", exit: .bug)
    }

    private init(_ refusal: Refusal) {
        self.init(code: refusal.rule.rawValue, message: refusal.message, hint: refusal.hint, exit: .refused)
        alternatives = refusal.alternatives.map { SlotRecord($0) }
    }

    private init(_ problem: OutputProblem) {
        self.init(
            code: "output", message: "the result could not be written to standard output", reason: problem.reason,
            hint: "the work itself is done: free some space, then look before you give the command again",
            exit: .tryAgain)
    }

    private init(_ error: PostgresError) {
        switch error.kind {
        case .unreachable where Self.passes(error.message):
            self = .busy("the database takes no connection at the moment", because: error.message)
        case .unreachable:
            self.init(
                code: "database_unreachable", message: "the database cannot be reached",
                reason: redacted(error.message.split(separator: "\n").first.map(String.init) ?? error.message),
                hint: "start PostgreSQL, or correct --database, INTRO_DATABASE_URL or PG*", exit: .unreachable)
        case .connectionLost, .outcomeUnknown:
            self = .busy("the connection to the database broke", because: "\(error)")
        case .poolExhausted, .acquireTimedOut, .closed:
            self = .busy("the database is busy", because: "\(error)")
        case .server, .rolledBack:
            self.init(refusedByServer: error)
        case .encoding:
            self = .invalidInput(
                "a text cannot be stored", because: error.message, hint: "take the unusual character out")
        case .decoding:
            self.init(bug: "\(error)")
        }
    }

    private init(refusedByServer error: PostgresError) {
        switch error.sqlState.map({ $0.prefix(2) }) {
        case "42":
            self = .misconfigured(
                "the database's schema or rights are not as Intro needs them", because: "\(error)",
                hint: "run `intro setup`, or grant the role intro_service to this database user")
        case "22", "23":
            self = .invalidInput(
                "the database refuses a value", because: "\(error)", hint: "correct the value, and try again")
        case "40", "53", "55", "57":
            self = .busy("the database could not finish this", because: "\(error)")
        default:
            self.init(bug: "\(error)")
        }
    }

    private static func busy(_ message: String, because reason: String) -> Failure {
        Failure(
            code: "try_again", message: message, reason: redacted(reason),
            hint: "try again; with --request-id a repeated booking is safe", exit: .tryAgain)
    }

    /// Whether a server that refuses connections will take them soon: libpq 15 gives no SQLSTATE for it.
    private static func passes(_ message: String) -> Bool {
        [
            "too many clients", "too many connections", "remaining connection slots", "starting up", "shutting down",
            "recovery mode",
        ]
        .contains { message.contains($0) }
    }
}

extension Failure {
    /// What a schema that is not this binary's means; `nil` for the current one.
    init?(_ status: Schema.Status) {
        switch status {
        case .current:
            return nil
        case .missing:
            self = .misconfigured("the database has no schema of Intro's", hint: "run `intro setup`")
        case .behind(let database, let binary):
            self = .misconfigured(
                "the database's schema is older than this intro",
                because: "it is at step \(database), and this binary wants step \(binary) with its functions",
                hint: "run `intro setup`")
        case .ahead(let database, let binary):
            self = .misconfigured(
                "the database's schema is newer than this intro",
                because: "it is at step \(database), and this binary knows \(binary)",
                hint: "install the newer intro")
        case .altered(let step):
            self = .misconfigured(
                "the database's schema was made by another intro",
                because: "its step \(step) is not this binary's",
                hint: "use the intro that made it, or another database")
        }
        code = "schema"
    }
}

extension Schema.Status {
    /// Whether `intro setup` has something to do.
    var canBeApplied: Bool {
        switch self {
        case .missing, .behind: true
        case .current, .ahead, .altered: false
        }
    }
}
