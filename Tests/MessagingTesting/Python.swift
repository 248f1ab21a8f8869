import Foundation

/// A runner of Python code, which checks our formats with an independent implementation.
public enum Python {
    /// Runs a program that reads the input and prints JSON.
    public static func run<Result: Decodable>(_ program: String, on input: some Sequence<UInt8>) throws -> Result {
        guard let python = InstalledPrograms.python else { throw TestFailure(description: "Python is not installed.") }
        let printed = try ChildProcess.run(python, ["-c", program], input: Data(input))
        return try JSONDecoder().decode(Result.self, from: printed)
    }
}
