import Foundation
public import Logging
import Postgres

/// A PostgreSQL server for tests: a private, temporary one, or the one in `INTRO_TEST_DATABASE_URL`.
public struct TestServer: Sendable {
    /// The mode in which a server is stopped.
    public enum StopMode: String, Sendable {
        /// Terminates all connections and shuts down cleanly.
        case fast
        /// Stops at once, like a crash.
        case immediate
    }

    /// A pool of one connection, so that databases are created one at a time and no template is in use meanwhile.
    let administration: Database

    private let place: Place

    private enum Place {
        case cluster(PrivateCluster)
        case address(String)
    }

    private static let starting = Task {
        guard let address = ProcessInfo.processInfo.environment["INTRO_TEST_DATABASE_URL"], !address.isEmpty else {
            return try await start()
        }
        return TestServer(place: .address(address))
    }

    /// The server that all tests of this process share, started on first use.
    public static var shared: TestServer {
        get async throws { try await starting.value }
    }

    /// Starts a separate server, for tests that stop it.
    ///
    /// It is removed at the end of this process at the latest.
    public static func start() async throws -> TestServer {
        TestServer(place: .cluster(try await PrivateCluster.make()))
    }

    /// Creates the server of a started cluster.
    init(_ cluster: PrivateCluster) {
        self.init(place: .cluster(cluster))
    }

    private init(place: Place) {
        self.place = place
        conninfo =
            switch place {
            case .cluster(let cluster): cluster.conninfo(database: "postgres")
            case .address(let address): address
            }
        var configuration = Database.Configuration(conninfo: conninfo)
        configuration.maximumConnections = 1
        configuration.maximumWaiters = 10_000
        // All tests start at the same time, and the last one waits for most of the run.
        configuration.acquireTimeout = .seconds(3600)
        configuration.statementTimeout = .seconds(600)
        configuration.applicationName = "intro-tests"
        administration = Database(configuration, logger: .silent)
    }

    /// The connection string of the shared database, which tests may read but not write.
    public let conninfo: String

    /// Returns the connection string of a database of the server.
    public func conninfo(database: String) -> String {
        switch place {
        case .cluster(let cluster): cluster.conninfo(database: database)
        case .address(let address): Self.address(address, database: database)
        }
    }

    /// Stops a server created by ``start()``.
    public func stop(_ mode: StopMode = .fast) async throws {
        try await cluster.stop(mode)
    }

    /// Restarts a stopped server with its data.
    ///
    /// - Parameter wrapper: The prefix of the start command, for example for a mount namespace.
    /// - Throws: ``TestServerFailure`` where it does not start.
    public func resume(through wrapper: String...) async throws {
        try await cluster.start(through: wrapper)
    }

    /// Stops a server created by ``start()``, and starts it again.
    public func restart(mode: StopMode = .fast) async throws {
        try await stop(mode)
        try await resume()
    }

    var cluster: PrivateCluster {
        get throws {
            guard case .cluster(let cluster) = place else {
                throw TestServerFailure(
                    "the server of INTRO_TEST_DATABASE_URL cannot be stopped", because: "the tests did not start it",
                    hint: "use TestServer.start() in this test")
            }
            return cluster
        }
    }

    /// Returns the server's address with another database.
    static func address(_ address: String, database: String) -> String {
        guard let scheme = address.range(of: "://") else { return "\(address) dbname=\(database)" }
        let rest = address[scheme.upperBound...]
        let hosts = rest.prefix { $0 != "/" && $0 != "?" }
        let query = rest.drop { $0 != "?" }
        return "\(address[..<scheme.upperBound])\(hosts)/\(database)\(query)"
    }
}

extension Logger {
    /// A logger that discards everything.
    public static var silent: Logger {
        Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }
    }
}
