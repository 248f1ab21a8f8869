import Foundation
import Postgres

/// pgBackRest with the configuration of `deploy/pgbackrest`, and a repository in the folder of one server.
public struct PgBackRest: Sendable {
    /// The path of the configuration file.
    public let configuration: String
    /// The folder for the drill, which belongs to the server's user.
    public let drillFolder: String
    private let cluster: PrivateCluster
    private let server: TestServer

    /// Whether pgBackRest is installed.
    public static let isInstalled = FileManager.default.isExecutableFile(atPath: "/usr/bin/pgbackrest")

    private static let deployed = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../deploy/pgbackrest").standardized

    /// Starts a server that archives its log with pgBackRest.
    ///
    /// - Returns: The server and its back-ups.
    /// - Throws: ``TestServerFailure``.
    public static func start() async throws -> (server: TestServer, backups: PgBackRest) {
        // The command runs in the data folder.
        let archiving = try String(contentsOf: deployed.appending(path: "postgresql.conf"), encoding: .utf8)
            .replacing(
                "pgbackrest --stanza", with: #"pgbackrest --config="$(dirname "$PWD")"/pgbackrest.conf --stanza"#)
        let cluster = try await PrivateCluster.make(settings: TestServer.replication + archiving)
        let server = TestServer(cluster)
        let backups = PgBackRest(
            configuration: "\(cluster.folder)/pgbackrest.conf", drillFolder: "\(cluster.folder)/drill",
            cluster: cluster, server: server)
        try backups.configure()
        try await cluster.run("mkdir", [], [backups.drillFolder])
        try await backups.run("stanza-create")
        return (server, backups)
    }

    /// Makes a back-up of the running server.
    public func backUp(_ type: String) async throws {
        try await run("backup", "--type=\(type)")
    }

    /// Returns the next full second, once it has passed on the server's clock.
    public func nextSecond() async throws -> String {
        let second = try await server.administration.query(
            "SELECT to_char(date_trunc('second', clock_timestamp()) + interval '1 second', 'YYYY-MM-DD HH24:MI:SSOF')"
        ).decode(String.self)[0]
        try await wait(until: "\(second) has passed") {
            try await server.administration.query("SELECT clock_timestamp() > \(second)::text::timestamptz")
                .decode(Bool.self)[0]
        }
        return second
    }

    /// Archives everything that the server has written.
    public func archive() async throws {
        try await run("check")
    }

    /// Restores the state of a second into a new server, and promotes that.
    public func restore(to second: String) async throws -> TestServer {
        let restored = try await PrivateCluster.make(
            settings: TestServer.replication + "archive_mode = off\n"
        ) { cluster in
            try await cluster.run("mkdir", ["-m", "0700"], ["\(cluster.folder)/data"])
            try await run(
                "restore", "--pg1-path=\(cluster.folder)/data", "--archive-mode=off", "--type=time",
                "--target=\(second)", "--target-action=promote")
        }
        let server = TestServer(restored)
        try await server.waitForPromotion()
        return server
    }

    /// Changes an octet of the largest file of the newest back-up.
    public func damage() throws {
        let folder = "\(cluster.folder)/repo/backup/intro"
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder)
            .filter { $0.contains("F/") && !$0.contains("manifest") && !$0.contains("latest/") }
        let sizes = try files.map { name -> (name: String, size: UInt64) in
            let facts = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            return (name, facts[.type] as? FileAttributeType == .typeRegular ? facts[.size] as? UInt64 ?? 0 : 0)
        }
        guard let largest = sizes.max(by: { $0.size < $1.size }) else {
            throw TestServerFailure("no back-up", because: folder)
        }
        let file = try FileHandle(forUpdating: URL(filePath: "\(folder)/\(largest.name)"))
        defer { try? file.close() }
        try file.seek(toOffset: largest.size / 2)
        let octet = try file.read(upToCount: 1)?.first ?? 0
        try file.seek(toOffset: largest.size / 2)
        try file.write(contentsOf: Data([octet ^ 0xFF]))
    }

    /// The prefix of a command line that runs it as the server's user.
    public var asServerUser: [String] { geteuid() == 0 ? ["/usr/sbin/runuser", "-u", "postgres", "--"] : [] }

    /// The path of the drill.
    public var drill: String { Self.deployed.appending(path: "drill").path }

    private func run(_ command: String, _ options: String...) async throws {
        try await cluster.run("pgbackrest", ["--config=\(configuration)", "--stanza=intro"] + options, [command])
    }

    /// Writes the configuration of `deploy/pgbackrest` with the folders of this server.
    private func configure() throws {
        let folders = [
            "repo1-path": "repo", "pg1-path": "data", "pg1-socket-path": "",
        ]
        let lines = try String(contentsOf: Self.deployed.appending(path: "pgbackrest.conf"), encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
                let key = String(line.prefix { $0 != "=" })
                let folder = folders[key].map { "\(key)=\(cluster.folder)/\($0)" }
                let own = ["log-path", "lock-path", "spool-path"].map { "\($0)=\(cluster.folder)/\($0)" }
                return line == "[global]" ? ([String(line)] + own).joined(separator: "\n") : folder ?? String(line)
            }
        let text = lines.joined(separator: "\n") + "pg1-user=postgres\n"
        try text.write(toFile: configuration, atomically: false, encoding: .utf8)
    }
}
