import LocalPostgres

extension Failure {
    /// Describes why a back-up cannot be made or restored.
    init(_ error: BackupError) {
        switch error {
        case .fileExists(let path):
            self = .exists("\(path) exists already", hint: "give another name, or remove it first")
        case .databaseExists(let home):
            self = .exists(
                "\(home) contains a database already", because: "a back-up is restored into a new home only",
                hint: "set INTRO_HOME to a folder without a database")
        case .databaseMissing(let home):
            self.init(
                code: "not_found", message: "no private database found in \(home)",
                hint: "set INTRO_HOME to the folder that contains it; `intro local status` shows it", exit: .notFound)
        case .unusable(let path, let reason):
            self = .invalidInput("\(path) cannot be used", because: reason, hint: "give a file in an existing folder")
        case .invalid(let path, let reason):
            self = .invalidInput(
                "\(path) is not a complete back-up", because: reason,
                hint: "use another file; `pg_restore` and then `intro setup` restore a dump of pg_dump")
            code = "damaged_backup"
        case .newerFormat(let path):
            self = .misconfigured("\(path) was written by a newer intro", hint: "install the newer intro")
        case .noSpace(let reason):
            self.init(
                code: "no_space", message: "there is not enough space: no back-up was stored", reason: reason,
                hint: "free some space, and run the command again", exit: .tryAgain)
        case .isRunning:
            self.init(
                code: "backup_running", message: "another back-up of this database is running",
                hint: "run the command again when it has ended", exit: .tryAgain)
        case .failed(let program, let reason):
            self = .localDatabase(
                "\(program) failed: no back-up was stored", because: reason, hint: "correct the cause, and try again")
        case .differs(let difference):
            self.init(
                code: "backup_differs",
                message: "the restored database differs from the original: no back-up was stored",
                reason: difference, hint: "check the disk and the memory of this machine, and try again", exit: .bug)
        }
    }

    /// Returns the failure for a destination that is not overwritten.
    private static func exists(_ message: String, because reason: String? = nil, hint: String) -> Failure {
        Failure(code: "already_exists", message: message, reason: reason, hint: hint, exit: .refused)
    }
}
