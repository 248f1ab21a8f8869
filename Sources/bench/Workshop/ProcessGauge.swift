import FoundationEssentials

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
