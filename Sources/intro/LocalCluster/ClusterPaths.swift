/// Where everything of the private PostgreSQL lies.
struct ServerPaths: Equatable, Sendable {
    /// `INTRO_HOME`, absolute and without symbolic links.
    let home: String
    /// The folder that belongs to the server's user; all but the lock, and at times the socket, is in it.
    let folder: String
    /// The folder of the server's socket.
    let socketFolder: String

    /// - Parameters:
    ///   - home: `INTRO_HOME`.
    ///   - isElsewhere: Whether the cluster lies outside a home that the server's user cannot reach.
    ///   - serverUserID: The number of the user that the server runs as.
    init(home: String, isElsewhere: Bool, serverUserID: UInt32) {
        self.home = home
        folder = isElsewhere ? Self.elsewhere + "/" + Self.fingerprint(home) : home + "/postgres"
        let socketFolder = folder + "/socket"
        let fits = (socketFolder + "/" + Self.socketName).utf8.count <= Self.longestSocketPath
        // To libpq a comma divides one host from the next.
        let isOneHost = !socketFolder.contains(",")
        self.socketFolder = fits && isOneHost ? socketFolder : "/tmp/intro-\(serverUserID)-\(Self.fingerprint(home))"
    }

    /// The server's own data folder.
    var data: String { folder + "/data" }
    /// The server's log.
    var log: String { folder + "/log" }
    /// The settings that Intro writes before each start.
    var settings: String { data + "/intro.conf" }
    /// What the server tells of itself while it runs.
    var postmasterFile: String { data + "/postmaster.pid" }
    /// The lock that keeps two commands from making or starting one cluster at once.
    var lock: String { home + "/postgres.lock" }
    /// The server's socket.
    var socket: String { socketFolder + "/" + Self.socketName }

    /// A name that no other private PostgreSQL of this machine has; it stands on the server's command line.
    var clusterName: String { "intro-" + Self.fingerprint(home) }

    /// How libpq reaches the database.
    var url: String {
        "postgresql://postgres@/intro?host=\(percentEncoded(path: socketFolder).replacing("/", with: "%2F"))&port=5432"
    }

    /// Where clusters are kept whose home the server's user cannot reach.
    static let elsewhere = "/var/lib/intro/homes"

    private static let socketName = ".s.PGSQL.5432"

    /// The kernel's limit is 107 bytes on Linux and 103 elsewhere.
    private static let longestSocketPath = 103

    /// FNV-1a, 64 bits: short, the same in every run, and good enough to tell a machine's few homes apart.
    private static func fingerprint(_ text: String) -> String {
        let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
