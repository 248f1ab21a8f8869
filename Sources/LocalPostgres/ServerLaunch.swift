import FoundationEssentials
import Glibc

extension LocalServer {
    /// Starts the server of an existing cluster, and waits until it accepts connections.
    ///
    /// - Parameter programs: PostgreSQL's programs.
    /// - Throws: A `LocalPostgresError` that quotes the server's log.
    func launch(with programs: ServerPrograms) async throws {
        try writeSettings(in: paths.data)
        removeStaleFiles()
        let deadline = ContinuousClock.now + .seconds(15)
        while let complaint = try await attempt(with: programs) {
            // The child processes of a killed server run a little longer, and still use its shared memory.
            guard complaint.contains("shared memory block"), ContinuousClock.now < deadline else {
                throw LocalPostgresError.localDatabase(
                    "the private PostgreSQL in \(paths.folder) does not start",
                    because: complaint,
                    hint: "see the log \(paths.log)"
                )
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Starts the server once.
    ///
    /// - Returns: The server's error, or `nil` if it runs.
    private func attempt(with programs: ServerPrograms) async throws -> String? {
        let logged = text(ofFile: paths.log)?.utf8.count ?? 0
        // Paths are relative, because pg_ctl passes them to a shell; the name identifies the process later.
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

    /// Writes the settings, owned by the server's user like all other files in the folder.
    func writeSettings(in data: String) throws(LocalPostgresError) {
        let settings = data + "/" + ServerPaths.settings
        let draft = settings + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw folderFailure(draft, errno) }
        defer { close(descriptor) }
        try write(serverSettings(socketFolder: paths.socketFolder), to: descriptor, path: draft)
        guard fchown(descriptor, account.userID, account.groupID) == 0, rename(draft, settings) == 0 else {
            throw folderFailure(settings, errno)
        }
    }

    /// Removes the files of a killed server.
    ///
    /// One of them contains the server's process ID. If another process has that ID now, PostgreSQL would take it for a
    /// running server and refuse to start. Two servers with one cluster remain impossible, because the key of their
    /// shared memory is derived from the data folder.
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

/// Returns the server's settings that Intro determines, written before each start.
///
/// They limit memory, allow many concurrent commands, and disable the network. The log contains no client data: the
/// DETAIL of a violated constraint contains the row, and `terse` omits it.
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

/// Returns a text quoted for `postgresql.conf`.
private func settingText(_ text: String) -> String {
    "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "''") + "'"
}

/// Returns a folder as one item of a list, quoted so that a comma or space in its name does not split it.
private func quotedFolder(_ path: String) -> String {
    "\"" + path.replacing("\"", with: "\"\"") + "\""
}
