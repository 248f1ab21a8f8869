public import FoundationEssentials
import Glibc
public import Logging
import Postgres
import SystemPackage

extension LocalServer {
    /// The database that a back-up is restored into to check it.
    private static let scratch = "intro_backup_check"

    /// Writes a back-up of the running server's database into a new file, and checks it by restoring it.
    ///
    /// Commands may go on writing: the dump and the content that it is compared with belong to one snapshot. The file
    /// gets its name when it is complete and checked.
    ///
    /// - Parameters:
    ///   - path: The file, which must not exist.
    ///   - release: The release that makes it.
    ///   - now: The time to record.
    ///   - logger: The log.
    /// - Returns: The facts about the back-up, and its size in octets.
    /// - Throws: A ``BackupError``, `LocalPostgresError` or `PostgresError`; the file does not exist then.
    public func backUp(
        to path: String, by release: BackupManifest.Release, at now: Date, logger: Logger
    ) async throws -> (manifest: BackupManifest, size: Int) {
        let draft = try BackupDraft(for: path)
        defer { draft.close() }
        let file = try await withDatabase(at: paths.url, logger) { database in
            try await database.withSeparateConnection { connection in
                guard try await Self.lock(connection) else { throw BackupError.isRunning }
                try await dump(database, into: draft, by: release, at: now)
                let file = try BackupFile(descriptor: draft.descriptor, path: path)
                try await check(file, beside: connection, logger)
                return file
            }
        }
        try draft.publish()
        return (file.manifest, file.size)
    }

    /// Takes the lock of back-ups until the connection is closed; returns whether no other back-up has it.
    private static func lock(_ connection: Connection) async throws -> Bool {
        try await connection.query("SELECT pg_try_advisory_lock(hashtextextended('intro backup', 0))")
            .decode(Bool.self)[0]
    }

    private func dump(
        _ database: Database, into draft: BackupDraft, by release: BackupManifest.Release, at now: Date
    ) async throws {
        try await database.transaction(isolation: .repeatableRead, readOnly: true, attempts: 1) { connection in
            let (snapshot, version) = try await connection.query(
                "SELECT pg_export_snapshot(), current_setting('server_version')"
            ).decode((String, String).self)[0]
            let content = try await DatabaseContent(on: connection)
            let outcome = try await programs().run(
                "pg_dump",
                ["--format=custom", "--snapshot=\(snapshot)", "--lock-wait-timeout=30000", "--dbname=\(paths.url)"],
                in: paths.folder, output: draft.descriptor)
            guard outcome.isSuccess else { throw BackupError.failure(of: "pg_dump", outcome) }
            let manifest = BackupManifest(release: release, at: now, postgres: version, content: content)
            try BackupFile.complete(draft.descriptor, path: draft.path, with: manifest)
        }
    }

    /// Restores a back-up into a scratch database, which is dropped afterwards, and compares the content.
    ///
    /// A killed command leaves the scratch database; the next back-up drops it.
    private func check(_ file: BackupFile, beside connection: Connection, _ logger: Logger) async throws {
        let drop: SQL = "DROP DATABASE IF EXISTS \(unsafeSQL: Self.scratch) WITH (FORCE)"
        try await connection.query(drop)
        try await connection.query("CREATE DATABASE \(unsafeSQL: Self.scratch) TEMPLATE template0")
        do {
            try await load(file, into: paths.url(database: Self.scratch), logger)
        } catch {
            // Also after an interruption, which cancels the statements of this task.
            await Task { _ = try? await connection.query(drop) }.value
            throw error
        }
        try await connection.query(drop)
    }

    /// Restores a back-up into an empty database, and compares the content.
    func load(_ file: BackupFile, into url: String, _ logger: Logger) async throws {
        lseek(file.descriptor.rawValue, 0, SEEK_SET)
        let outcome = try await programs().run(
            "pg_restore",
            ["--exit-on-error", "--no-owner", "--no-privileges", "--single-transaction", "--dbname=\(url)"],
            in: paths.folder, input: file.descriptor)
        guard outcome.isSuccess else { throw BackupError.failure(of: "pg_restore", outcome) }
        let restored = try await withDatabase(at: url, logger) { database in
            try await database.transaction(isolation: .repeatableRead, readOnly: true, attempts: 1) {
                try await DatabaseContent(on: $0)
            }
        }
        if let difference = file.manifest.content.difference(of: restored) { throw BackupError.differs(difference) }
    }

    private func programs() async throws -> ServerPrograms {
        let version = text(ofFile: paths.data + "/PG_VERSION")?.filter { !$0.isNewline }
        return try await ServerPrograms(major: version, account: account)
    }

    /// Runs a body with connections that have no time limits.
    private func withDatabase<Result: Sendable>(
        at url: String, _ logger: Logger, _ body: (Database) async throws -> Result
    ) async throws -> Result {
        var configuration = Database.Configuration(conninfo: url)
        configuration.applicationName = "intro backup"
        configuration.statementTimeout = .seconds(86_400)
        configuration.idleInTransactionTimeout = .zero
        let database = Database(configuration, logger: logger)
        do {
            let result = try await body(database)
            await database.close()
            return result
        } catch {
            await database.close()
            throw error
        }
    }
}
