import FoundationEssentials
import Subprocess
import SystemPackage

/// External programs, run to completion.
enum Program {
    /// Runs a program from the `PATH`, or with an absolute path.
    ///
    /// - Parameters:
    ///   - command: The program and its arguments.
    ///   - environment: Additional environment variables.
    ///   - input: The standard input.
    /// - Returns: The standard output.
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

/// A measurement of whole processes from outside.
struct ProcessGauge: Sendable {
    /// The resources used by a process.
    struct Reading: Sendable {
        let seconds: Double
        let megabytes: Double

        var milliseconds: Double { seconds * 1000 }
    }

    /// The compiled `measure.c`.
    let program: String
    let server: BenchServer
    let database: String
    /// The path of the `intro` binary.
    let intro: String

    /// The environment variables of `intro`.
    var environment: [String: String] {
        ["INTRO_DATABASE_URL": server.conninfo(database), "INTRO_HOME": "\(server.folder)/home"]
    }

    /// Runs `intro` at the data set's time.
    func intro(_ arguments: [String]) async throws {
        try await Program.run([intro] + arguments + Self.clock, environment: environment)
    }

    /// Measures `intro` at the data set's time.
    func measureIntro(_ arguments: [String], environment more: [String: String] = [:]) async throws -> Reading {
        try await measure(
            [intro] + arguments + Self.clock, environment: environment.merging(more) { _, other in other })
    }

    /// Measures a psql process that runs a script.
    func measurePsql(_ script: String, environment more: [String: String] = [:]) async throws -> Reading {
        try await measure(
            ["\(BenchServer.programs)/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", script],
            environment: server.environment(database).merging(more) { _, other in other })
    }

    private static let clock = ["--now", Dataset.nowText, "--as", "bench"]

    /// Measures a program.
    func measure(_ command: [String], environment: [String: String] = [:]) async throws -> Reading {
        let report = try await Program.run([program] + command, environment: environment)
        let numbers = report.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard numbers.count == 2 else { throw BenchFailure("measure printed no numbers", because: report) }
        return Reading(seconds: numbers[0], megabytes: numbers[1] / 1024)
    }
}

/// PostgreSQL's load generator, which measures the same statements without our code.
struct Pgbench: Sendable {
    let server: BenchServer
    let database: String

    /// Runs a script for a number of seconds with prepared statements.
    ///
    /// - Parameters:
    ///   - script: The path of a file with the statements of one transaction.
    ///   - clients: The number of connections.
    ///   - seconds: The duration.
    ///   - variables: The values of the script's `:name` variables.
    ///   - triggers: Whether the tables' triggers run.
    /// - Returns: Transactions per second, without the connection time.
    /// - Throws: ``BenchFailure`` when a statement fails.
    func rate(
        script: String, clients: Int, seconds: Int, variables: [String: String] = [:], triggers: Bool = true
    ) async throws -> Double {
        let report = try await run(
            script: script, clients: clients, length: ["-T", String(seconds)], variables: variables, triggers: triggers)
        if let rate = Self.rate(in: report) { return rate }
        // On a busy machine, many clients may complete no transaction in a second.
        guard seconds < 60, report.contains("number of transactions actually processed: 0") else {
            throw BenchFailure("pgbench's report has no rate", because: report)
        }
        return try await rate(
            script: script, clients: clients, seconds: 2 * seconds, variables: variables, triggers: triggers)
    }

    /// Runs a script with prepared statements, for as long as `length` says: `-T` seconds or `-t` transactions.
    ///
    /// - Returns: The report.
    /// - Throws: ``BenchFailure`` when a statement fails.
    @discardableResult
    func run(
        script: String, clients: Int, length: [String], variables: [String: String], triggers: Bool
    ) async throws -> String {
        var environment = server.environment(database)
        if !triggers { environment["PGOPTIONS", default: ""] += " -c session_replication_role=replica" }
        return try await Program.run(
            [
                "\(BenchServer.programs)/pgbench", "-n", "-M", "prepared", "-c", String(clients), "-j",
                String(min(clients, 2)), "-f", script,
            ] + length + variables.flatMap { ["-D", "\($0.key)=\($0.value)"] },
            environment: environment)
    }

    /// Parses `tps = 11437.113212 (without initial connection time)`.
    static func rate(in report: String) -> Double? {
        report.split(separator: "\n")
            .first { $0.hasPrefix("tps = ") && $0.contains("without initial connection time") }
            .flatMap { Double($0.dropFirst(6).prefix { $0 != " " }) }
    }
}
