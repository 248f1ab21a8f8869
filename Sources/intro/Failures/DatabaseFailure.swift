import Postgres

extension Failure {
    /// Describes a database error by its kind and SQLSTATE only, because messages are in the server's language.
    init(_ error: PostgresError) {
        switch error.kind {
        case .misconfigured:
            self = .misconfigured(error.message, hint: Self.urlHint)
        case .unreachable:
            self.init(unreachable: error)
        case .connectionLost where error.isUnresponsive:
            self = .busy("the database does not answer", because: "\(error)")
        case .connectionLost:
            self = .busy("the connection to the database broke", because: "\(error)")
        case .outcomeUnknown:
            self = .busy("the database did not confirm the change", because: "\(error)")
        case .poolExhausted, .acquireTimedOut, .closed:
            self = .busy("the database is busy", because: "\(error)")
        case .server, .rolledBack:
            self.init(refusedByServer: error)
        case .encoding:
            self = .invalidInput(
                "a value cannot be sent to the database", because: error.message,
                hint: "remove the unsupported character from the value")
        case .decoding:
            self.init(bug: "\(error)")
        }
    }

    private static let urlHint = "correct --database, INTRO_DATABASE_URL or database.url"

    /// Describes an error of connecting.
    private init(unreachable error: PostgresError) {
        switch error.sqlState {
        case "08P01" where error.message.contains("startup parameter"):
            self = .withoutPreparedStatements(error)
        case "08P01":
            // PgBouncer reports every refusal with this code, in English.
            self.init(unreachable: error.message)
        case "28P01", "28000":
            self = .misconfigured(
                "the database refuses this login", because: "\(error)",
                hint: "correct the user, the password or the "
                    + "database name in --database, INTRO_DATABASE_URL or PG*")
        case "3D000":
            self = .misconfigured(
                "the database does not exist on this server", because: "SQLSTATE 3D000",
                hint: "create it with `createdb --encoding=UTF8 --template=template0 NAME`, or correct the "
                    + "database name in --database, INTRO_DATABASE_URL or PG*")
        case "42501":
            self = .withoutPrivileges(because: "CONNECT on the database (SQLSTATE 42501)")
        case .some:
            self = .busy("the database accepts no connections at the moment", because: "\(error)")
        case nil where Self.isInvalidURL(error.message):
            self = .misconfigured(
                "the database URL has a part that cannot be used",
                because: "a port, a setting or a special character in the password is not written correctly",
                hint: Self.urlHint)
        case nil:
            self.init(unreachable: error.message)
        }
    }

    /// Describes an error of connecting by its message.
    private init(unreachable message: String) {
        let line = message.split(separator: "\n").first.map(String.init) ?? message
        self.init(
            code: "database_unreachable", message: "the database cannot be reached",
            reason: redacted(Self.withoutHostName(line)),
            hint: "start PostgreSQL, or correct --database, INTRO_DATABASE_URL or PG*", exit: .unreachable)
    }

    /// Returns whether libpq rejected the URL before connecting; its messages then quote parts of the URL.
    private static func isInvalidURL(_ message: String) -> Bool {
        message.hasPrefix("invalid ") || message.hasPrefix("could not match") || message.hasPrefix("missing ")
    }

    /// A misplaced `@` turns part of the password into the host name, which libpq quotes when it cannot be resolved.
    private static func withoutHostName(_ line: String) -> String {
        line.hasPrefix("could not translate host name") ? "the host name cannot be resolved" : line
    }

    private init(refusedByServer error: PostgresError) {
        let state = error.sqlState ?? ""
        switch (state, state.prefix(2)) {
        case ("26000", _), ("42P05", _):
            self = .withoutPreparedStatements(error)
        case ("25006", _):
            self = .busy(
                "the database is read-only", because: "\(error): it may be a standby server",
                hint: "try again after the switchover, or connect to the primary (target_session_attrs=read-write)")
        case ("42501", _):
            self = .withoutPrivileges(because: "\(error)")
        case (_, "42"):
            self = .misconfigured(
                "the database's schema is not as Intro needs it", because: "\(error)",
                hint: "run `intro setup`; `intro setup --check` names the differences")
        case (_, "22"), (_, "23"):
            self = .invalidInput(
                "the database refuses a value", because: "\(error)", hint: "correct the value, and try again")
        case (_, "58"), ("XX001", _), ("XX002", _):
            self.init(
                code: "database_unreachable", message: "the database server reports a problem with its storage",
                reason: "\(error)", hint: "see the PostgreSQL server's log", exit: .unreachable)
        case (_, "40"), (_, "53"), (_, "55"), (_, "57"):
            self = .busy("the database could not finish the operation", because: "\(error)")
        default:
            self.init(bug: "\(error)")
        }
    }

    /// Runs a preview, which plans messages and rolls the planning back, and describes why a standby cannot make it.
    static func describingPreview<Result>(_ preview: () async throws -> Result) async throws -> Result {
        do {
            return try await preview()
        } catch let error as PostgresError where error.sqlState == "25006" {
            throw busy(
                "a preview needs the primary server",
                because: "this server is read-only, and a preview plans the messages and rolls the planning back",
                hint: "connect to the primary (target_session_attrs=read-write)")
        }
    }

    private static func withoutPrivileges(because reason: String) -> Failure {
        .misconfigured(
            "the database user lacks a privilege", because: reason,
            hint: "grant the role intro_service to this user; with intro_reader, it can only read "
                + "(`intro setup --check` compares the privileges)")
    }

    private static func withoutPreparedStatements(_ error: PostgresError) -> Failure {
        .misconfigured(
            "prepared statements and session settings do not pass through this connection", because: "\(error)",
            hint: "behind PgBouncer in transaction mode, set database.prepared_statements to false "
                + "(INTRO_DATABASE_PREPARED_STATEMENTS=false), and neither PGOPTIONS nor `options` in the URL")
    }

    private static func busy(
        _ message: String, because reason: String,
        hint: String = "try again; with --request-id a repeated booking is safe"
    ) -> Failure {
        Failure(code: "try_again", message: message, reason: redacted(reason), hint: hint, exit: .tryAgain)
    }
}
