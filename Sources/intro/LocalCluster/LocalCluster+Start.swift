import Glibc

extension LocalServer {
    /// Starts the server unless it runs, and makes the cluster before where there is none.
    ///
    /// - Returns: The server's status, and a line to announce it where this call is what started it.
    /// - Throws: A `Failure` when the cluster cannot be made or started.
    func start() async throws -> (status: Status, announcement: String?) {
        if case .running = state {
            return (status, nil)
        }
        try prepareHome()
        return try await FileLock.withLock(paths.lock) {
            // Somebody else may have made it, or even moved it out of a closed home, while this call waited.
            let cluster = try LocalServer(home: paths.home)
            guard try await cluster.settledState() == .stopped else { return (cluster.status, nil) }
            try await cluster.makeAndLaunch()
            return (cluster.status, cluster.announcement)
        }
    }

    private var announcement: String {
        let place = "intro: started its private PostgreSQL in \(paths.folder)"
        guard case .elsewhere(let obstacle) = placement else {
            return place + " (intro local stop stops it)"
        }
        return place + " (\(account.name) cannot enter \(obstacle); intro local stop stops it)"
    }

    private func prepareHome() throws(Failure) {
        try makeFolder(paths.home, mode: Account.current.isRoot ? 0o755 : 0o700)
    }

    private func makeAndLaunch() async throws {
        try prepareFolders()
        let version = text(ofFile: paths.data + "/PG_VERSION")?.filter { !$0.isNewline }
        let programs = try await ServerPrograms(major: version, account: account)
        if version == nil {
            try await make(with: programs)
        }
        try await launch(with: programs)
    }

    /// The way for the server's user, and the folders that are that user's own.
    private func prepareFolders() throws(Failure) {
        switch placement {
        case .home:
            break
        case .homeMadeSearchable:
            try open(paths.home)
        case .elsewhere:
            try makeFolder(ServerPaths.elsewhere, mode: 0o755)
            for folder in existingFolders(ServerPaths.elsewhere).suffix(2) {
                try open(folder.path)
            }
        }
        try makePrivateFolder(paths.folder, owner: account)
        try makePrivateFolder(paths.socketFolder, owner: account)
    }

    /// Lets others search a folder of ours; what is in it stays closed to them.
    private func open(_ folder: String) throws(Failure) {
        guard let facts = folderPermissions(folder), !facts.isSearchable(by: account) else { return }
        guard chmod(folder, facts.mode | 0o001) == 0 else { throw folderFailure(folder, errno) }
    }

    /// Waits while a server starts up or shuts down, and ends one that has lost its socket.
    ///
    /// - Returns: `running` or `stopped`.
    private func settledState() async throws -> ServerState {
        try await waitUntil("is neither up nor down") { state in
            switch state {
            case .running, .stopped:
                return true
            case .withoutSocket(let processID):
                kill(processID, SIGINT)
                return false
            case .starting, .stopping:
                return false
            }
        }
    }

    /// Looks at the server again and again until it is as it should be.
    ///
    /// - Parameters:
    ///   - complaint: What to say of it when that takes longer than a minute.
    ///   - isDone: Whether the state is the one waited for.
    /// - Returns: That state.
    /// - Throws: A `Failure` after a minute.
    func waitUntil(_ complaint: String, _ isDone: (ServerState) -> Bool) async throws -> ServerState {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let state = self.state
            if isDone(state) {
                return state
            }
            guard ContinuousClock.now < deadline else {
                throw Failure(
                    code: "local_database",
                    message: "the private PostgreSQL in \(paths.folder) \(complaint) after a minute",
                    hint: "look into \(paths.log), and give the command again",
                    exit: .tryAgain
                )
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
