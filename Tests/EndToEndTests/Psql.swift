import Foundation
import PostgresTesting
import Subprocess
import SystemPackage

/// PostgreSQL's psql, as an operator uses it.
enum Psql {
    /// Runs a script that stops at its first error.
    ///
    /// - Parameters:
    ///   - script: The statements.
    ///   - conninfo: The database.
    /// - Returns: The result of the run; the exit status is 3 if an error stopped the script.
    /// - Throws: `SubprocessError` when psql is not installed.
    static func run(_ script: String, on conninfo: String) async throws -> IntroBinary.Result {
        let result = try await Subprocess.run(
            .name("psql"),
            arguments: ["-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "-", conninfo],
            input: .string(script),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        guard case .exited(let code) = result.terminationStatus else {
            throw ConditionNotMet(description: "psql was killed")
        }
        return IntroBinary.Result(exit: code, stdout: result.standardOutput, stderr: result.standardError)
    }
}
