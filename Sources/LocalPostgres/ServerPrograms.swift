import FoundationEssentials
import Subprocess
import SystemPackage

/// PostgreSQL's programs on this machine, run as the server's user.
struct ServerPrograms: Sendable {
    /// The folder of `initdb`, `pg_ctl` and `postgres`.
    let folder: String
    private let runner: ProgramRunner

    /// Finds the programs.
    ///
    /// - Parameters:
    ///   - major: The major version that an existing cluster needs, from its `PG_VERSION`; `nil` for any.
    ///   - account: The user to run them as.
    /// - Throws: A `LocalPostgresError` if none are found, or none of that version.
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
    /// - Throws: A `LocalPostgresError` when it cannot be started.
    func run(
        _ name: String,
        _ arguments: [String],
        in workingFolder: String,
        input: String = ""
    ) async throws -> ProgramRunner.Outcome {
        try await runner.run(folder + "/" + name, arguments, in: workingFolder, input: input)
    }

    /// Runs one of the programs with an open file as standard input or standard output.
    ///
    /// The program needs no permission to open the file.
    func run(
        _ name: String, _ arguments: [String], in workingFolder: String, input: FileDescriptor? = nil,
        output: FileDescriptor? = nil
    ) async throws -> ProgramRunner.Outcome {
        try await runner.run(folder + "/" + name, arguments, in: workingFolder, input: input, output: output)
    }

    /// Runs one of the programs in the background until the other end of a pipe is closed, and then interrupts it.
    ///
    /// The end is closed when this process ends, however it ends, so that the program does not outlive it.
    func run(_ name: String, _ arguments: [String], in workingFolder: String, until end: FileDescriptor) async throws
        -> ProgramRunner.Outcome
    {
        let script = """
            exec 3<&0
            "$@" </dev/null 3<&- &
            program=$!
            { read -r _ <&3; kill -INT $program; } >/dev/null 2>&1 &
            wait $program
            """
        return try await runner.run(
            "/bin/sh", ["-c", script, "sh", folder + "/" + name] + arguments, in: workingFolder, input: end)
    }

    /// The folders to search, in this order: the one that `pg_config` prints, the search path, Debian's own.
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

    private static func missing(_ package: String, needed: String? = nil, found: [String] = []) -> LocalPostgresError {
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

/// Runs programs as another user or the current one, without variables of the current environment.
struct ProgramRunner: Sendable {
    /// The exit status and output of a program.
    struct Outcome: Sendable {
        let isSuccess: Bool
        let output: String
        let errors: String

        /// The last line of its output, for an error message.
        var errorLine: String? {
            (errors + "\n" + output).split(whereSeparator: \.isNewline).first.map(String.init)
        }
    }

    let account: Account

    /// Runs a program until it exits.
    ///
    /// - Parameters:
    ///   - program: The program's path.
    ///   - arguments: Its arguments.
    ///   - workingFolder: The folder it runs in.
    ///   - input: What it reads on standard input.
    /// - Returns: How it ended.
    /// - Throws: A `LocalPostgresError` when it cannot be started.
    func run(
        _ program: String,
        _ arguments: [String],
        in workingFolder: String,
        input: String = ""
    ) async throws -> Outcome {
        let configuration = configuration(program, arguments, in: workingFolder)
        return try await reporting(program) {
            let result = try await Subprocess.run(
                configuration, input: .string(input), output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
            return Outcome(
                isSuccess: result.terminationStatus.isSuccess, output: result.standardOutput,
                errors: result.standardError)
        }
    }

    /// Runs a program until it exits, with open files as standard input and standard output.
    func run(
        _ program: String, _ arguments: [String], in workingFolder: String, input: FileDescriptor?,
        output: FileDescriptor? = nil
    ) async throws -> Outcome {
        let configuration = configuration(program, arguments, in: workingFolder)
        return try await reporting(program) {
            let null = try FileDescriptor.open("/dev/null", .readWrite)
            defer { try? null.close() }
            let result = try await Subprocess.run(
                configuration, input: .fileDescriptor(input ?? null, closeAfterSpawningProcess: false),
                output: .fileDescriptor(output ?? null, closeAfterSpawningProcess: false),
                error: .string(limit: 1 << 20))
            return Outcome(
                isSuccess: result.terminationStatus.isSuccess, output: "", errors: result.standardError)
        }
    }

    private func configuration(_ program: String, _ arguments: [String], in workingFolder: String) -> Configuration {
        let words = userSwitchArguments + [program] + arguments
        return Configuration(
            executable: .path(FilePath(words[0])), arguments: Arguments(Array(words.dropFirst())),
            environment: .custom(environment), workingDirectory: FilePath(workingFolder))
    }

    private func reporting(_ program: String, _ body: () async throws -> Outcome) async throws -> Outcome {
        do {
            let outcome = try await body()
            // An interruption has killed the program.
            if !outcome.isSuccess { try Task.checkCancellation() }
            return outcome
        } catch let error as SubprocessError {
            throw LocalPostgresError.localDatabase(
                "\(program) cannot be started as \(account.name)",
                because: "\(error)",
                hint: "check that PostgreSQL is installed as Debian's packages do it: `apt-get install postgresql`"
            )
        }
    }

    /// The arguments before a program's own that run it as another user.
    ///
    /// `setpriv` (util-linux) changes the user after exec: glibc's `setuid` signals the other threads of the process,
    /// which do not exist in a forked child, and would wait for them without end.
    private var userSwitchArguments: [String] {
        guard account.userID != Account.current.userID else { return [] }
        let groups = account.groups.map(String.init).joined(separator: ",")
        return [
            "/usr/bin/setpriv", "--reuid=\(account.userID)", "--regid=\(account.groupID)",
            groups.isEmpty ? "--clear-groups" : "--groups=\(groups)", "--",
        ]
    }

    /// The environment: English messages, times in UTC, and no variables of libpq or PostgreSQL.
    private var environment: [Environment.Key: String] {
        ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": account.home]
    }
}
