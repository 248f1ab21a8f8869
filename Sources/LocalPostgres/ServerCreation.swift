import FoundationEssentials
import Glibc

extension LocalServer {
    /// Creates the cluster and the empty database in it.
    ///
    /// Both are created in a folder with a temporary name, which is renamed when it is complete: after an interrupted
    /// creation, no folder looks like a cluster.
    ///
    /// - Parameter programs: PostgreSQL's programs.
    /// - Throws: A `LocalPostgresError` with the error of the program.
    func make(with programs: ServerPrograms) async throws {
        try publish(try await makeDraft(with: programs))
    }

    /// Creates the cluster and the database in it as ``make(with:)`` does, and fills the database before other commands
    /// can see it.
    ///
    /// - Parameters:
    ///   - programs: PostgreSQL's programs.
    ///   - fill: Fills the database, which it gets the URL of.
    /// - Throws: A `LocalPostgresError` with the error of the program, or the error of `fill`.
    func make(with programs: ServerPrograms, filledBy fill: (_ url: String) async throws -> Void) async throws {
        let draft = try await makeDraft(with: programs)
        do {
            try await withServer(of: draft, with: programs, fill)
        } catch {
            removeUnfinished()
            throw error
        }
        try publish(draft)
    }

    /// Creates the cluster and the database under a temporary name, and returns the name.
    private func makeDraft(with programs: ServerPrograms) async throws -> String {
        // Folders of creations that were killed are removed here.
        removeUnfinished()
        let draft = Self.draftPrefix + String(UInt64.random(in: 0...UInt64.max), radix: 16)
        do {
            // Not a child task: an interruption would kill initdb, whose own processes go on writing for a moment.
            try await Task {
                try await initialize(draft, with: programs)
                try await createDatabase(in: draft, with: programs)
            }.value
            try Task.checkCancellation()
        } catch {
            removeUnfinished()
            throw error
        }
        return draft
    }

    /// Renames the complete draft to the folder of the cluster.
    private func publish(_ draft: String) throws(LocalPostgresError) {
        guard rename(paths.folder + "/" + draft, paths.data) == 0 else { throw folderFailure(paths.data, errno) }
        try synchronize(paths.folder)
    }

    private static let draftPrefix = "data.new-"

    private func removeUnfinished() {
        let files = FileManager.default
        for name in (try? files.contentsOfDirectory(atPath: paths.folder)) ?? [] where name.hasPrefix(Self.draftPrefix)
        {
            try? files.removeItem(atPath: paths.folder + "/" + name)
        }
    }

    /// Initializes the cluster without passwords: only its owner and root can enter the folder of the socket.
    private func initialize(_ draft: String, with programs: ServerPrograms) async throws {
        let outcome = try await programs.run(
            "initdb",
            [
                "--pgdata=\(draft)", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8",
                "--auth-local=trust", "--auth-host=reject", "--no-instructions",
            ],
            in: paths.folder
        )
        guard outcome.isSuccess else { throw creationFailure(outcome) }
        try append("\ninclude_if_exists = 'intro.conf'\n", to: "\(paths.folder)/\(draft)/postgresql.conf")
    }

    /// Creates the database in single-user mode, before the first start of the server, so that no other command can
    /// connect earlier.
    private func createDatabase(in draft: String, with programs: ServerPrograms) async throws {
        let outcome = try await programs.run(
            "postgres",
            ["--single", "-D", draft, "-c", "exit_on_error=on", "template1"],
            in: paths.folder,
            input: "CREATE DATABASE intro;\n"
        )
        guard outcome.isSuccess else { throw creationFailure(outcome) }
    }

    private func creationFailure(_ outcome: ProgramRunner.Outcome) -> LocalPostgresError {
        .localDatabase(
            "the private PostgreSQL could not be created in \(paths.folder)",
            because: outcome.errorLine,
            hint: "set INTRO_HOME to a folder with some space, or INTRO_DATABASE_URL to a database"
        )
    }

    private func append(_ text: String, to path: String) throws(LocalPostgresError) {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { throw folderFailure(path, errno) }
        defer { close(descriptor) }
        try write(text, to: descriptor, path: path)
    }

    /// Syncs a folder to disk: otherwise, a crash of the machine could undo the rename, but not later writes.
    private func synchronize(_ folder: String) throws(LocalPostgresError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw folderFailure(folder, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw folderFailure(folder, errno) }
    }
}
