import FoundationEssentials
import Glibc

extension LocalServer {
    /// Starts the server of an existing cluster, and waits until it takes connections.
    ///
    /// - Parameter programs: PostgreSQL's programs.
    /// - Throws: A `LocalPostgresError` that quotes the server's log.
    func launch(with programs: ServerPrograms) async throws {
        try writeSettings()
        removeStaleFiles()
        let deadline = ContinuousClock.now + .seconds(15)
        while let complaint = try await attempt(with: programs) {
            // The children of a server that was killed outlive it for a moment, and hold its memory.
            guard complaint.contains("shared memory block"), ContinuousClock.now < deadline else {
                throw LocalPostgresError.localDatabase(
                    "the private PostgreSQL in \(paths.folder) does not start",
                    because: complaint,
                    hint: "the whole story is in \(paths.log)"
                )
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Starts the server once.
    ///
    /// - Returns: What the server complained about, or `nil` when it runs.
    private func attempt(with programs: ServerPrograms) async throws -> String? {
        let logged = text(ofFile: paths.log)?.utf8.count ?? 0
        // Paths are relative, for pg_ctl hands them to a shell; the name is how the process is known again.
        let outcome = try await programs.run(
            "pg_ctl",
            [
                "start", "-w", "-s", "-t", "300", "-D", "data", "-l", "log", "-o",
                "-c cluster_name=\(paths.clusterName)",
            ],
            in: paths.folder
        )
        guard !outcome.isSuccess else { return nil }
        let log = (text(ofFile: paths.log) ?? "").utf8.dropFirst(logged)
        let lines = (String(Substring(log))).split(separator: "\n")
        return lines.first { $0.contains("FATAL:") || $0.contains("PANIC:") }.map(String.init)
            ?? outcome.errorLine ?? "it gives no reason"
    }

    /// The settings belong to the data's owner, as all in that folder does.
    private func writeSettings() throws(LocalPostgresError) {
        let draft = paths.settings + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw folderFailure(draft, errno) }
        defer { close(descriptor) }
        try write(serverSettings(socketFolder: paths.socketFolder), to: descriptor, path: draft)
        guard fchown(descriptor, account.userID, account.groupID) == 0, rename(draft, paths.settings) == 0 else {
            throw folderFailure(paths.settings, errno)
        }
    }

    /// Removes what a killed server leaves behind.
    ///
    /// It names the server's process; where that number is another's by now, PostgreSQL would take the other for its
    /// twin and refuse to start. Two servers on one cluster remain impossible: their shared memory's key comes from the
    /// data folder itself.
    private func removeStaleFiles() {
        if let file = text(ofFile: paths.postmasterFile).flatMap(PostmasterFile.init),
            ServerProcess.isNotServer(file.processID, ofCluster: paths.clusterName)
        {
            unlink(paths.postmasterFile)
        }
        unlink(paths.socket)
        unlink(paths.socket + ".lock")
    }
}

/// The server's settings that Intro decides, written before each start.
///
/// A small footprint, room for many commands at once, nothing on the network, and no client's data in the log: a
/// constraint's DETAIL quotes the row that broke it, `terse` leaves it out.
func serverSettings(socketFolder: String) -> String {
    """
    # Written by intro before each start. Put settings of your own into postgresql.conf, below the include of this file.
    listen_addresses = ''
    port = 5432
    unix_socket_directories = \(settingText(quotedFolder(socketFolder)))
    unix_socket_permissions = 0700
    max_connections = 200
    shared_buffers = 64MB
    max_wal_size = 256MB
    wal_level = minimal
    max_wal_senders = 0
    jit = off
    timezone = 'UTC'
    log_timezone = 'UTC'
    log_line_prefix = '%m [%p] '
    log_error_verbosity = terse

    """
}

/// A text as `postgresql.conf` reads it.
private func settingText(_ text: String) -> String {
    "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "''") + "'"
}

/// A folder as one item of a list: the quotes keep a comma or a blank in its name from dividing it.
private func quotedFolder(_ path: String) -> String {
    "\"" + path.replacing("\"", with: "\"\"") + "\""
}
