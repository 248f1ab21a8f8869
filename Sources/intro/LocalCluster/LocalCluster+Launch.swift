import FoundationEssentials
import Glibc

extension LocalServer {
    /// Starts the server of an existing cluster, and waits until it takes connections.
    ///
    /// - Parameter programs: PostgreSQL's programs.
    /// - Throws: A `Failure` that quotes the server's log.
    func launch(with programs: ServerPrograms) async throws {
        try writeSettings()
        removeStaleFiles()
        let deadline = ContinuousClock.now + .seconds(15)
        while let complaint = try await attempt(with: programs) {
            // The children of a server that was killed outlive it for a moment, and hold its memory.
            guard complaint.contains("shared memory block"), ContinuousClock.now < deadline else {
                throw Failure.localDatabase(
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
    private func writeSettings() throws(Failure) {
        let draft = paths.settings + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw folderFailure(draft, errno) }
        defer { close(descriptor) }
        do {
            try StandardStreams.write(serverSettings(socketFolder: paths.socketFolder), to: descriptor)
        } catch {
            throw folderFailure(draft, errno)
        }
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
