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

/// Runs whole processes, and measures them from outside.
struct ProcessGauge: Sendable {
    /// What one process took.
    struct Reading: Sendable {
        let seconds: Double
        let megabytes: Double

        var milliseconds: Double { seconds * 1000 }
    }

    /// The compiled `measure.c`.
    let program: String
    let server: BenchServer
    let database: String
    /// The binary.
    let intro: String

    /// What `intro` finds in its environment.
    var environment: [String: String] {
        ["INTRO_DATABASE_URL": server.conninfo(database), "INTRO_HOME": "\(server.folder)/home"]
    }

    /// Runs `intro` at the world's time.
    func intro(_ words: [String]) async throws {
        try await Program.run([intro] + words + Self.clock, environment: environment)
    }

    /// Measures `intro` at the world's time.
    func measureIntro(_ words: [String], environment more: [String: String] = [:]) async throws -> Reading {
        try await measure(
            [intro] + words + Self.clock, environment: environment.merging(more) { _, other in other })
    }

    /// Measures psql running a script in one go.
    func measurePsql(_ script: String) async throws -> Reading {
        try await measure(
            ["\(BenchServer.programs)/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", script],
            environment: server.environment(database))
    }

    private static let clock = ["--now", Dataset.nowText, "--as", "bench"]

    /// Measures any program.
    func measure(_ command: [String], environment: [String: String] = [:]) async throws -> Reading {
        let report = try await Program.run([program] + command, environment: environment)
        let numbers = report.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard numbers.count == 2 else { throw BenchFailure("measure told no numbers", because: report) }
        return Reading(seconds: numbers[0], megabytes: numbers[1] / 1024)
    }
}

/// PostgreSQL's own load generator: what the same statements come to without us.
struct Pgbench: Sendable {
    let server: BenchServer
    let database: String

    /// Runs a script for some seconds on prepared statements.
    ///
    /// - Parameters:
    ///   - script: A file of statements, one transaction.
    ///   - clients: How many connections at once.
    ///   - seconds: How long.
    ///   - variables: What the script's `:name` stand for.
    /// - Returns: Transactions per second, without the time to connect.
    /// - Throws: ``BenchFailure`` when a statement fails.
    func rate(script: String, clients: Int, seconds: Int, variables: [String: String] = [:]) async throws -> Double {
        let definitions = variables.flatMap { ["-D", "\($0.key)=\($0.value)"] }
        let report = try await Program.run(
            [
                "\(BenchServer.programs)/pgbench", "-n", "-M", "prepared", "-c", String(clients), "-j",
                String(min(clients, 2)), "-T", String(seconds), "-f", script,
            ] + definitions,
            environment: server.environment(database))
        if let rate = Self.rate(in: report) { return rate }
        // On a busy machine, many clients may finish no transaction in a second.
        guard seconds < 60, report.contains("number of transactions actually processed: 0") else {
            throw BenchFailure("pgbench's report has no rate", because: report)
        }
        return try await rate(script: script, clients: clients, seconds: 2 * seconds, variables: variables)
    }

    /// Reads `tps = 11437.113212 (without initial connection time)`.
    static func rate(in report: String) -> Double? {
        report.split(separator: "\n")
            .first { $0.hasPrefix("tps = ") && $0.contains("without initial connection time") }
            .flatMap { Double($0.dropFirst(6).prefix { $0 != " " }) }
    }
}
