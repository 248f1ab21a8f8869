import Foundation
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

/// The test's own chain, as `intro setup --sample` creates it.
///
/// It has the studio `downtown` in Los Angeles with two stations, and the trainers Maria, James and Aiko. The binary
/// works on its database; a test may also query the database directly.
struct Studio: Sendable {
    /// Monday 2026-11-30, 08:00 in the studio's time zone.
    static let now = "2026-11-30T08:00:00-08:00"

    /// The test's own connection pool.
    let database: Database
    /// The connection string for other programs.
    let conninfo: String
    /// The folder for `INTRO_HOME`.
    let home: String
    /// The program that works on it.
    var binary = IntroBinary.path
    /// Additional variables for the binary.
    var settings: [String: String] = [:]
    /// The command that starts the binary, before the binary's path.
    var wrapper: [String] = []

    /// Runs a test with a studio, and removes it afterwards.
    static func with<Result>(_ body: (Studio) async throws -> Result) async throws -> Result {
        try await concurrencyLimit.run { try await opened(body) }
    }

    /// Runs a test with two independent studios.
    static func withTwo(_ body: (Studio, Studio) async throws -> Void) async throws {
        try await concurrencyLimit.run { try await opened { first in try await opened { try await body(first, $0) } } }
    }

    private static let concurrencyLimit = ConcurrencyLimit(width: 6)

    private static func opened<Result>(_ body: (Studio) async throws -> Result) async throws -> Result {
        let template = try await StudioTemplate.shared.value
        let folder = try ScratchFolder()
        return try await withDatabase(template: template, configure: configure) {
            try await body(Studio(database: $0, conninfo: $1, home: folder.path))
        }
    }

    /// Runs a test with a studio on a given server, without a template.
    static func on(_ server: TestServer, _ body: (Studio) async throws -> Void) async throws {
        try await setUp(in: TestDatabase.make(on: server), by: IntroBinary.path, body)
    }

    /// Runs a test with a studio in a database that another release's binary has set up, which also works on it.
    static func with(setUpBy binary: String, _ body: (Studio) async throws -> Void) async throws {
        try await concurrencyLimit.run { try await setUp(in: TestDatabase.make(), by: binary, body) }
    }

    private static func setUp(
        in test: TestDatabase, by binary: String, _ body: (Studio) async throws -> Void
    ) async throws {
        let folder = try ScratchFolder()
        var configuration = Database.Configuration.patient(conninfo: test.conninfo)
        configure(&configuration)
        let database = Database(configuration, logger: .silent)
        let studio = Studio(database: database, conninfo: test.conninfo, home: folder.path, binary: binary)
        try await studio.answer("setup", "--sample")
        try await body(studio)
        await database.close()
    }

    /// Whether studios are on a server of the tests' own, reached through a Unix socket.
    static let isOnPrivateServer = (ProcessInfo.processInfo.environment["INTRO_TEST_DATABASE_URL"] ?? "").isEmpty

    /// Distinguishes the test's own connections from the binary's.
    private static func configure(_ configuration: inout Database.Configuration) {
        configuration.maximumConnections = 4
        configuration.applicationName = "test"
    }

    /// The environment of the binary.
    var environment: [String: String] {
        [
            "INTRO_DATABASE_URL": conninfo, "INTRO_HOME": home, "INTRO_MAIL_URL": "file://\(home)/mail",
            "INTRO_MAIL_FROM": "Intro <hello@intro.example>",
        ].merging(settings) { $1 }
    }

    /// The same studio on the one of several servers that accepts writes, with a separate connection pool.
    func reached(byServersIn folders: [String]) throws -> Studio {
        let place = conninfo(toServersAt: folders)
        var configuration = Database.Configuration.patient(conninfo: place)
        Self.configure(&configuration)
        return Studio(database: Database(configuration, logger: .silent), conninfo: place, home: home)
    }

    /// The connection string for the one of several servers that accepts writes.
    func conninfo(toServersAt hosts: [String]) -> String {
        conninfo.replacing(/host=\S+/, with: "host=\(hosts.joined(separator: ","))")
            + " target_session_attrs=read-write"
    }

    /// The same studio by another connection string.
    func reached(by conninfo: String) -> Studio {
        Studio(database: database, conninfo: conninfo, home: home, settings: settings, wrapper: wrapper)
    }
}

/// The database that studios are cloned from, created once per test process.
private enum StudioTemplate {
    struct SetupFailure: Error, CustomStringConvertible {
        let description: String
    }

    static let shared = Task {
        let template = try await TestDatabase.make()
        let setup = try await IntroBinary.run(
            "setup", "--sample", "--json", environment: ["INTRO_DATABASE_URL": template.conninfo])
        // Not an expectation: that would fail only in the first of the tests that need the template.
        guard setup.exit == 0 else { throw SetupFailure(description: setup.stderr) }
        return template.name
    }
}

extension Studio {
    /// Runs the binary on this studio, by default on a Monday morning.
    ///
    /// - Parameters:
    ///   - arguments: The arguments after the program's name.
    ///   - now: The value of `--now`.
    ///   - environment: Variables that differ.
    ///   - stdin: The standard input.
    ///   - signal: A signal that each of its threads has blocked from the start.
    ///   - log: A file that its standard error is written to.
    ///   - meanwhile: Runs during the process, with its process ID.
    /// - Returns: The result of the run.
    /// - Throws: `SubprocessError`, or the error of `meanwhile`.
    func intro(
        _ arguments: [String], now: String = Studio.now, environment: [String: String] = [:], stdin: String = "",
        blocking signal: Int32? = nil, log: String? = nil, meanwhile: (pid_t) async throws -> Void = { _ in }
    ) async throws -> IntroBinary.Result {
        try await IntroBinary.run(
            arguments + ["--now", now], through: wrapper, environment: self.environment.merging(environment) { $1 },
            stdin: stdin, in: home, blocking: signal, binary: binary, log: log, meanwhile: meanwhile)
    }

    /// Runs the binary on this studio.
    func intro(
        _ arguments: String..., now: String = Studio.now, environment: [String: String] = [:]
    ) async throws -> IntroBinary.Result {
        try await intro(arguments, now: now, environment: environment)
    }

    /// Runs a command that must succeed, and reads the JSON that it prints.
    @discardableResult
    func answer(
        _ arguments: String..., now: String = Studio.now, environment: [String: String] = [:]
    ) async throws -> JSON {
        try await answer(arguments, now: now, environment: environment)
    }

    /// Runs a command that must succeed, and reads the JSON that it prints.
    @discardableResult
    func answer(
        _ arguments: [String], now: String = Studio.now, environment: [String: String] = [:], stdin: String = ""
    ) async throws -> JSON {
        let result = try await intro(arguments + ["--json"], now: now, environment: environment, stdin: stdin)
        try #require(result.exit == 0, "\(arguments): \(result.stderr)")
        return try result.printed
    }

    /// Runs a command that a rule must refuse, and reads the error that it prints.
    func refusal(_ arguments: String..., now: String = Studio.now) async throws -> IntroBinary.ErrorObject {
        try await refusal(arguments, now: now)
    }

    /// Runs a command that a rule must refuse, and reads the error that it prints.
    func refusal(_ arguments: [String], now: String = Studio.now) async throws -> IntroBinary.ErrorObject {
        let result = try await intro(arguments + ["--json"], now: now)
        #expect(result.exit == 3, "\(arguments): \(result.stdout)\(result.stderr)")
        #expect(result.stdout.isEmpty)
        return try #require(result.error)
    }

    /// Books a session for a new client.
    @discardableResult
    func book(_ name: String, at time: String, with trainer: String = "maria") async throws -> JSON {
        try await answer(
            "book", "--client", "\(name.lowercased())@example.com", "--name", name, "--trainer", trainer, "--at", time)
    }

    /// Books a session for a new client, and returns its reference.
    func reference(_ name: String, at time: String, with trainer: String = "maria") async throws -> String {
        try await book(name, at: time, with: trainer)["reference"]?.text ?? ""
    }
}

extension Studio {
    /// The number of rows of a table.
    func count(_ table: String, where condition: String = "true") async throws -> Int64 {
        try await database.query("SELECT count(*) FROM \(unsafeSQL: table) WHERE \(unsafeSQL: condition)")
            .decode(Int64.self)[0]
    }

    /// A fingerprint of all stored data: equal only if nothing was written.
    func fingerprint() async throws -> [String] {
        let tables = try await database.query(
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ).decode(String.self)
        var prints: [String] = []
        for table in tables {
            prints += try await database.query(
                """
                SELECT '\(unsafeSQL: table) ' || count(*) || ' ' || coalesce(md5(string_agg(t::text, ' ' ORDER BY t::text)), '')
                FROM \(unsafeSQL: table) AS t
                """
            ).decode(String.self)
        }
        return prints
    }
}
