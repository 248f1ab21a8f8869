import FoundationEssentials
import Subprocess
import SystemPackage

/// Other people's programs, run to their end.
enum Program {
    /// Runs a program found on the `PATH`, or named by its whole path.
    ///
    /// - Parameters:
    ///   - command: The program and its arguments.
    ///   - environment: Variables beside our own.
    ///   - input: What it reads on standard input.
    /// - Returns: What it wrote to standard output.
    /// - Throws: ``BenchFailure`` when it cannot be started or fails.
    @discardableResult
    static func run(
        _ command: [String], environment: [String: String] = [:], input: String = ""
    ) async throws -> String {
        let result = try await Subprocess.run(
            command[0].hasPrefix("/") ? .path(FilePath(command[0])) : .name(command[0]),
            arguments: Arguments(Array(command.dropFirst())),
            environment: .inherit.updating(variables(environment)),
            input: .string(input),
            output: .string(limit: 1 << 24),
            error: .string(limit: 1 << 20)
        )
        guard result.terminationStatus.isSuccess else {
            throw BenchFailure(
                "`\(command.joined(separator: " ").prefix(300))` failed: \(result.terminationStatus)",
                because: String((result.standardError + result.standardOutput).suffix(2000)))
        }
        return result.standardOutput
    }

    private static func variables(_ environment: [String: String]) -> [Environment.Key: String?] {
        environment.reduce(into: [:]) { variables, variable in
            if let key = Environment.Key(rawValue: variable.key) { variables[key] = variable.value }
        }
    }
}
