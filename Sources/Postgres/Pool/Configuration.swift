import CLibpq
import FoundationEssentials

extension Database {
    /// How to connect, and how many connections to have.
    public struct Configuration: Sendable {
        /// A URL or keywords as libpq defines them; empty means `PG*` and libpq's defaults.
        public var conninfo: String
        /// Most connections at once.
        public var maximumConnections = 8
        /// Most callers that may wait for one.
        public var maximumWaiters = 10_000
        /// How long a caller waits for one.
        public var acquireTimeout: Duration = .seconds(30)
        /// How long a connection is kept, less up to a fifth by chance so that they do not all go at once.
        public var maximumLifetime: Duration = .seconds(3600)
        /// How long to try to connect to the only host; whole seconds.
        ///
        /// Each of several hosts gets three seconds.
        public var connectTimeout: Duration = .seconds(10)
        /// How long an answer is awaited before the server is asked whether it is still there.
        public var probeInterval: Duration = .seconds(5)
        /// The server gives a statement up after this long.
        public var statementTimeout: Duration = .seconds(60)
        /// The server gives up waiting for a lock after this long.
        public var lockTimeout: Duration = .seconds(30)
        /// The server ends a transaction in which nothing is asked for this long.
        public var idleInTransactionTimeout: Duration = .seconds(60)
        /// What the server's activity list shows.
        public var applicationName = "intro"
        /// Further settings, such as custom ones that triggers read: of each session, or of each transaction behind
        /// PgBouncer.
        public var sessionSettings: [(name: String, value: String)] = []
        /// Off for PgBouncer in transaction mode, where a statement prepared on one server meets another.
        ///
        /// Then nothing is set per connection either, because PgBouncer would refuse it; see ``transactionSettings``.
        public var preparedStatements = true
        /// Most statements that a connection keeps prepared.
        public var statementCacheSize = 256

        /// Connects as libpq reads this text.
        public init(conninfo: String) {
            self.conninfo = conninfo
        }

        /// libpq's keywords in order: what the conninfo says replaces what stands before it.
        var connectionSettings: [(String, String)] {
            let connectSeconds = hasSeveralHosts ? Self.secondsPerHost : max(2, connectTimeout.components.seconds)
            var settings = [
                ("fallback_application_name", applicationName), ("connect_timeout", String(connectSeconds)),
                ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
                ("tcp_user_timeout", "10000"),
            ]
            if preparedStatements {
                settings.append(("options", serverSettings))
            }
            settings.append(("dbname", conninfo))
            settings.append(("client_encoding", "UTF8"))
            return settings
        }

        /// The seconds that each of several hosts has to answer before the next one is tried.
        private static let secondsPerHost: Int64 = 3

        /// The maximum time to wait for an answer.
        var answerTimeout: Duration { statementTimeout + .seconds(10) }

        /// Whether the conninfo, or `PGHOST`, names several hosts.
        var hasSeveralHosts: Bool {
            let environment = ProcessInfo.processInfo.environment
            let hosts = options.map { $0["host"] ?? $0["hostaddr"] ?? environment["PGHOST"] } ?? nil
            return hosts?.contains(",") ?? false
        }

        /// The conninfo's own options by keyword; `nil` where it cannot be read.
        private var options: [String: String]? {
            guard !conninfo.isEmpty else { return [:] }
            var message: UnsafeMutablePointer<CChar>?
            defer { PQfreemem(message) }
            guard let options = PQconninfoParse(conninfo, &message) else {
                // A plain name is the database's; one with any of these is a URL that was written wrongly.
                return conninfo.contains { "=:/@".contains($0) } ? nil : [:]
            }
            defer { PQconninfoFree(options) }
            var found: [String: String] = [:]
            var option = options
            while let keyword = option.pointee.keyword {
                if let value = option.pointee.val { found[String(cString: keyword)] = String(cString: value) }
                option += 1
            }
            return found
        }

        /// Checks that libpq can read the conninfo.
        ///
        /// - Throws: ``PostgresError`` of the kind `misconfigured`. libpq's own message is not passed on: it quotes the
        ///   text, and with it the password.
        func validate() throws(PostgresError) {
            if options == nil {
                throw PostgresError(
                    kind: .misconfigured,
                    message: "the database URL cannot be read: it is written postgresql://user@host:port/database, "
                        + "and a % or @ in a password as %25 or %40")
            }
        }

        /// Escapes a value for the server's command line, where a space ends an argument.
        private static func escaped(_ value: String) -> String {
            value.map { " \\".contains($0) ? "\\\($0)" : String($0) }.joined()
        }

        /// The statement with which a transaction begins where connections are not sessions of their own; `nil` where they
        /// are.
        var transactionSettings: SQL? {
            guard !preparedStatements else { return nil }
            let settings = (timeouts + sessionSettings).map { setting -> SQL in
                "set_config(\(setting.name), \(setting.value), true)"
            }
            return "SELECT \(SQL.joined(settings, separator: ", "))"
        }

        private var timeouts: [(name: String, value: String)] {
            [
                ("statement_timeout", "\(statementTimeout.milliseconds)"),
                ("lock_timeout", "\(lockTimeout.milliseconds)"),
                ("idle_in_transaction_session_timeout", "\(idleInTransactionTimeout.milliseconds)"),
            ]
        }

        /// Just-in-time compilation made short statements four times slower; see the README.
        private var serverSettings: String {
            let settings =
                [("jit", "off"), ("default_transaction_isolation", "read committed")] + timeouts + sessionSettings
            let own = settings.map { "-c \($0.0)=\(Self.escaped($0.1))" }.joined(separator: " ")
            return own + (ProcessInfo.processInfo.environment["PGOPTIONS"].map { " " + $0 } ?? "")
        }
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
