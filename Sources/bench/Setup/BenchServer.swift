import FoundationEssentials
import Glibc
import Logging
import Postgres
import Schema

/// A separate PostgreSQL server for the bench, with default settings except for memory, log and socket.
struct BenchServer: Sendable {
    /// The folder with the data, the socket and the log.
    let folder: String
    private let process: ChildProcess

    private static let settings = """
        shared_buffers = 1GB
        listen_addresses = ''
        log_destination = jsonlog
        logging_collector = on
        log_directory = '..'
        log_filename = 'server'
        log_file_mode = 0644
        log_rotation_age = 0
        log_rotation_size = 0
        log_timezone = 'UTC'
        timezone = 'UTC'
        """

    /// Creates a cluster, starts it, and waits until it accepts connections.
    static func start() async throws -> BenchServer {
        let user: String? = geteuid() == 0 ? "postgres" : nil
        let folder = try ChildProcess.makeFolder("pg", ownedBy: user)
        let prefix = user.map { ["setpriv", "--reuid=\($0)", "--regid=\($0)", "--init-groups", "--"] } ?? []
        let data = "\(folder)/data"
        try await Program.run(
            prefix + [
                "\(programs)/initdb", "-D", data, "--auth=trust", "--username=postgres", "--encoding=UTF8",
                "--locale=C.UTF-8",
            ])
        let place = "unix_socket_directories = '\(folder)'\nport = 5432\n"
        let file = "\(data)/postgresql.conf"
        let stock = try String(contentsOfFile: file, encoding: .utf8)
        try Data("\(stock)\n\(settings)\n\(place)".utf8).write(to: URL(filePath: file))
        let server = BenchServer(
            folder: folder,
            process: try ChildProcess(
                prefix + ["\(programs)/postgres", "-D", data], in: folder, stoppingWith: .interrupt))
        try await server.waitUntilReady()
        return server
    }

    /// Stops the server and removes its files.
    func stop() {
        process.terminate()
    }

    /// Returns the connection string of a database.
    func conninfo(_ database: String, through proxy: String? = nil) -> String {
        "host=\(proxy ?? folder) port=5432 user=postgres dbname=\(database)"
    }

    /// Returns the environment in which libpq's programs reach a database and run statements as our client does.
    func environment(_ database: String) -> [String: String] {
        [
            "PGHOST": folder, "PGPORT": "5432", "PGUSER": "postgres", "PGDATABASE": database,
            "PGOPTIONS": "-c jit=off",
        ]
    }

    /// Returns a connection pool, which opens connections on demand.
    func pool(_ database: String, connections: Int, through proxy: String? = nil) -> Database {
        var configuration = Database.Configuration(conninfo: conninfo(database, through: proxy))
        configuration.maximumConnections = connections
        configuration.statementTimeout = .seconds(600)
        return Database(configuration, logger: .silent)
    }

    /// Calls a closure with a connection pool, and closes the pool afterwards.
    func withPool<Result>(
        _ database: String, connections: Int, through proxy: String? = nil, _ body: (Database) async throws -> Result
    ) async throws -> Result {
        let pool = pool(database, connections: connections, through: proxy)
        do {
            let result = try await body(pool)
            await pool.close()
            return result
        } catch {
            await pool.close()
            throw error
        }
    }

    /// Creates an empty database, replacing one that a failed part may have left.
    func makeDatabase(_ name: String) async throws {
        try await dropDatabase(name)
        try await Program.run(["\(Self.programs)/createdb", name], environment: environment("postgres"))
    }

    /// Copies a database without connections, replacing an older copy.
    func copyDatabase(_ name: String, to copy: String) async throws {
        try await dropDatabase(copy)
        try await Program.run(
            ["\(Self.programs)/createdb", "-T", name, "--strategy=file_copy", copy],
            environment: environment("postgres"))
    }

    /// Removes a database if it exists.
    func dropDatabase(_ name: String) async throws {
        try await Program.run(["\(Self.programs)/dropdb", "--if-exists", name], environment: environment("postgres"))
    }

    /// Creates a database with Intro's schema.
    func makeIntroDatabase(_ name: String) async throws {
        try await makeDatabase(name)
        try await withPool(name, connections: 1) { _ = try await Schema.apply(to: $0) }
    }

    /// Runs psql on a database.
    ///
    /// - Parameters:
    ///   - database: The database.
    ///   - arguments: The arguments, such as `-c` or `-f`.
    ///   - input: The standard input.
    /// - Returns: The output, with rows unaligned.
    /// - Throws: ``BenchFailure`` at the first statement that fails.
    @discardableResult
    func psql(_ database: String, _ arguments: [String], input: String = "") async throws -> String {
        try await Program.run(
            ["\(Self.programs)/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"] + arguments,
            environment: environment(database), input: input)
    }

    private func waitUntilReady() async throws {
        for _ in 0..<600 {
            let probe = ["\(Self.programs)/pg_isready", "-q"]
            if (try? await Program.run(probe, environment: environment("postgres"))) != nil { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        let log = (try? String(contentsOfFile: "\(folder)/program.log", encoding: .utf8)) ?? ""
        process.terminate()
        throw BenchFailure("PostgreSQL does not take connections", because: String(log.suffix(2000)))
    }

    /// The folder of the server programs: the newest of Debian, else the first of the `PATH`, else `/usr/bin`.
    static let programs: String = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let folders =
            versions.compactMap(Int.init).sorted(by: >).map { "\(root)/\($0)/bin" }
            + (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return folders.first { FileManager.default.isExecutableFile(atPath: "\($0)/pgbench") } ?? "/usr/bin"
    }()
}

extension Logger {
    /// A logger without output.
    static var silent: Logger {
        Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
    }
}

extension BenchServer {
    /// Runs a command in psql, and returns its duration as reported by psql.
    ///
    /// - Parameters:
    ///   - database: The database.
    ///   - command: The measured command.
    ///   - frame: The commands before and after it.
    /// - Returns: The duration in seconds.
    /// - Throws: ``BenchFailure``.
    func timed(
        _ database: String, _ command: String, within frame: (before: String, after: String) = ("", "")
    ) async throws -> Double {
        let script = "\(frame.before)\n\\timing on\n\(command)\n\\timing off\n\(frame.after)\n"
        let report = try await psql(database, [], input: script)
        // `Time: 1234.567 ms (00:01.235)`
        let milliseconds = report.split(separator: "\n").last { $0.hasPrefix("Time: ") }
            .flatMap { Double($0.dropFirst(6).prefix { $0 != " " }) }
        guard let milliseconds else { throw BenchFailure("psql printed no time", because: report) }
        return milliseconds / 1000
    }
}
