import FoundationEssentials

/// PostgreSQL's programs on this machine, run as the server's user.
struct ServerPrograms: Sendable {
    /// The folder of `initdb`, `pg_ctl` and `postgres`.
    let folder: String
    private let runner: ProgramRunner

    /// Finds the programs.
    ///
    /// - Parameters:
    ///   - major: The major version that an existing cluster needs, as its `PG_VERSION` says; `nil` for any.
    ///   - account: The user to run them as.
    /// - Throws: A `Failure` when there are none, or none of that version.
    init(major: String?, account: Account) async throws {
        runner = ProgramRunner(account: account)
        let folders = await Self.candidates(runner).filter(Self.isComplete)
        guard let major else {
            guard let first = folders.first else { throw Self.missing("postgresql") }
            folder = first
            return
        }
        for candidate in folders where try await Self.version(of: candidate, runner) == major {
            folder = candidate
            return
        }
        throw Self.missing("postgresql-\(major)", needed: major, found: folders)
    }

    /// Runs one of the programs.
    ///
    /// - Parameters:
    ///   - name: The program.
    ///   - arguments: Its arguments.
    ///   - workingFolder: The folder it runs in.
    ///   - input: What it reads on standard input.
    /// - Returns: How it ended.
    /// - Throws: A `Failure` when it cannot be started.
    func run(
        _ name: String,
        _ arguments: [String],
        in workingFolder: String,
        input: String = ""
    ) async throws -> ProgramRunner.Outcome {
        try await runner.run(folder + "/" + name, arguments, in: workingFolder, input: input)
    }

    /// The folders to look in, the first the best: what `pg_config` says, the search path, Debian's own.
    private static func candidates(_ runner: ProgramRunner) async -> [String] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let searched = path.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
        var folders: [String] = []
        if let tool = searched.map({ $0 + "/pg_config" }).first(where: isExecutable),
            let outcome = try? await runner.run(tool, ["--bindir"], in: "/")
        {
            folders.append(String(outcome.output.prefix { !$0.isNewline }))
        }
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let newestFirst = versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }
        return folders + searched + newestFirst.map { "/usr/lib/postgresql/\($0)/bin" }
    }

    private static func isComplete(_ folder: String) -> Bool {
        !folder.isEmpty && ["initdb", "pg_ctl", "postgres"].allSatisfy { isExecutable(folder + "/" + $0) }
    }

    /// `postgres (PostgreSQL) 15.20 (Debian ...)` has major version 15.
    private static func version(of folder: String, _ runner: ProgramRunner) async throws -> String? {
        let words = try await runner.run(folder + "/postgres", ["--version"], in: "/").output.split(separator: " ")
        return words.dropFirst(2).first.map { String($0.prefix { $0.isNumber }) }
    }

    private static func missing(_ package: String, needed: String? = nil, found: [String] = []) -> Failure {
        .misconfigured(
            "PostgreSQL's server \(needed.map { "of version \($0) " } ?? "")is not installed",
            because: found.isEmpty ? nil : "found only \(found.joined(separator: ", "))",
            hint: "`apt-get install \(package)`, or set INTRO_DATABASE_URL to a database that runs elsewhere"
        )
    }
}

/// Whether a file may be run as a program.
private func isExecutable(_ path: String) -> Bool {
    FileManager.default.isExecutableFile(atPath: path)
}
