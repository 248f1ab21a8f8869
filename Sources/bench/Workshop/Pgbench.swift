import FoundationEssentials

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
