import Foundation
public import Logging
import Postgres

/// A PostgreSQL server for tests: private and thrown away, or the one that `INTRO_TEST_DATABASE_URL` names.
public struct TestServer: Sendable {
    /// How a server is told to stop.
    public enum StopMode: String, Sendable {
        /// Disconnects everybody, in order.
        case fast
        /// As a crash would.
        case immediate
    }

    /// A pool of one connection: so databases are made one at a time, and none of them is another's template meanwhile.
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

    /// The server that all tests of this process share, started at the first use.
    public static var shared: TestServer {
        get async throws { try await starting.value }
    }

    /// Starts a server of one's own, for tests that stop it.
    ///
    /// It goes away with this process at the latest.
    public static func start() async throws -> TestServer {
        TestServer(place: .cluster(try await PrivateCluster.make()))
    }

    /// The server of a cluster that was started.
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
        // All tests begin at the same moment, and the last of them waits for most of the run.
        configuration.acquireTimeout = .seconds(3600)
        configuration.statementTimeout = .seconds(600)
        configuration.applicationName = "intro-tests"
        administration = Database(configuration, logger: .silent)
    }

    /// How libpq reaches the database that every test may look at and none may write to.
    public let conninfo: String

    /// How libpq reaches one of the server's databases.
    public func conninfo(database: String) -> String {
        switch place {
        case .cluster(let cluster): cluster.conninfo(database: database)
        case .address(let address): Self.address(address, database: database)
        }
    }

    /// Stops a server made with ``start()``.
    public func stop(_ mode: StopMode = .fast) async throws {
        try await cluster.stop(mode)
    }

    /// Starts a stopped server again, with its data.
    ///
    /// - Parameter wrapper: Words before the command that starts it, such as those that give it a mount namespace.
    /// - Throws: ``TestServerFailure`` where it does not start.
    public func resume(through wrapper: String...) async throws {
        try await cluster.start(through: wrapper)
    }

    /// Stops a server made with ``start()`` and starts it again.
    public func restart(mode: StopMode = .fast) async throws {
        try await stop(mode)
        try await resume()
    }

    var cluster: PrivateCluster {
        get throws {
            guard case .cluster(let cluster) = place else {
                throw TestServerFailure(
                    "the server of INTRO_TEST_DATABASE_URL cannot be stopped", because: "it is not ours",
                    hint: "use TestServer.start() in this test")
            }
            return cluster
        }
    }

    /// The same server's address with another database in it.
    static func address(_ address: String, database: String) -> String {
        guard let scheme = address.range(of: "://") else { return "\(address) dbname=\(database)" }
        let rest = address[scheme.upperBound...]
        let hosts = rest.prefix { $0 != "/" && $0 != "?" }
        let query = rest.drop { $0 != "?" }
        return "\(address[..<scheme.upperBound])\(hosts)/\(database)\(query)"
    }
}

extension Logger {
    /// For tests that have nothing to say.
    public static var silent: Logger {
        Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }
    }
}
