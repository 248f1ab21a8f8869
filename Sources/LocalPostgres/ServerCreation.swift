import FoundationEssentials
import Glibc

extension LocalServer {
    /// Makes the cluster and the database in it.
    ///
    /// All is done in a folder of a passing name, which is renamed when it is complete: whatever is interrupted leaves
    /// nothing that looks like a cluster.
    ///
    /// - Parameter programs: PostgreSQL's programs.
    /// - Throws: A `LocalPostgresError` that says what they complained about.
    func make(with programs: ServerPrograms) async throws {
        // What an earlier command left unfinished goes first, and so it need not be seen to when this one fails.
        removeUnfinished()
        let draft = Self.draftPrefix + String(UInt64.random(in: 0...UInt64.max), radix: 16)
        try await initialize(draft, with: programs)
        try await createDatabase(in: draft, with: programs)
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

    /// The socket's folder lets nobody in but its owner and root, so that whoever gets there needs no password.
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

    /// In single-user mode, before the server is started for the first time: no other command can come in between.
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
            "the private PostgreSQL could not be made in \(paths.folder)",
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

    /// Without this a machine that dies now might forget the rename and keep what the server wrote since.
    private func synchronize(_ folder: String) throws(LocalPostgresError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw folderFailure(folder, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw folderFailure(folder, errno) }
    }
}
