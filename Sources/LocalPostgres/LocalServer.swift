import Glibc

/// The private PostgreSQL server, which is used if no database is configured.
///
/// It is created and started on first use, and accepts connections only through a Unix socket.
public struct LocalServer: Sendable {
    /// The user that the server runs as; never root, because PostgreSQL refuses to run as root.
    let account: Account
    /// Whether the server's user can reach the home.
    let placement: Placement
    let paths: ServerPaths

    /// Determines the location of the cluster of a home; creates nothing.
    ///
    /// - Parameter home: `INTRO_HOME`, absolute.
    /// - Throws: A `LocalPostgresError` when no cluster can be there.
    public init(home: String) throws(LocalPostgresError) {
        guard !home.unicodeScalars.contains(where: { [.control, .format].contains($0.properties.generalCategory) })
        else {
            throw .misconfigured(
                "INTRO_HOME has control characters in it: \(home)",
                hint: "set it to a plain path"
            )
        }
        let home = canonicalPath(home)
        account = try Self.serverAccount(home: home)
        placement = try Self.placement(home: home, account: account)
        paths = ServerPaths(home: home, isElsewhere: placement.isElsewhere, serverUserID: account.userID)
    }

    /// Returns the user for the server: for root, the owner of an existing cluster or `postgres`; otherwise the current
    /// user.
    private static func serverAccount(home: String) throws(LocalPostgresError) -> Account {
        let current = Account.current
        guard current.isRoot else { return current }
        let inHome = ServerPaths(home: home, isElsewhere: false, serverUserID: 0)
        if let owner = folderPermissions(inHome.data)?.owner, owner != 0 {
            return Account.account(userID: owner)
        }
        if let account = Account.account(named: "postgres") {
            return account
        }
        throw .misconfigured(
            "there is no user `postgres` to run the private PostgreSQL as",
            because: "PostgreSQL does not run as root",
            hint: "`apt-get install postgresql` makes that user; or run intro as an ordinary user, "
                + "or set INTRO_DATABASE_URL"
        )
    }

    private static func placement(home: String, account: Account) throws(LocalPostgresError) -> Placement {
        guard account.userID != geteuid() else { return .home }
        let existing: Placement.Existing =
            if exists(ServerPaths(home: home, isElsewhere: false, serverUserID: account.userID)) {
                .home
            } else if exists(ServerPaths(home: home, isElsewhere: true, serverUserID: account.userID)) {
                .elsewhere
            } else {
                .none
            }
        return try Placement(folders: existingFolders(home), home: home, account: account, existing: existing)
    }

    private static func exists(_ paths: ServerPaths) -> Bool {
        access(paths.data + "/PG_VERSION", F_OK) == 0
    }

    /// Whether the cluster exists.
    public var exists: Bool { Self.exists(paths) }

    /// The state of the server, determined with a few system calls and without starting a process.
    var state: ServerState {
        let file = text(ofFile: paths.postmasterFile).flatMap(PostmasterFile.init)
        return ServerState(
            file: file,
            isServer: file.map { ServerProcess.isServer($0.processID, ofCluster: paths.clusterName) } ?? false,
            hasSocket: access(paths.socket, F_OK) == 0,
            acceptsConnections: { ServerProcess.acceptsConnections(on: paths.socket) }
        )
    }
}

extension LocalServer {
    /// The state and the place of a private server.
    public struct Status: Encodable, Equatable, Sendable {
        /// Whether the server accepts connections.
        public let running: Bool
        /// `INTRO_HOME`, absolute and without symbolic links.
        public let home: String
        /// The data folder.
        public let data: String
        /// The folder of the socket.
        public let socket: String
        /// The process number of the running server.
        public let pid: Int32?
        /// The URL that libpq reaches the database by.
        public let url: String

        private enum CodingKeys: CodingKey {
            case running, home, data, socket, pid, url
        }

        /// Encodes every field; `pid` is null where no server runs.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(running, forKey: .running)
            try container.encode(home, forKey: .home)
            try container.encode(data, forKey: .data)
            try container.encode(socket, forKey: .socket)
            try container.encode(pid, forKey: .pid)
            try container.encode(url, forKey: .url)
        }
    }

    /// The server's state, and where it is or would be.
    public var status: Status {
        let processID: Int32? = if case .running(let processID) = state { processID } else { nil }
        return Status(
            running: processID != nil,
            home: paths.home,
            data: paths.data,
            socket: paths.socketFolder,
            pid: processID,
            url: paths.url
        )
    }
}

extension LocalServer {
    /// Starts the server unless it runs; creates the cluster first if none exists.
    ///
    /// - Returns: The server's status, and a line that announces it if this call has started the server.
    /// - Throws: A `LocalPostgresError` if the cluster cannot be created or started.
    public func start() async throws -> (status: Status, announcement: String?) {
        if case .running = state {
            return (status, nil)
        }
        try prepareHome()
        return try await FileLock.withLock(paths.lock) {
            // During the wait, another process may have created the cluster, or placed it outside an inaccessible home.
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

    func prepareHome() throws(LocalPostgresError) {
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

    /// Makes the folders above the cluster searchable for the server's user, and creates that user's own folders.
    func prepareFolders() throws(LocalPostgresError) {
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

    /// Lets other users search a folder; its files and folders keep their permissions.
    private func open(_ folder: String) throws(LocalPostgresError) {
        guard let facts = folderPermissions(folder), !facts.isSearchable(by: account) else { return }
        guard chmod(folder, facts.mode | 0o001) == 0 else { throw folderFailure(folder, errno) }
    }

    /// Waits while a server starts or stops, and stops one whose socket was removed.
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

    /// Polls the state of the server until a condition is met.
    ///
    /// - Parameters:
    ///   - complaint: The problem to report after a minute, as a predicate of the server.
    ///   - isDone: Whether the state meets the condition.
    /// - Returns: The state that meets it.
    /// - Throws: A `LocalPostgresError` after a minute.
    func waitUntil(_ complaint: String, _ isDone: (ServerState) -> Bool) async throws -> ServerState {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let state = self.state
            if isDone(state) {
                return state
            }
            guard ContinuousClock.now < deadline else {
                throw LocalPostgresError(
                    kind: .timedOut,
                    message: "the private PostgreSQL in \(paths.folder) \(complaint) after a minute",
                    hint: "look into \(paths.log), and run the command again"
                )
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

extension LocalServer {
    /// Stops the server: connections are closed, and committed transactions are kept.
    ///
    /// - Returns: Whether a server was running.
    /// - Throws: A `LocalPostgresError` when it cannot be stopped.
    public func stop() async throws -> Bool {
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

    /// Requests PostgreSQL's fast shutdown with SIGINT.
    private func interrupt(_ processID: Int32) throws(LocalPostgresError) {
        guard ServerProcess.isServer(processID, ofCluster: paths.clusterName), kill(processID, SIGINT) == 0 else {
            throw .localDatabase(
                "the private PostgreSQL in \(paths.folder) cannot be stopped from here",
                because: "\(Account.current.name) may not signal its process \(processID)",
                hint: "stop it as the user, and in the container, that started it"
            )
        }
    }
}
