import Glibc
import Locking
import SystemPackage

extension LocalServer {
    /// Runs a body while a server of an unfinished cluster accepts connections on a socket of its own.
    ///
    /// The server ends with this process at the latest, even if that is killed.
    ///
    /// - Parameters:
    ///   - draft: The name of the cluster's folder.
    ///   - programs: PostgreSQL's programs.
    ///   - body: The body, which gets the URL of the database.
    /// - Throws: A `LocalPostgresError` if the server does not start or stop, or the error of the body.
    func withServer(
        of draft: String, with programs: ServerPrograms, _ body: (_ url: String) async throws -> Void
    ) async throws {
        let data = paths.folder + "/" + draft
        try writeSettings(in: data)
        // Only the name of the socket contains the port; the server does not listen on the network.
        let port = Int.random(in: 10_000...65_535)
        let (end, lifeline) = try FileDescriptor.pipe()
        for descriptor in [end, lifeline] { _ = fcntl(descriptor.rawValue, F_SETFD, FD_CLOEXEC) }
        // Not a child task: an interruption must not kill the shell that stops the server.
        let hasEnded = Guarded(false)
        let server = Task { [paths] in
            defer {
                hasEnded.withLock { $0 = true }
                try? end.close()
            }
            return try await programs.run(
                "postgres", ["-D", draft, "-c", "port=\(port)"], in: paths.folder, until: end)
        }
        let outcome = await Self.result {
            try await waitForStart(of: data) { hasEnded.withLock { $0 } }
            try await body(paths.url(port: port))
        }
        try lifeline.close()
        let exit = try await server.value
        guard exit.isSuccess else { throw failure(exit.errors) }
        try outcome.get()
    }

    private static func result(_ body: () async throws -> Void) async -> Result<Void, any Error> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }

    /// Waits until the server is ready, or has ended.
    private func waitForStart(of data: String, orEnd hasEnded: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while text(ofFile: data + "/postmaster.pid").flatMap(PostmasterFile.init)?.status != "ready" {
            // The caller reports why it has ended.
            guard !hasEnded() else { throw failure("") }
            guard ContinuousClock.now < deadline else { throw failure("it has not started after a minute") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func failure(_ errors: String) -> LocalPostgresError {
        .localDatabase(
            "the private PostgreSQL in \(paths.folder) does not start",
            because: errors.split(separator: "\n").last.map(String.init), hint: "correct the cause, and try again")
    }
}
