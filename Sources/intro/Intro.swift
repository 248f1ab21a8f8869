import Booking
import BookingStore
import FoundationEssentials
import Glibc
import Logging
import Postgres
import Reminders
import Schema

/// The house, built once for each command: settings, clock, console, log, and the way to the database.
final class Intro: Sendable {
    /// The settings of this run.
    let settings: Settings
    /// Where results and notes go.
    let console: Console
    /// Where the operator looks with `--verbose`.
    let logger: Logger
    /// Who is at work, for the event log.
    let actor: String
    /// What this process sends, recorded outside the database.
    let journal: AttemptJournal
    /// The instant of `--now`.
    let simulatedNow: Date?
    private let opened = Guarded<[Database]>([])

    /// Builds the house from the command line and the process's environment.
    ///
    /// - Parameters:
    ///   - options: The command line's global options.
    ///   - environment: The environment variables.
    /// - Throws: A `Failure` when a setting or an option is not valid.
    init(options: GlobalOptions, environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        console = Console(json: options.json, color: options.color, environment: environment)
        logger = Logger(
            label: "intro",
            factory: { _ in ConsoleLogHandler(isVerbose: options.verbose, environment: environment) })
        simulatedNow = try options.now.map(parseNowOption)
        actor = try actorName(flag: options.actor, environment: environment)
        settings = try Settings(from: Settings.Sources(options: options, environment: environment))
        journal = AttemptJournal(home: settings.home)
        logger.debug("settings", metadata: settings.summary)
    }

    /// The present instant, or that of `--now`.
    var now: Date {
        simulatedNow ?? Date()
    }

    /// The private PostgreSQL in `INTRO_HOME`, whether it exists yet or not.
    var localServer: LocalServer {
        get throws(Failure) { try LocalServer(home: settings.home) }
    }

    /// Starts the private PostgreSQL unless it runs already, and says so when it does.
    ///
    /// - Throws: A `Failure` when it cannot be made or started.
    func startLocalServer() async throws -> LocalServer.Status {
        let (status, announcement) = try await localServer.start()
        if let announcement {
            console.note(announcement)
        }
        return status
    }

    /// The database, with the schema that this binary expects.
    ///
    /// A private one is brought up to date unasked.
    ///
    /// - Throws: A `Failure` when it cannot be reached, or its schema is another one.
    func database() async throws -> Database {
        let database = try await uncheckedDatabase()
        var status = try await Schema.status(of: database)
        if settings.database.location == .local, status.canBeApplied {
            try await Schema.apply(to: database)
            status = .current
        }
        if let failure = Failure(status) { throw failure }
        return database
    }

    /// The database as it is, whatever schema it has.
    ///
    /// - Throws: A `Failure` when the private PostgreSQL cannot be made or started.
    func uncheckedDatabase() async throws -> Database {
        open(try await databaseConfiguration())
    }

    /// How to reach the database, and what to have of it.
    ///
    /// - Throws: A `Failure` when the private PostgreSQL cannot be made or started.
    func databaseConfiguration() async throws -> Database.Configuration {
        var configuration = Database.Configuration(conninfo: try await connectionString())
        configuration.maximumConnections = settings.database.connections
        configuration.preparedStatements = settings.database.preparedStatements
        // Changes outside of a front desk's transaction, such as a paused queue, are logged with their actor too.
        configuration.sessionSettings = [("intro.actor", actor)]
        return configuration
    }

    /// A pool that is closed with the house.
    func open(_ configuration: Database.Configuration) -> Database {
        let database = Database(configuration, logger: logger)
        opened.withLock { $0.append(database) }
        return database
    }

    /// The front desk: bookings, moves and cancellations.
    func frontDesk(_ database: Database) -> FrontDesk {
        FrontDesk(database: database, actor: actor, noShowLimit: settings.booking.noShowLimit)
    }

    /// The back office: studios, trainers and people.
    func administration(_ database: Database) -> Administration {
        Administration(database: database, actor: actor)
    }

    /// The rules by which messages are sent.
    func ruleEditor(_ database: Database) -> RuleEditor {
        RuleEditor(database: database, actor: actor)
    }

    /// Where people say what they want to be told.
    func consentDesk(_ database: Database) -> ConsentDesk {
        ConsentDesk(database: database, actor: actor)
    }

    /// Where clients' texts are heard.
    func inboundSMSDesk(_ database: Database) -> InboundTexts {
        InboundTexts(database: database, actor: actor)
    }

    /// Where mail to the sender's address is received.
    func inboundMail(_ database: Database) -> InboundMail {
        InboundMail(database: database, actor: actor)
    }

    /// Where delivery statuses of texts are received.
    func textStatuses(_ database: Database) -> TextStatuses {
        TextStatuses(database: database, actor: actor)
    }

    /// Where people set right what the ledger cannot know.
    func ledgerCorrections(_ database: Database) -> LedgerCorrections {
        LedgerCorrections(database: database, actor: actor)
    }

    /// Lets go of everything that was opened.
    func close() async {
        for database in opened.withLock({ $0 }) { await database.close() }
    }

    /// How to reach the database, in libpq's words; starts the private one when none is configured.
    private func connectionString() async throws -> String {
        switch settings.database.location {
        case .url(let url): url
        case .urlFile(let path): try Settings.Database.url(inFile: path).revealed
        case .libpqEnvironment: ""
        case .local: try await startLocalServer().url
        }
    }
}

/// The name that the event log keeps for whoever is at work: `--as`, `INTRO_ACTOR`, or the login name.
///
/// - Parameters:
///   - flag: What `--as` says.
///   - environment: The environment variables.
/// - Returns: The name.
/// - Throws: A `Failure` when the name is empty, longer than 200 characters, or has control characters in it.
func actorName(flag: String?, environment: [String: String]) throws(Failure) -> String {
    if let flag {
        return try checkedActor(flag, source: "--as")
    }
    if let name = environment["INTRO_ACTOR"], !name.isEmpty {
        return try checkedActor(name, source: "INTRO_ACTOR")
    }
    return Account.current.name
}

private func checkedActor(_ name: String, source: String) throws(Failure) -> String {
    guard !name.isEmpty, name.count <= 200, name == name.visible else {
        throw .invalidInput(
            "\(source) is not a name",
            because: "it must have 1 to 200 characters, and no control characters",
            hint: "write who does this, as in `--as maria`"
        )
    }
    return name
}

/// Reads the instant of `--now`.
///
/// - Parameter text: An RFC 3339 date-time with an offset, as in `2026-12-01T09:00:00-08:00`.
/// - Returns: The instant.
/// - Throws: A `Failure` when the text is not one.
func parseNowOption(_ text: String) throws(Failure) -> Date {
    guard let instant = RFC3339.parse(text) else {
        throw .invalidInput(
            "--now is not a point in time: \(text.visible.prefix(40))",
            because: "it must be an RFC 3339 date and time with its offset",
            hint: "write it as in `--now 2026-12-01T09:00:00-08:00` or `--now 2026-12-01T17:00:00Z`"
        )
    }
    return instant
}
