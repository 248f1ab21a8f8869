import ArgumentParser
import FoundationEssentials
import LocalPostgres
import Postgres
import Reminders
import Schema

/// `intro backup`: writes a verified back-up of the private database.
struct BackupCommand: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Back up the private database into a file.",
        discussion: """
            The file is restored into a scratch database and compared before it gets its name. Desks and runners may go on \
            working. A database on a server is backed up by pgBackRest: see deploy/pgbackrest/README.md.

            Example: intro backup intro.backup
            """)

    @Argument(help: "The file to write; it must not exist.")
    var file: String

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let server = try intro.privateServer(to: "backed up")
        guard server.exists else { throw BackupError.databaseMissing(home: server.status.home) }
        let database = try await intro.uncheckedDatabase()
        let status = try await Schema.status(of: database)
        // A database that the next upgrade will change is backed up as it is.
        if let failure = Failure(status), !status.isBehind { throw failure }
        // A restored copy then knows that this home has sent messages, and waits for its journal.
        if status == .current { try await intro.reconciler(database).reconcile() }
        let release = BackupManifest.Release(version: Version.number, schema: status.step)
        let (now, logger, file) = (intro.now, intro.logger, file)
        let (manifest, size) = try await Interruptible.run {
            try await server.backUp(to: file, by: release, at: now, logger: logger)
        }
        try BackupRecord(at: now, kind: .dump, verifiedAt: now).write(home: server.status.home)
        let record = Record(
            file: file, at: manifest.at, verifiedAt: now, bytes: size, schema: manifest.schema,
            rows: manifest.content.rows)
        try intro.console.report(record) {
            "Backed up \(record.rows) rows into \(file.visible) (\(size) bytes), and verified them by a restore."
        }
        intro.console.note(
            "note: \(server.status.home)/journal is not part of it: keep that folder, which a restored database needs")
    }

    /// The result of a back-up.
    private struct Record: Encodable {
        let file: String
        let at: Date
        let verifiedAt: Date
        let bytes: Int
        let schema: Int32
        let rows: Int64
    }
}

extension Intro {
    /// Returns the private server, which must be the database in use.
    ///
    /// - Parameter action: The action, as a participle, for the error message.
    /// - Returns: The server.
    /// - Throws: A `Failure` if another database is configured.
    func privateServer(to action: String) throws -> LocalServer {
        guard settings.database.location == .local else {
            throw Failure.misconfigured(
                "only the private database in INTRO_HOME is \(action) by this command",
                because: "the configuration names a database on a server",
                hint: "use pgBackRest there: see deploy/pgbackrest/README.md")
        }
        return try localServer
    }
}

extension Schema.Status {
    /// Whether this binary can upgrade the schema.
    fileprivate var isBehind: Bool {
        if case .behind = self { true } else { false }
    }

    /// The last step of the database's schema.
    fileprivate var step: Int32 {
        switch self {
        case .behind(let database, _), .compatible(let database, _), .ahead(let database, _): database
        case .current, .missing, .altered: Schema.version
        }
    }
}
