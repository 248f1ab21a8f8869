import Subprocess
import SystemPackage

/// Runs programs as another user, or as our own, with an environment that none of ours leaks into.
struct ProgramRunner: Sendable {
    /// How a program ended and what it said.
    struct Outcome: Sendable {
        let isSuccess: Bool
        let output: String
        let errors: String

        /// The last thing it said, for a message.
        var lastWords: String? {
            (errors + "\n" + output).split(whereSeparator: \.isNewline).first.map(String.init)
        }
    }

    let account: Account

    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - program: The program's path.
    ///   - arguments: Its arguments.
    ///   - workingFolder: The folder it runs in.
    ///   - input: What it reads on standard input.
    /// - Returns: How it ended.
    /// - Throws: A `Failure` when it cannot be started.
    func run(
        _ program: String,
        _ arguments: [String],
        in workingFolder: String,
        input: String = ""
    ) async throws -> Outcome {
        var options = PlatformOptions()
        if account.userID != Account.current.userID {
            options.userID = account.userID
            options.groupID = account.groupID
            options.supplementaryGroups = account.groups
        }
        do {
            let result = try await Subprocess.run(
                .path(FilePath(program)),
                arguments: Arguments(arguments),
                environment: .custom(environment),
                workingDirectory: FilePath(workingFolder),
                platformOptions: options,
                input: .string(input),
                output: .string(limit: 1 << 20),
                error: .string(limit: 1 << 20)
            )
            return Outcome(
                isSuccess: result.terminationStatus.isSuccess,
                output: result.standardOutput,
                errors: result.standardError
            )
        } catch let error as SubprocessError {
            throw Failure.localDatabase(
                "\(program) cannot be started as \(account.name)",
                because: "\(error)",
                hint: "check that PostgreSQL is installed as Debian's packages do it: `apt-get install postgresql`"
            )
        }
    }

    /// English messages, and times in UTC; libpq's and PostgreSQL's own variables stay outside.
    private var environment: [Environment.Key: String] {
        ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": account.home]
    }
}
