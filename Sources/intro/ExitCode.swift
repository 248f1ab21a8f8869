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
