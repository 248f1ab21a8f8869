import ArgumentParser
import FoundationEssentials
import LocalPostgres
import Postgres
import Schema

/// `intro restore`: creates the private database of a new home from a back-up.
struct RestoreCommand: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Create the private database from a back-up.",
        discussion: """
            INTRO_HOME must not contain a database. Messages that may have been sent after the back-up are not sent again: \
            copy the folder `journal` of the old home, or decide with `intro reminders hold`.

            Example: intro restore intro.backup
            """)

    @Argument(help: "The file that `intro backup` wrote.")
    var file: String

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let server = try intro.privateServer(to: "restored")
        guard !server.exists else { throw BackupError.databaseExists(home: server.status.home) }
        let record = try await BackupFile.open(file) { file in
            let step = file.manifest.schema
            if step > Schema.version, let failure = Failure(.ahead(database: step, binary: Schema.version)) {
                throw failure
            }
            let status = try await Interruptible.run {
                try await server.restore(file, logger: intro.logger) { try await intro.upgrade(at: $0) }
            }
            return Record(file.manifest, file: file.path, home: status.home)
        }
        try intro.console.report(record) { record.text }
    }

    /// The result of a restore.
    private struct Record: Encodable {
        let file: String
        let home: String
        let at: Date
        /// The schema's step after the restore.
        let schema = Schema.version
        let rows: Int64
        /// The folder for the journal of the old home.
        let journal: String
        /// The time to give to `intro reminders hold --sent-since` if that journal is lost.
        let sentSince: Date

        init(_ manifest: BackupManifest, file: String, home: String) {
            (self.file, self.home, at, rows) = (file, home, manifest.at, manifest.content.rows)
            (journal, sentSince) = ("\(home)/journal", manifest.at)
        }

        var text: String {
            """
            Restored \(rows) rows of \(at.formatted(.iso8601)) from \(file.visible) into \(home.visible).
            Messages that may have been sent since then wait. Before you run `intro run` or `intro reminders send`:
              copy the folder journal of the old home to \(journal.visible);
              if it is lost, run `intro reminders hold --sent-since \(at.formatted(.iso8601))`.
            """
        }
    }
}

extension Intro {
    /// Upgrades the schema of a restored database and grants its privileges, which a back-up does not contain.
    fileprivate func upgrade(at url: String) async throws {
        let database = open(Database.Configuration(conninfo: url))
        try await Schema.apply(to: database)
        if let failure = Failure(try await Schema.status(of: database)) { throw failure }
        await database.close()
    }
}
