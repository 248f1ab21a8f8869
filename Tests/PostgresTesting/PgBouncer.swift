import Foundation

/// A PgBouncer in transaction mode, on a Unix socket in front of a server.
public final class PgBouncer: Sendable {
    private let place: ProxyFolder
    private let process: BoundProcess

    /// Starts PgBouncer, and waits until it accepts connections.
    ///
    /// - Parameters:
    ///   - program: The path of PgBouncer.
    ///   - folder: The folder of the server's socket.
    ///   - connections: The number of server connections that all clients of a database share.
    ///   - settings: Additional settings of its configuration file.
    /// - Throws: ``TestServerFailure``, or ``ConditionNotMet`` where it does not start.
    public init(
        _ program: String, toServerIn folder: String, sharing connections: Int, settings: [String: String] = [:]
    ) async throws {
        place = try ProxyFolder(toServerIn: folder)
        let file = "\(place.path)/pgbouncer.ini"
        // By default all clients log in as the server's superuser.
        let all = [
            "listen_addr": "", "listen_port": "5432", "unix_socket_dir": place.path, "auth_type": "any",
            "pool_mode": "transaction", "default_pool_size": "\(connections)", "max_client_conn": "500",
        ].merging(settings) { $1 }
        let lines =
            ["[databases]", "* = host=\(folder) port=5432 user=postgres", "[pgbouncer]"]
            + all.map { "\($0.key) = \($0.value)" }
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: file))
        // PgBouncer refuses to run as root.
        let user = try geteuid() == 0 ? Self.own(place.path) : []
        process = try BoundProcess(watching: [program, "-q"] + user + [file], log: "\(place.path)/pgbouncer.log")
        let socket = "\(place.path)/.s.PGSQL.5432"
        try await wait(until: "PgBouncer accepts connections") {
            let connection = UnixSocket.connected(to: socket)
            connection?.close()
            return connection != nil
        }
    }

    /// The folder of its socket, for the client's `host`.
    public var folder: String { place.path }

    deinit {
        place.remove()
    }

    /// Gives a folder to the server's user, and returns the option to run as that user.
    private static func own(_ folder: String) throws -> [String] {
        guard let user = getpwnam("postgres"), chown(folder, user.pointee.pw_uid, user.pointee.pw_gid) == 0 else {
            throw TestServerFailure(
                "could not give \(folder) to the user postgres", because: String(cString: strerror(errno)))
        }
        return ["-u", "postgres"]
    }
}
