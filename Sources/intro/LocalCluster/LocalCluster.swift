import Glibc

/// The private PostgreSQL of a user who has configured no other: made and started on first use, reached over a Unix
/// socket only.
struct LocalServer: Sendable {
    /// The user that the server runs as: never root, which PostgreSQL refuses.
    let account: Account
    /// Whether the server's user can reach the home.
    let placement: Placement
    let paths: ServerPaths

    /// Looks where the cluster of a home is, or would go; makes nothing.
    ///
    /// - Parameter home: `INTRO_HOME`, absolute.
    /// - Throws: A `Failure` when no cluster can be there.
    init(home: String) throws(Failure) {
        guard home == home.visible else {
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

    /// Started by root, the server runs as whoever owns the cluster already, else as `postgres`.
    private static func serverAccount(home: String) throws(Failure) -> Account {
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

    private static func placement(home: String, account: Account) throws(Failure) -> Placement {
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
    var exists: Bool { Self.exists(paths) }

    /// What the server is doing; costs a few system calls and no process.
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
    /// What `intro local status` tells.
    struct Status: Encodable, Equatable, Sendable {
        let running: Bool
        let home: String
        let data: String
        let socket: String
        let pid: Int32?
        let url: String

        private enum CodingKeys: CodingKey {
            case running, home, data, socket, pid, url
        }

        func encode(to encoder: any Encoder) throws {
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
    var status: Status {
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
