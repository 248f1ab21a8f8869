import Foundation
import Subprocess
import SystemPackage

/// The built `intro`, run as a user runs it.
enum IntroBinary {
    /// What a run left behind.
    struct Result: Sendable {
        /// The number the process ended with; 128 and the signal's number where a signal ended it.
        let exit: Int32
        /// All that it wrote to standard output.
        let stdout: String
        /// All that it wrote to standard error.
        let stderr: String

        /// Standard output read as JSON.
        func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try JSONDecoder().decode(type, from: Data(stdout.utf8))
        }

        /// Standard output as JSON of whatever shape.
        var printed: JSON {
            get throws { try json(JSON.self) }
        }

        /// The error object of standard error under `--json`.
        var error: ErrorObject? {
            struct Envelope: Decodable {
                let error: ErrorObject
            }
            return try? JSONDecoder().decode(Envelope.self, from: Data(stderr.utf8)).error
        }
    }

    /// The three fields of an error under `--json`.
    struct ErrorObject: Decodable, Equatable {
        let code: String
        let message: String
        let hint: String
        /// Free slots, where a refusal has some to offer.
        let alternatives: [JSON]?
    }

    /// Runs `intro` to its end.
    ///
    /// - Parameters:
    ///   - arguments: The words after the program's name.
    ///   - environment: Variables beside `PATH` and `HOME`; nothing else of the test's own environment gets through.
    ///   - stdin: What the program reads on standard input.
    ///   - folder: The working folder.
    ///   - userID: The user to run as, for tests that run as root.
    /// - Returns: What the run left behind.
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

    /// Runs `intro` to its end with a list of arguments, and meanwhile does something with the process.
    ///
    /// A wrapper is the words before the command that starts it, such as those that give it a network of its own.
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
                // A test that fails must not wait for a process that waits for the test.
                try? execution.send(signal: .kill)
                throw error
            }
        }
        return Result(
            exit: code(of: result.terminationStatus), stdout: result.standardOutput, stderr: result.standardError)
    }

    /// Runs `intro` to its end with octets on standard input that need not be text.
    static func run(
        _ arguments: [String], environment: [String: String], octets: [UInt8]
    ) async throws -> Result {
        let result = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(arguments), environment: .custom(variables(environment)),
            input: .array(octets), output: .string(limit: 1 << 24), error: .string(limit: 1 << 24))
        return Result(
            exit: code(of: result.terminationStatus), stdout: result.standardOutput, stderr: result.standardError)
    }

    /// The words before a program's own that make it another user's; for tests that run as root.
    static func asUser(_ userID: UInt32?) -> [String] {
        guard let userID else { return [] }
        return ["/usr/bin/setpriv", "--reuid=\(userID)", "--regid=65534", "--clear-groups", "--"]
    }

    /// The words before a program's own that start it, and each of its threads, with a signal blocked.
    private static func withBlocked(_ signal: Int32?) -> [String] {
        signal.map { ["/usr/bin/env", "--block-signal=\($0)"] } ?? []
    }

    /// The words before a program's own that have its standard error written to a file, to be read while it runs.
    private static func withStandardError(in file: String?) -> [String] {
        file.map { ["/bin/bash", "-c", "exec \"$@\" 2>\"$0\"", $0] } ?? []
    }

    /// The binary lies next to the test bundle.
    static let path: String = {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: bundle).deletingLastPathComponent().appending(path: "intro").path
    }()

    /// The binary of an earlier release, which `deploy/test --previous COMMIT` builds; `nil` without it.
    static let previous = ProcessInfo.processInfo.environment["INTRO_TEST_PREVIOUS"].flatMap { $0.isEmpty ? nil : $0 }

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

    /// The number that a shell shows.
    static func code(of status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }

    /// What a program needs to run at all, and to be in the sanitizer or at the time that the tests are in.
    private static let passedOn: Set = [
        "PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "INTRO_TEST_CLOCK_SHIFT", "TSAN_OPTIONS", "ASAN_OPTIONS",
    ]

    /// The variables that a run is given.
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
