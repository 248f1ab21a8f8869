import Foundation
import MessagingTesting
import Postgres
import PostgresTesting
import Testing

/// A test's own chain, as `intro setup --sample` leaves it.
///
/// It is the studio `downtown` in Los Angeles with two stations, and Maria, James and Aiko. The binary works on its
/// database; the test may look past the binary.
struct Studio: Sendable {
    /// Monday 2026-11-30, 08:00 on the studio's wall.
    static let now = "2026-11-30T08:00:00-08:00"

    /// The test's own way into the database.
    let database: Database
    /// How other programs reach it.
    let conninfo: String
    /// A folder for `INTRO_HOME`.
    let home: String
    /// The program that works on it.
    var binary = IntroBinary.path
    /// Variables for the binary beside those that lead it here.
    var settings: [String: String] = [:]
    /// Words before the command that starts the binary.
    var wrapper: [String] = []

    /// Gives a test a studio, and takes it down afterwards.
    static func with<Result>(_ body: (Studio) async throws -> Result) async throws -> Result {
        try await gate.pass { try await opened(body) }
    }

    /// Gives a test two studios that know nothing of each other.
    static func withTwo(_ body: (Studio, Studio) async throws -> Void) async throws {
        try await gate.pass { try await opened { first in try await opened { try await body(first, $0) } } }
    }

    private static let gate = Gate(width: 6)

    private static func opened<Result>(_ body: (Studio) async throws -> Result) async throws -> Result {
        let template = try await StudioTemplate.shared.value
        let folder = try ScratchFolder()
        return try await withDatabase(template: template, configure: configure) {
            try await body(Studio(database: $0, conninfo: $1, home: folder.path))
        }
    }

    /// Gives a test a studio on a server of its own choice, without a template.
    static func on(_ server: TestServer, _ body: (Studio) async throws -> Void) async throws {
        try await setUp(in: TestDatabase.make(on: server), by: IntroBinary.path, body)
    }

    /// Gives a test a studio in a database that another release's binary has set up, which also works on it.
    static func with(setUpBy binary: String, _ body: (Studio) async throws -> Void) async throws {
        try await gate.pass { try await setUp(in: TestDatabase.make(), by: binary, body) }
    }

    private static func setUp(
        in test: TestDatabase, by binary: String, _ body: (Studio) async throws -> Void
    ) async throws {
        let folder = try ScratchFolder()
        var configuration = Database.Configuration(conninfo: test.conninfo)
        configure(&configuration)
        let database = Database(configuration, logger: .silent)
        let studio = Studio(database: database, conninfo: test.conninfo, home: folder.path, binary: binary)
        try await studio.answer("setup", "--sample")
        try await body(studio)
        await database.close()
    }

    /// Whether studios are on a server of the tests' own, reached through a Unix socket.
    static let isOnPrivateServer = (ProcessInfo.processInfo.environment["INTRO_TEST_DATABASE_URL"] ?? "").isEmpty

    /// Keeps the test's own connections apart from the binary's.
    private static func configure(_ configuration: inout Database.Configuration) {
        configuration.maximumConnections = 4
        configuration.applicationName = "test"
    }

    /// The variables that lead the binary here.
    var environment: [String: String] {
        [
            "INTRO_DATABASE_URL": conninfo, "INTRO_HOME": home, "INTRO_MAIL_URL": "file://\(home)/mail",
            "INTRO_MAIL_FROM": "Intro <hello@intro.example>",
        ].merging(settings) { $1 }
    }

    /// The same studio, on whichever of several servers takes writes, with connections of its own.
    func reached(byServersIn folders: [String]) throws -> Studio {
        let place = conninfo(toServersAt: folders)
        var configuration = Database.Configuration(conninfo: place)
        Self.configure(&configuration)
        return Studio(database: Database(configuration, logger: .silent), conninfo: place, home: home)
    }

    /// How other programs reach the database on whichever of several servers takes writes.
    func conninfo(toServersAt hosts: [String]) -> String {
        conninfo.replacing(/host=\S+/, with: "host=\(hosts.joined(separator: ","))")
            + " target_session_attrs=read-write"
    }

    /// The same studio through another door.
    func reached(by conninfo: String) -> Studio {
        Studio(database: database, conninfo: conninfo, home: home, settings: settings, wrapper: wrapper)
    }
}

/// The database that studios are cloned from, made once in each test process.
private enum StudioTemplate {
    static let shared = Task {
        let template = try await TestDatabase.make()
        let setup = try await IntroBinary.run(
            "setup", "--sample", "--json", environment: ["INTRO_DATABASE_URL": template.conninfo])
        try #require(setup.exit == 0, "\(setup.stderr)")
        return template.name
    }
}

extension Studio {
    /// Runs the binary on this studio, on a Monday morning unless told otherwise.
    ///
    /// - Parameters:
    ///   - arguments: The words after the program's name.
    ///   - now: The value of `--now`.
    ///   - environment: Variables that differ.
    ///   - stdin: What the program reads on standard input.
    ///   - signal: A signal that each of its threads has blocked from the start.
    ///   - log: A file that its standard error is written to.
    ///   - meanwhile: What to do with the process while it runs.
    /// - Returns: What the run left behind.
    /// - Throws: `SubprocessError`, or what happens meanwhile.
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

    /// Runs a command that must do its work, and reads the JSON that it prints.
    @discardableResult
    func answer(
        _ arguments: String..., now: String = Studio.now, environment: [String: String] = [:]
    ) async throws -> JSON {
        try await answer(arguments, now: now, environment: environment)
    }

    /// Runs a command that must do its work, and reads the JSON that it prints.
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

    /// Books a session for somebody new.
    @discardableResult
    func book(_ name: String, at time: String, with trainer: String = "maria") async throws -> JSON {
        try await answer(
            "book", "--client", "\(name.lowercased())@example.com", "--name", name, "--trainer", trainer, "--at", time)
    }

    /// The reference of a session that was booked for somebody new.
    func reference(_ name: String, at time: String, with trainer: String = "maria") async throws -> String {
        try await book(name, at: time, with: trainer)["reference"]?.text ?? ""
    }
}

extension Studio {
    /// How many rows a table has.
    func count(_ table: String, where condition: String = "true") async throws -> Int64 {
        try await database.query("SELECT count(*) FROM \(unsafeSQL: table) WHERE \(unsafeSQL: condition)")
            .decode(Int64.self)[0]
    }

    /// A fingerprint of everything that is stored: equal only where nothing was written.
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
