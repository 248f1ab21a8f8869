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
        var errorLine: String? {
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
        let words = userSwitchArguments + [program] + arguments
        do {
            let result = try await Subprocess.run(
                .path(FilePath(words[0])),
                arguments: Arguments(Array(words.dropFirst())),
                environment: .custom(environment),
                workingDirectory: FilePath(workingFolder),
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

    /// The words before a program's own that make it another user's.
    ///
    /// `setpriv` (util-linux) does it after exec: glibc's `setuid` would talk to the other threads of this process, which
    /// a freshly forked child does not have, and wait for them forever.
    private var userSwitchArguments: [String] {
        guard account.userID != Account.current.userID else { return [] }
        let groups = account.groups.map(String.init).joined(separator: ",")
        return [
            "/usr/bin/setpriv", "--reuid=\(account.userID)", "--regid=\(account.groupID)",
            groups.isEmpty ? "--clear-groups" : "--groups=\(groups)", "--",
        ]
    }

    /// English messages, and times in UTC; libpq's and PostgreSQL's own variables stay outside.
    private var environment: [Environment.Key: String] {
        ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": account.home]
    }
}
