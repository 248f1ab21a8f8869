import Glibc

extension LocalServer {
    /// Stops the server: those who are connected are cut off, what they committed stays.
    ///
    /// - Returns: Whether there was one to stop.
    /// - Throws: A `Failure` when it cannot be stopped.
    func stop() async throws -> Bool {
        guard folderPermissions(paths.home) != nil, exists else { return false }
        return try await FileLock.withLock(paths.lock) {
            switch state {
            case .stopped:
                return false
            case .stopping:
                break
            case .starting(let processID), .running(let processID), .withoutSocket(let processID):
                try interrupt(processID)
            }
            _ = try await waitUntil("has not stopped") { $0 == .stopped }
            return true
        }
    }

    /// SIGINT is PostgreSQL's fast shutdown.
    private func interrupt(_ processID: Int32) throws(Failure) {
        guard ServerProcess.isServer(processID, ofCluster: paths.clusterName), kill(processID, SIGINT) == 0 else {
            throw .localDatabase(
                "the private PostgreSQL in \(paths.folder) cannot be stopped from here",
                because: "its process \(processID) is out of reach for \(Account.current.name)",
                hint: "stop it as the user, and in the container, that started it"
            )
        }
    }
}
