import CLibpq
import FoundationEssentials

extension Database {
    /// The configuration of connections and of the pool.
    public struct Configuration: Sendable {
        /// A URL or keywords as libpq defines them; empty for `PG*` variables and libpq's defaults.
        public var conninfo: String
        /// The maximum number of connections.
        public var maximumConnections = 8
        /// The maximum number of callers waiting for a connection.
        public var maximumWaiters = 10_000
        /// The maximum time that a caller waits for a connection.
        public var acquireTimeout: Duration = .seconds(30)
        /// The maximum lifetime of a connection, reduced randomly by up to a fifth so that connections do not expire
        /// together.
        public var maximumLifetime: Duration = .seconds(3600)
        /// The time limit for connecting to a single host; whole seconds.
        ///
        /// For several hosts, the limit is three seconds each.
        public var connectTimeout: Duration = .seconds(10)
        /// The time without an answer after which the server is probed.
        public var probeInterval: Duration = .seconds(5)
        /// The server's limit for a statement (`statement_timeout`).
        public var statementTimeout: Duration = .seconds(60)
        /// The server's limit for waiting for a lock (`lock_timeout`).
        public var lockTimeout: Duration = .seconds(30)
        /// The server's limit for an idle transaction (`idle_in_transaction_session_timeout`).
        public var idleInTransactionTimeout: Duration = .seconds(60)
        /// The name in the server's list of activity (`application_name`).
        public var applicationName = "intro"
        /// Additional settings, such as custom ones that triggers read; they apply to each session, or to each
        /// transaction behind PgBouncer.
        public var sessionSettings: [(name: String, value: String)] = []
        /// Whether to prepare statements; off for PgBouncer in transaction mode, which switches server connections.
        ///
        /// If off, nothing is set per connection either, because PgBouncer would reject it; see
        /// ``transactionSettings``.
        public var preparedStatements = true
        /// The check that each connection makes together with its first statements.
        public var check: ConnectionCheck?
        /// The maximum number of prepared statements per connection.
        public var statementCacheSize = 256

        /// Creates a configuration with default limits.
        public init(conninfo: String) {
            self.conninfo = conninfo
        }

        /// libpq's settings in order: keywords in the conninfo override those before it.
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

        /// The time limit in seconds for each of several hosts.
        private static let secondsPerHost: Int64 = 3

        /// The maximum time to wait for an answer.
        var answerTimeout: Duration { statementTimeout + .seconds(10) }

        /// Whether the conninfo or `PGHOST` names several hosts.
        var hasSeveralHosts: Bool {
            let environment = ProcessInfo.processInfo.environment
            let hosts = options.map { $0["host"] ?? $0["hostaddr"] ?? environment["PGHOST"] } ?? nil
            return hosts?.contains(",") ?? false
        }

        /// The options in the conninfo, by keyword; `nil` where it cannot be parsed.
        private var options: [String: String]? {
            guard !conninfo.isEmpty else { return [:] }
            var message: UnsafeMutablePointer<CChar>?
            defer { PQfreemem(message) }
            guard let options = PQconninfoParse(conninfo, &message) else {
                // A plain name is a database name; a text with any of these characters is a malformed URL.
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

        /// Checks that libpq can parse the conninfo.
        ///
        /// - Throws: ``PostgresError`` of the kind `misconfigured`. libpq's own message is not included, because it
        ///   quotes the conninfo with the password.
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

        /// The first statement of a transaction behind PgBouncer; `nil` where connections are server sessions.
        var transactionSettings: SQL? {
            guard !preparedStatements else { return nil }
            let settings = (Self.textForms + timeouts + sessionSettings).map { setting -> SQL in
                "set_config(\(setting.name), \(setting.value), true)"
            }
            return "SELECT \(SQL.joined(settings, separator: ", "))"
        }

        /// The settings on which the text form of values and the meaning of literals depend, whatever the database's
        /// defaults are.
        private static let textForms = [
            (name: "DateStyle", value: "ISO, YMD"), (name: "IntervalStyle", value: "postgres"),
            (name: "TimeZone", value: "UTC"), (name: "standard_conforming_strings", value: "on"),
            (name: "quote_all_identifiers", value: "off"),
        ]

        private var timeouts: [(name: String, value: String)] {
            [
                ("statement_timeout", "\(statementTimeout.milliseconds)"),
                ("lock_timeout", "\(lockTimeout.milliseconds)"),
                ("idle_in_transaction_session_timeout", "\(idleInTransactionTimeout.milliseconds)"),
            ]
        }

        /// The server settings of a session.
        ///
        /// JIT compilation is off: it made short statements four times slower.
        private var serverSettings: String {
            let settings =
                [("jit", "off"), ("default_transaction_isolation", "read committed")] + Self.textForms + timeouts
                + sessionSettings
            let own = settings.map { "-c \($0.0)=\(Self.escaped($0.1))" }.joined(separator: " ")
            return own + (ProcessInfo.processInfo.environment["PGOPTIONS"].map { " " + $0 } ?? "")
        }
    }
}

extension Duration {
    /// The duration in whole milliseconds.
    var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
