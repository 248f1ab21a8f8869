import Foundation
public import Logging
public import Postgres

/// A separate database on a test server.
public struct TestDatabase: Sendable {
    /// The database's name, unique on its server.
    public let name: String
    /// The connection string.
    public let conninfo: String

    private let server: TestServer

    /// Creates a database.
    ///
    /// - Parameters:
    ///   - template: The database to clone; `nil` for an empty one. It must have no connections.
    ///   - server: The server; `nil` for the shared one.
    /// - Returns: The database, which the caller must drop.
    /// - Throws: ``TestServerFailure`` or `PostgresError`.
    public static func make(template: String? = nil, on server: TestServer? = nil) async throws -> TestDatabase {
        let server = if let server { server } else { try await TestServer.shared }
        let name = "test_\(UUID().uuidString.replacingOccurrences(of: "-", with: "").lowercased())"
        let source = template ?? "template0"
        var attempt = 1
        while true {
            do {
                try await server.administration.query(
                    "CREATE DATABASE \(unsafeSQL: name) TEMPLATE \(unsafeSQL: source) STRATEGY FILE_COPY")
                return TestDatabase(name: name, conninfo: server.conninfo(database: name), server: server)
            } catch let error as PostgresError where error.sqlState == "55006" && attempt < 50 {
                // The last connection to the template is closed, but its server process has not ended yet.
                try await Task.sleep(for: .milliseconds(20 * attempt))
                attempt += 1
            }
        }
    }

    /// Drops the database, and terminates its connections.
    public func drop() async throws {
        let administration = server.administration
        let name = name
        // A separate task, so that a cancelled test is cleaned up too.
        try await Task {
            _ = try await administration.query("DROP DATABASE IF EXISTS \(unsafeSQL: name) WITH (FORCE)")
        }.value
    }
}

/// Runs a test with its own database, and drops the database afterwards.
///
/// - Parameters:
///   - template: The database to clone; `nil` for an empty one.
///   - configure: Changes the pool's settings.
///   - logger: The pool's logger.
///   - body: The test, with the pool and the connection string.
/// - Returns: The result of the test.
/// - Throws: The error of the test, or of creating the database.
public func withDatabase<Result>(
    template: String? = nil,
    configure: (inout Database.Configuration) -> Void = { _ in },
    logger: Logger = .silent,
    _ body: (_ database: Database, _ conninfo: String) async throws -> Result
) async throws -> Result {
    let test = try await TestDatabase.make(template: template)
    var configuration = Database.Configuration.patient(conninfo: test.conninfo)
    configure(&configuration)
    let database = Database(configuration, logger: logger)
    do {
        let result = try await body(database, test.conninfo)
        await database.close()
        try await test.drop()
        return result
    } catch {
        await database.close()
        try? await test.drop()
        throw error
    }
}

extension Database.Configuration {
    /// Returns a configuration for tests, which may wait long for a connection on a busy machine.
    ///
    /// - Parameter conninfo: The connection string.
    /// - Returns: The configuration.
    public static func patient(conninfo: String) -> Database.Configuration {
        var configuration = Database.Configuration(conninfo: conninfo)
        configuration.acquireTimeout = .seconds(600)
        return configuration
    }
}
