/// The paths of the private PostgreSQL's files and folders.
struct ServerPaths: Equatable, Sendable {
    /// `INTRO_HOME`, absolute and without symbolic links.
    let home: String
    /// The folder of the server's user; it contains all files except the lock and, in some cases, the socket.
    let folder: String
    /// The folder of the server's socket.
    let socketFolder: String

    /// - Parameters:
    ///   - home: `INTRO_HOME`.
    ///   - isElsewhere: Whether the cluster is outside the home, because the server's user cannot reach the home.
    ///   - serverUserID: The ID of the user that the server runs as.
    init(home: String, isElsewhere: Bool, serverUserID: UInt32) {
        self.home = home
        folder = isElsewhere ? Self.elsewhere + "/" + Self.fingerprint(home) : home + "/postgres"
        let socketFolder = folder + "/socket"
        let fits = (socketFolder + "/" + Self.socketName).utf8.count <= Self.longestSocketPath
        // libpq separates hosts by commas.
        let isOneHost = !socketFolder.contains(",")
        self.socketFolder = fits && isOneHost ? socketFolder : "/tmp/intro-\(serverUserID)-\(Self.fingerprint(home))"
    }

    /// The server's own data folder.
    var data: String { folder + "/data" }
    /// The server's log.
    var log: String { folder + "/log" }
    /// The file in which the running server records its process ID and status.
    var postmasterFile: String { data + "/postmaster.pid" }
    /// The lock that prevents two commands from creating or starting one cluster at the same time.
    var lock: String { home + "/postgres.lock" }
    /// The server's socket.
    var socket: String { socketFolder + "/" + Self.socketName }

    /// A name in the server's command line, unique among the private PostgreSQL servers of this machine.
    var clusterName: String { "intro-" + Self.fingerprint(home) }

    /// The URL of the database for libpq.
    var url: String { url() }

    /// Returns the URL of a database, or of a server with another port, which is the end of its socket's name.
    func url(database: String = "intro", port: Int = 5432) -> String {
        "postgresql://postgres@/\(database)?host=\(percentEncoded(socketFolder))&port=\(port)"
    }

    /// The folder of clusters whose home the server's user cannot reach.
    static let elsewhere = "/var/lib/intro/homes"

    /// The file in the data folder with the settings that Intro writes before each start.
    static let settings = "intro.conf"

    private static let socketName = ".s.PGSQL.5432"

    /// The kernel's limit is 107 bytes on Linux and 103 elsewhere.
    private static let longestSocketPath = 103

    /// Returns the 64-bit FNV-1a hash: short, the same in every process, and sufficient for the homes of one machine.
    private static func fingerprint(_ text: String) -> String {
        let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// The location of a cluster that the server's user must reach.
enum Placement: Equatable, Sendable {
    /// In `INTRO_HOME`.
    case home
    /// In `INTRO_HOME`, once others may search it.
    case homeMadeSearchable
    /// Outside, because the named folder is closed to the server's user.
    case elsewhere(because: String)

    var isElsewhere: Bool {
        if case .elsewhere = self { true } else { false }
    }
}

/// The mode and owner of a folder, which determine whether a user may search it.
struct FolderPermissions: Equatable, Sendable {
    let path: String
    let mode: UInt32
    let owner: UInt32
    let group: UInt32

    /// Returns whether a user may search the folder; the first class that applies counts: owner, group, others.
    func isSearchable(by account: Account) -> Bool {
        if owner == account.userID { return mode & 0o100 != 0 }
        if account.groups.contains(group) { return mode & 0o010 != 0 }
        return mode & 0o001 != 0
    }
}

extension Placement {
    /// Determines the location of a cluster.
    ///
    /// An existing cluster keeps its location even if the permissions of its parent folders change: a second, empty
    /// cluster elsewhere would look like lost data.
    ///
    /// - Parameters:
    ///   - folders: The existing folders from `/` down to the home.
    ///   - home: `INTRO_HOME`.
    ///   - account: The user that the server runs as.
    ///   - existing: The location of an existing cluster.
    /// - Throws: A `LocalPostgresError` if an existing cluster in the home is no longer reachable.
    init(folders: [FolderPermissions], home: String, account: Account, existing: Existing) throws(LocalPostgresError) {
        let closed = folders.filter { !$0.isSearchable(by: account) }
        switch (existing, closed.first) {
        case (.elsewhere, let folder):
            self = .elsewhere(because: folder?.path ?? home)
        case (_, nil):
            self = .home
        case (_, let folder?) where folder.path == home && folder.owner == 0:
            self = .homeMadeSearchable
        case (.none, let folder?):
            self = .elsewhere(because: folder.path)
        case (.home, let folder?):
            throw .misconfigured(
                "the private PostgreSQL in \(home) cannot be reached by its user \(account.name)",
                because: "\(folder.path) is not searchable by that user",
                hint: "allow access with `chmod o+x \(folder.path)`, or set INTRO_HOME to another folder"
            )
        }
    }

    /// The location of an existing cluster.
    enum Existing: Equatable {
        case none
        case home
        case elsewhere
    }
}

/// Encodes everything in a path but letters, digits and `-._~` (RFC 3986, section 2.3).
private func percentEncoded(_ path: String) -> String {
    path.utf8.reduce(into: "") { encoded, octet in
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            encoded.unicodeScalars.append(Unicode.Scalar(octet))
        default:
            encoded += (octet < 16 ? "%0" : "%") + String(octet, radix: 16, uppercase: true)
        }
    }
}
