import Foundation
import Subprocess
import SystemPackage

/// The built `intro` binary, run as a user runs it.
enum IntroBinary {
    /// The result of a run.
    struct Result: Sendable {
        /// The exit status; 128 plus the signal's number if a signal ended the process.
        let exit: Int32
        /// The standard output.
        let stdout: String
        /// The standard error.
        let stderr: String

        /// Decodes standard output as JSON.
        func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try JSONDecoder().decode(type, from: Data(stdout.utf8))
        }

        /// Standard output as JSON of any shape.
        var printed: JSON {
            get throws { try json(JSON.self) }
        }

        /// The error object on standard error under `--json`.
        var error: ErrorObject? {
            struct Envelope: Decodable {
                let error: ErrorObject
            }
            return try? JSONDecoder().decode(Envelope.self, from: Data(stderr.utf8)).error
        }
    }

    /// An error object under `--json`.
    struct ErrorObject: Decodable, Equatable {
        let code: String
        let message: String
        let hint: String
        /// Free slots, if a refusal offers any.
        let alternatives: [JSON]?
        /// The sessions that an ambiguous text matches.
        let candidates: [JSON]?
    }

    /// Runs `intro` to its end.
    ///
    /// - Parameters:
    ///   - arguments: The arguments after the program's name.
    ///   - environment: Variables besides `PATH` and `HOME`; most of the test's own environment is not passed on.
    ///   - stdin: The standard input.
    ///   - folder: The working directory.
    ///   - userID: The user to run as, for tests that run as root.
    /// - Returns: The result of the run.
    /// - Throws: `SubprocessError` when the binary cannot be started.
    static func run(
        _ arguments: String...,
        environment: [String: String] = [:],
        stdin: String = "",
        in folder: String = "/",
        as userID: UInt32? = nil
    ) async throws -> Result {
        try await run(arguments, environment: environment, stdin: stdin, in: folder, as: userID)
    }

    /// Runs `intro` to its end with a list of arguments, and `meanwhile` with its process ID.
    ///
    /// A wrapper is a command that starts the binary, such as one that puts it into its own network namespace.
    static func run(
        _ arguments: [String],
        through wrapper: [String] = [],
        environment: [String: String] = [:],
        stdin: String = "",
        in folder: String = "/",
        as userID: UInt32? = nil,
        blocking signal: Int32? = nil,
        binary: String = path,
        log: String? = nil,
        meanwhile: (pid_t) async throws -> Void = { _ in }
    ) async throws -> Result {
        let words =
            wrapper + asUser(userID) + withBlocked(signal) + withStandardError(in: log) + [binary] + arguments
        let result = try await Subprocess.run(
            .path(FilePath(words[0])),
            arguments: Arguments(Array(words.dropFirst())),
            environment: .custom(variables(environment)),
            workingDirectory: FilePath(folder),
            input: .string(stdin),
            output: .string(limit: 1 << 24),
            error: .string(limit: 1 << 24)
        ) { execution in
            do {
                try await meanwhile(execution.processIdentifier.value)
            } catch {
                // A failed test must not wait for a process that waits for the test.
                try? execution.send(signal: .kill)
                throw error
            }
        }
        return Result(
            exit: code(of: result.terminationStatus), stdout: result.standardOutput, stderr: result.standardError)
    }

    /// Runs `intro` to its end with bytes on standard input that need not be valid UTF-8.
    static func run(
        _ arguments: [String], environment: [String: String], octets: [UInt8]
    ) async throws -> Result {
        let result = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(arguments), environment: .custom(variables(environment)),
            input: .array(octets), output: .string(limit: 1 << 24), error: .string(limit: 1 << 24))
        return Result(
            exit: code(of: result.terminationStatus), stdout: result.standardOutput, stderr: result.standardError)
    }

    /// The prefix of a command line that runs it as another user; for tests that run as root.
    static func asUser(_ userID: UInt32?) -> [String] {
        guard let userID else { return [] }
        return ["/usr/bin/setpriv", "--reuid=\(userID)", "--regid=65534", "--clear-groups", "--"]
    }

    /// The prefix of a command line that starts it, and each of its threads, with a signal blocked.
    private static func withBlocked(_ signal: Int32?) -> [String] {
        signal.map { ["/usr/bin/env", "--block-signal=\($0)"] } ?? []
    }

    /// The prefix of a command line that redirects its standard error to a file, which a test can read while it runs.
    private static func withStandardError(in file: String?) -> [String] {
        file.map { ["/bin/bash", "-c", "exec \"$@\" 2>\"$0\"", $0] } ?? []
    }

    /// The release binary that `deploy/test` builds; without it, the debug binary next to the test bundle.
    static let path: String = {
        if let release { return release }
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: bundle).deletingLastPathComponent().appending(path: "intro").path
    }()

    /// The release binary, which `deploy/test` builds; `nil` under a sanitizer and without `deploy/test`.
    static let release = binary(named: "INTRO_TEST_RELEASE")

    /// The binary of an earlier release, which `deploy/test --previous COMMIT` builds; `nil` without it.
    static let previous = binary(named: "INTRO_TEST_PREVIOUS")

    private static func binary(named variable: String) -> String? {
        ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Runs a line of bash, in which `$0` is `intro`.
    static func shell(_ line: String, environment: [String: String] = [:]) async throws -> Result {
        let result = try await Subprocess.run(
            .name("bash"),
            arguments: ["-c", line, path],
            environment: .custom(variables(environment)),
            output: .string(limit: 1 << 24),
            error: .string(limit: 1 << 24)
        )
        return Result(
            exit: code(of: result.terminationStatus), stdout: result.standardOutput, stderr: result.standardError)
    }

    /// The exit status as a shell reports it.
    static func code(of status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }

    /// The variables that a program needs to run under the sanitizer and the clock of the tests.
    private static let passedOn: Set = [
        "PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "INTRO_TEST_CLOCK_SHIFT", "TSAN_OPTIONS", "ASAN_OPTIONS",
    ]

    /// The environment of a run.
    static func variables(_ environment: [String: String]) -> [Environment.Key: String] {
        let own = ProcessInfo.processInfo.environment
        let kept = own.filter { passedOn.contains($0.key) }
        let all = kept.merging(["HOME": "/nonexistent"]) { $1 }.merging(environment) { $1 }
        return all.reduce(into: [:]) { variables, variable in
            if let key = Environment.Key(rawValue: variable.key) {
                variables[key] = variable.value
            }
        }
    }
}
