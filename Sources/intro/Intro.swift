import Booking
import BookingStore
import FoundationEssentials
import Glibc
import LocalPostgres
import Locking
import Logging
import Postgres
import Reminders
import Schema

/// The dependencies of one command, built once: settings, clock, console, log and database access.
final class Intro: Sendable {
    /// The settings of this process.
    let settings: Settings
    /// The console for results and notes.
    let console: Console
    /// The log on standard error.
    let logger: Logger
    /// The name of the acting person, for the event log.
    let actor: String
    /// The journal of sent messages, which is kept outside the database.
    let journal: AttemptJournal
    /// The simulated time of `--now`; `nil` without the option.
    let simulatedNow: Date?
    private let opened = Guarded<[Database]>([])

    /// Creates the dependencies from the command line and the process's environment.
    ///
    /// - Parameters:
    ///   - options: The command line's global options.
    ///   - logLevel: The lowest level that is logged without `--verbose`.
    ///   - environment: The environment variables.
    /// - Throws: A `Failure` when a setting or an option is not valid.
    init(
        options: GlobalOptions, logLevel: Logger.Level = .notice,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        simulatedNow = try options.now.map(parseNowOption)
        actor = try actorName(flag: options.actor, environment: environment)
        settings = try Settings(from: Settings.Sources(options: options, environment: environment))
        console = Console(
            json: options.json, color: options.color, hourCycle: settings.display.clock, now: simulatedNow ?? Date(),
            logFormat: settings.logFormat, environment: environment)
        let stream = LogStream(settings.logFormat, environment: environment)
        logger = Logger(label: LogEntry.label) { _ in StreamHandler(stream, level: options.verbose ? .debug : logLevel)
        }
        journal = AttemptJournal(home: settings.home)
        logger.debug("settings", metadata: settings.summary)
    }

    /// The present instant, or the one given with `--now`.
    var now: Date {
        simulatedNow ?? Date()
    }

    /// The private PostgreSQL in `INTRO_HOME`, whether or not it exists yet.
    var localServer: LocalServer {
        get throws(LocalPostgresError) { try LocalServer(home: settings.home) }
    }

    /// Starts the private PostgreSQL unless it is running, and prints a note after starting it.
    ///
    /// - Throws: A `Failure` when it cannot be created or started.
    func startLocalServer() async throws -> LocalServer.Status {
        let (status, announcement) = try await localServer.start()
        if let announcement {
            console.note(announcement)
        }
        return status
    }

    /// Returns the database, with the schema that this binary expects.
    ///
    /// Upgrades the schema of a private database automatically.
    ///
    /// - Throws: A `Failure` when it cannot be reached or has a different schema.
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

    /// Returns the database, whose schema is checked together with the first statements, in one round trip.
    ///
    /// For commands whose first statements only read. The schema of a private database is checked, and upgraded, now.
    ///
    /// - Throws: A `Failure` when it cannot be reached or has a different schema; the first statements throw it too.
    func databaseCheckedWhenRead() async throws -> Database {
        if settings.database.location == .local { return try await database() }
        var configuration = try await databaseConfiguration()
        configuration.check = Schema.check { Failure($0) }
        return open(configuration)
    }

    /// Returns the database without a check of its schema.
    ///
    /// - Throws: A `Failure` when the private PostgreSQL cannot be created or started.
    func uncheckedDatabase() async throws -> Database {
        open(try await databaseConfiguration())
    }

    /// Returns the connection settings of the database.
    ///
    /// - Throws: A `Failure` when the private PostgreSQL cannot be created or started.
    func databaseConfiguration() async throws -> Database.Configuration {
        databaseConfiguration(conninfo: try await connectionString())
    }

    /// Returns the connection settings for a connection string.
    func databaseConfiguration(conninfo: String) -> Database.Configuration {
        var configuration = Database.Configuration(conninfo: conninfo)
        configuration.maximumConnections = settings.database.connections
        configuration.preparedStatements = settings.database.preparedStatements
        // Changes outside a booking transaction, such as a paused queue, are logged with their actor too.
        configuration.sessionSettings = [("intro.actor", actor)]
        return configuration
    }

    /// Creates a connection pool that ``close()`` closes.
    func open(_ configuration: Database.Configuration) -> Database {
        let database = Database(configuration, logger: logger)
        opened.withLock { $0.append(database) }
        return database
    }

    /// Returns the operations on bookings, reschedulings and cancellations.
    func frontDesk(_ database: Database) -> FrontDesk {
        FrontDesk(
            database: database, actor: actor, noShowLimit: settings.booking.noShowLimit, privacyKey: privacyKey)
    }

    /// Returns the operations on studios, trainers and clients.
    func administration(_ database: Database) -> Administration {
        Administration(database: database, actor: actor, privacyKey: privacyKey)
    }

    /// Returns the erasure of clients' personal data.
    func clientErasure(_ database: Database) -> ClientErasure {
        ClientErasure(database: database, actor: actor, privacyKey: privacyKey)
    }

    /// Returns why a client may not have a free session; `nil` if they may.
    func eligibilityRefusal(of client: Client, on connection: Connection) async throws -> Refusal? {
        let contacts = ClientDetails(of: client).contacts
        let prior = try await SessionRepository(connection).priorSessions(of: contacts, now: now)
        if let refusal = Eligibility.refusal(
            for: prior, of: client.id, noShowLimit: settings.booking.noShowLimit)
        {
            return refusal
        }
        return try await ForgottenContacts(connection, key: privacyKey).refusal(of: contacts)
    }

    /// Reads the key of the hashes that are kept of erased clients, when it is needed.
    private var privacyKey: PrivacyKeySource {
        { [privacy = settings.privacy] in try privacy.key() }
    }

    /// Returns the editor of the reminder rules.
    func ruleEditor(_ database: Database) -> RuleEditor {
        RuleEditor(database: database, actor: actor)
    }

    /// Returns the operations on communication preferences.
    func consentEditor(_ database: Database) -> ConsentEditor {
        ConsentEditor(database: database, actor: actor)
    }

    /// Returns the operations on incoming texts.
    func inboundTexts(_ database: Database) -> InboundTexts {
        InboundTexts(database: database, actor: actor)
    }

    /// Returns the operations on mail to the sender's address.
    func inboundMail(_ database: Database) -> InboundMail {
        InboundMail(database: database, actor: actor)
    }

    /// Returns the operations on delivery statuses of texts.
    func textStatuses(_ database: Database) -> TextStatuses {
        TextStatuses(database: database, actor: actor)
    }

    /// Returns the operations on manual corrections of the ledger.
    func ledgerCorrections(_ database: Database) -> LedgerCorrections {
        LedgerCorrections(database: database, actor: actor)
    }

    /// Closes all connections that were opened.
    func close() async {
        for database in opened.withLock({ $0 }) { await database.close() }
    }

    /// Returns the libpq connection string of the database; starts the private one when none is configured.
    private func connectionString() async throws -> String {
        switch settings.database.location {
        case .url(let url): url
        case .urlFile(let path): try Settings.Database.url(inFile: path).revealed
        case .libpqEnvironment: ""
        case .local: try await startLocalServer().url
        }
    }
}

/// Returns the actor for the event log: `--as`, `INTRO_ACTOR`, or the login name.
///
/// - Parameters:
///   - flag: The value of `--as`.
///   - environment: The environment variables.
/// - Returns: The name.
/// - Throws: A `Failure` when the name is empty, longer than 200 characters, or contains control characters.
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
            "\(source) is not a valid name",
            because: "it must have 1 to 200 characters and no control characters",
            hint: "give a name, as in `--as maria`"
        )
    }
    return name
}

/// Parses the value of `--now`.
///
/// - Parameter text: An RFC 3339 date-time with an offset, as in `2026-12-01T09:00:00-08:00`.
/// - Returns: The instant.
/// - Throws: A `Failure` when the text is not such a date-time.
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
