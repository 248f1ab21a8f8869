import Foundation
public import Logging
public import Postgres

/// A database of one's own on a test server.
public struct TestDatabase: Sendable {
    /// The database's name, unique on its server.
    public let name: String
    /// How libpq reaches it.
    public let conninfo: String

    private let server: TestServer

    /// Makes a database.
    ///
    /// - Parameters:
    ///   - template: The database to clone; `nil` for an empty one. Nobody may be connected to it.
    ///   - server: Where; `nil` for the shared server.
    /// - Returns: The database, to be dropped by the caller.
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
                // Whoever prepared the template has hung up, but its server process is not gone yet.
                try await Task.sleep(for: .milliseconds(20 * attempt))
                attempt += 1
            }
        }
    }

    /// Removes the database, and throws out who is still connected.
    public func drop() async throws {
        let administration = server.administration
        let name = name
        // A task of its own: a cancelled test cleans up, too.
        try await Task {
            _ = try await administration.query("DROP DATABASE IF EXISTS \(unsafeSQL: name) WITH (FORCE)")
        }.value
    }
}

/// Runs a test on a database of its own, and drops the database afterwards.
///
/// - Parameters:
///   - template: The database to clone; `nil` for an empty one.
///   - configure: Changes the pool's settings.
///   - logger: Where the pool writes what it does.
///   - body: The test, given the pool and the database's address.
/// - Returns: What the test returns.
/// - Throws: What the test throws, or why there is no database.
public func withDatabase<Result>(
    template: String? = nil,
    configure: (inout Database.Configuration) -> Void = { _ in },
    logger: Logger = .silent,
    _ body: (_ database: Database, _ conninfo: String) async throws -> Result
) async throws -> Result {
    let test = try await TestDatabase.make(template: template)
    var configuration = Database.Configuration(conninfo: test.conninfo)
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
