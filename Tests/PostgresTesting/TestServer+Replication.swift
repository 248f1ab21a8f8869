import Foundation
import Postgres

extension TestServer {
    /// A copy of a server's files, made by `pg_basebackup`.
    public struct BaseBackup: Sendable {
        fileprivate let folder: String
    }

    static let replication = """
        wal_level = replica
        max_wal_senders = 8
        synchronous_commit = on

        """

    /// Starts a separate server that archives its log and serves standbys.
    public static func startReplicated() async throws -> TestServer {
        let cluster = try await PrivateCluster.make(
            settings: replication + """
                archive_mode = on
                archive_command = 'cp %p ../archive/%f'

                """)
        try await cluster.run("mkdir", [], ["\(cluster.folder)/archive"])
        return TestServer(cluster)
    }

    /// Copies the files of this server while it runs.
    public func backUp() async throws -> BaseBackup {
        let folder = "\(try cluster.folder)/backup-\(UUID().uuidString)"
        try await copy(to: folder)
        return BaseBackup(folder: folder)
    }

    /// Creates a restore point for ``restore(_:to:)``.
    public func createRestorePoint(_ name: String) async throws {
        try await administration.query("SELECT pg_create_restore_point(\(name))")
    }

    /// Restores a backup of this stopped server to a restore point: a point-in-time recovery.
    ///
    /// - Parameters:
    ///   - backup: A backup made before the restore point.
    ///   - point: The name of the restore point.
    /// - Returns: The recovered server.
    /// - Throws: ``TestServerFailure``.
    public func restore(_ backup: BaseBackup, to point: String) async throws -> TestServer {
        let restored = try await PrivateCluster.make(
            copying: backup.folder,
            settings: Self.replication + """
                restore_command = 'cp \(try cluster.folder)/archive/%f %p'
                recovery_target_name = '\(point)'
                recovery_target_action = 'promote'
                archive_mode = off

                """, signal: "recovery.signal")
        let server = TestServer(restored)
        try await server.waitForPromotion()
        return server
    }

    /// Starts a standby of this server.
    ///
    /// - Parameter isSynchronous: Whether commits wait for the standby from now on.
    /// - Returns: The standby.
    /// - Throws: ``TestServerFailure`` or `PostgresError`.
    public func makeStandby(isSynchronous: Bool) async throws -> TestServer {
        let folder = "\(try cluster.folder)/copy-\(UUID().uuidString)"
        try await copy(to: folder)
        let standby = try await PrivateCluster.make(
            copying: folder,
            settings: Self.replication + """
                primary_conninfo = 'host=\(try cluster.folder) port=5432 user=postgres application_name=standby'
                archive_mode = off
                synchronous_standby_names = ''

                """, signal: "standby.signal")
        if isSynchronous {
            try await administration.query("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
            try await administration.query("SELECT pg_reload_conf()")
            try await wait(until: "commits wait for the standby") {
                try await administration.query(
                    "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
                ).decode(Int.self) == [1]
            }
        }
        return TestServer(standby)
    }

    /// Promotes a standby to primary.
    public func promote() async throws {
        try await cluster.promote()
        try await waitForPromotion()
    }

    /// The folder of the server's socket.
    public var socketFolder: String {
        get throws { try cluster.folder }
    }

    func waitForPromotion() async throws {
        try await wait(until: "the server accepts writes") {
            try await administration.query("SELECT pg_is_in_recovery()").decode(Bool.self) == [false]
        }
    }

    private func copy(to folder: String) async throws {
        try await cluster.run(
            "pg_basebackup", ["-D", folder, "--checkpoint=fast", "-X", "stream", "--no-sync"],
            ["-h", try cluster.folder, "-p", "5432", "-U", "postgres"])
    }
}

extension TestServer {
    /// Waits until this standby has replayed everything that its primary has written.
    public func catchUp(with primary: TestServer) async throws {
        let position = try await primary.administration.query("SELECT pg_current_wal_lsn()::text").decode(String.self)[
            0]
        try await wait(until: "the standby has caught up") {
            try await administration.query("SELECT pg_last_wal_replay_lsn() >= \(position)::text::pg_lsn")
                .decode(Bool?.self) == [true]
        }
    }
}
