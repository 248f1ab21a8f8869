import FoundationEssentials
import Logging

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
    private let rehearsal: Date?

    /// Builds the house from the command line and the process's environment.
    ///
    /// - Parameters:
    ///   - options: The command line's global options.
    ///   - environment: The environment variables.
    /// - Throws: A `Failure` when a setting or an option is not valid.
    init(options: GlobalOptions, environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        console = Console(json: options.json, color: options.color, environment: environment)
        logger = Logger(label: "intro", factory: { _ in ConsoleLogHandler(isVerbose: options.verbose) })
        rehearsal = try options.now.map(rehearsalInstant)
        actor = try actorName(flag: options.actor, environment: environment)
        settings = try Settings(from: Settings.Sources(options: options, environment: environment))
        logger.debug("settings", metadata: settings.summary)
    }

    /// The present instant, or that of `--now`.
    var now: Date {
        rehearsal ?? Date()
    }

    /// The private PostgreSQL in `INTRO_HOME`, whether it exists yet or not.
    var localCluster: LocalCluster {
        get throws(Failure) { try LocalCluster(home: settings.home) }
    }

    /// How to reach the database, in libpq's words; starts the private one when none is configured.
    ///
    /// - Throws: A `Failure` when the private PostgreSQL cannot be made or started.
    func connectionString() async throws -> String {
        switch settings.database.location {
        case .url(let url):
            return url
        case .libpqEnvironment:
            return ""
        case .local:
            return try await startLocalCluster().url
        }
    }

    /// Starts the private PostgreSQL unless it runs already, and says so when it does.
    ///
    /// - Throws: A `Failure` when it cannot be made or started.
    func startLocalCluster() async throws -> LocalCluster.Status {
        let (status, announcement) = try await localCluster.start()
        if let announcement {
            console.note(announcement)
        }
        return status
    }

    /// Lets go of everything that was opened.
    func close() async {}
}
