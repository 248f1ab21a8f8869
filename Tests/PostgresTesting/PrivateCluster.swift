import Foundation

/// A PostgreSQL cluster in a temporary folder, accessible only through a Unix socket in that folder.
struct PrivateCluster: Sendable {
    /// The folder of the data, the socket and the log.
    ///
    /// The path is short, because the path of a socket is limited to 107 bytes.
    let folder: String

    private var data: String { "\(folder)/data" }
    /// The server's log; it belongs to the server's user, unlike the log of the programs.
    private var serverLog: String { "\(folder)/server.log" }
    private var programLog: String { "\(folder)/program.log" }

    private static let settings = """
        listen_addresses = ''
        max_connections = 300
        fsync = off
        full_page_writes = off
        wal_level = minimal
        max_wal_senders = 0
        autovacuum = off
        """

    /// Creates and starts a cluster.
    ///
    /// - Parameter settings: Settings that differ from those of the tests.
    /// - Returns: The cluster.
    /// - Throws: ``TestServerFailure``.
    static func make(settings: String = "") async throws -> PrivateCluster {
        let cluster = PrivateCluster(folder: try makeFolder())
        try Watchdog.release(cluster.command("pg_ctl", ["stop", "-m", "immediate"]), thenRemove: cluster.folder)
        try await ChildProcess.run(
            cluster.command(
                "initdb", ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"]),
            log: cluster.programLog)
        try cluster.configure(settings)
        try await cluster.start()
        return cluster
    }

    /// Creates and starts a cluster from a copy of another cluster's files, which it takes over.
    ///
    /// - Parameters:
    ///   - copy: The folder of the copy.
    ///   - settings: Settings that differ from those of the copied cluster.
    ///   - signal: The signal file for recovery.
    /// - Returns: The cluster.
    /// - Throws: ``TestServerFailure``.
    static func make(copying copy: String, settings: String, signal: String) async throws -> PrivateCluster {
        try await make(settings: settings) { cluster in
            try await cluster.run("cp", ["-a", copy], [cluster.data])
            try await cluster.run("touch", [], ["\(cluster.data)/\(signal)"])
        }
    }

    /// Creates and starts a cluster whose data folder a body fills.
    ///
    /// - Parameters:
    ///   - settings: Settings that differ from those of the data folder.
    ///   - fill: Fills the data folder.
    /// - Returns: The cluster.
    /// - Throws: ``TestServerFailure``, or the error of `fill`.
    static func make(
        settings: String, filledBy fill: (PrivateCluster) async throws -> Void
    ) async throws -> PrivateCluster {
        let cluster = PrivateCluster(folder: try makeFolder())
        try Watchdog.release(cluster.command("pg_ctl", ["stop", "-m", "immediate"]), thenRemove: cluster.folder)
        try await fill(cluster)
        try cluster.configure(settings)
        try await cluster.start()
        return cluster
    }

    /// Runs a program as the server's user.
    func run(_ program: String, _ options: [String], _ arguments: [String]) async throws {
        try await ChildProcess.run(Self.asServer(program) + options + arguments, log: programLog)
    }

    func promote() async throws {
        try await control(["promote"])
    }

    /// Returns the connection string of a database of the cluster.
    func conninfo(database: String) -> String {
        "host=\(folder) port=5432 user=postgres dbname=\(database)"
    }

    func start(through wrapper: [String] = []) async throws {
        try await control(["start", "-l", serverLog], through: wrapper)
    }

    func stop(_ mode: TestServer.StopMode) async throws {
        try await control(["stop", "-m", mode.rawValue])
    }

    private func control(_ arguments: [String], through wrapper: [String] = []) async throws {
        try await ChildProcess.run(wrapper + command("pg_ctl", arguments + ["-w", "-t", "120"]), log: programLog)
    }

    private func configure(_ settings: String) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(data)/postgresql.conf"))
        defer { try? file.close() }
        try file.seekToEnd()
        let place = "unix_socket_directories = '\(folder)'\nport = 5432\n"
        let lines = [Self.settings, settings, place]
        try file.write(contentsOf: Data(lines.joined(separator: "\n").utf8))
    }

    /// Returns the command that runs a server program on this cluster as the server's user: PostgreSQL refuses to run
    /// as root.
    private func command(_ program: String, _ arguments: [String]) -> [String] {
        Self.asServer(program) + ["-D", data] + arguments
    }

    private static func asServer(_ program: String) -> [String] {
        let prefix = geteuid() == 0 ? ["runuser", "-u", "postgres", "--"] : []
        let own = "\(programs)/\(program)"
        return prefix + [FileManager.default.isExecutableFile(atPath: own) ? own : program]
    }

    private static func makeFolder() throws -> String {
        let place = place()
        var template = Array("\(place)/intro-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw TestServerFailure("could not make a folder in \(place)", because: String(cString: strerror(errno)))
        }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if geteuid() == 0 {
            guard let user = getpwnam("postgres"), chown(folder, user.pointee.pw_uid, user.pointee.pw_gid) == 0 else {
                throw TestServerFailure(
                    "could not give \(folder) to the user postgres", because: String(cString: strerror(errno)),
                    hint: "install PostgreSQL, or run the tests as a plain user")
            }
        }
        return folder
    }

    /// Returns the parent folder, in memory if at least 8 GiB are free and available, since all files are temporary.
    private static func place() -> String {
        let (memory, plenty) = ("/dev/shm", UInt64(8) << 30)
        var space = statvfs()
        guard statvfs(memory, &space) == 0, UInt64(space.f_bavail) * UInt64(space.f_frsize) >= plenty else {
            return "/tmp"
        }
        let memoryInfo = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
        let available = memoryInfo.firstMatch(of: /MemAvailable: +([0-9]+) kB/).flatMap { UInt64($0.1) } ?? 0
        return available << 10 >= plenty ? memory : "/tmp"
    }

    /// The folder of the newest server on Debian, or a folder in `PATH`.
    private static let programs: String = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let folders =
            versions.compactMap(Int.init).sorted(by: >).map { "\(root)/\($0)/bin" }
            + (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return folders.first { FileManager.default.isExecutableFile(atPath: "\($0)/initdb") } ?? "/usr/local/pgsql/bin"
    }()
}
