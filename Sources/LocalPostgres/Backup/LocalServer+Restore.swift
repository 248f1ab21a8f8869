public import Logging

extension LocalServer {
    /// Creates the cluster from a back-up.
    ///
    /// The cluster gets its name when the database in it is complete. Meanwhile, commands that need the database wait.
    ///
    /// - Parameters:
    ///   - file: The back-up.
    ///   - logger: The log.
    ///   - complete: Upgrades the restored database, which it gets the URL of.
    /// - Returns: The status; the server is not running.
    /// - Throws: A ``BackupError``, `LocalPostgresError` or `PostgresError`, or the error of `complete`; no cluster
    ///   exists then.
    public func restore(
        _ file: BackupFile, logger: Logger, complete: @escaping (_ url: String) async throws -> Void
    ) async throws -> Status {
        guard !exists else { throw BackupError.databaseExists(home: paths.home) }
        try prepareHome()
        return try await FileLock.withLock(paths.lock) {
            let cluster = try LocalServer(home: paths.home)
            guard !cluster.exists else { throw BackupError.databaseExists(home: paths.home) }
            try cluster.prepareFolders()
            let programs = try await ServerPrograms(major: nil, account: account)
            try await cluster.make(with: programs) { url in
                try await cluster.load(file, into: url, logger)
                try await complete(url)
            }
            return cluster.status
        }
    }
}
