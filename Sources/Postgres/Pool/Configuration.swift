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
        /// How long to try to connect; whole seconds.
        public var connectTimeout: Duration = .seconds(10)
        /// The server gives a statement up after this long.
        public var statementTimeout: Duration = .seconds(60)
        /// The server gives up waiting for a lock after this long.
        public var lockTimeout: Duration = .seconds(30)
        /// The server ends a transaction in which nothing is asked for this long.
        public var idleInTransactionTimeout: Duration = .seconds(60)
        /// What the server's activity list shows.
        public var applicationName = "intro"
        /// Off for PgBouncer in transaction mode, where a statement prepared on one server meets another.
        ///
        /// Then nothing is set per connection either: PgBouncer would refuse it.
        public var preparedStatements = true
        /// Most statements that a connection keeps prepared.
        public var statementCacheSize = 256

        /// Connects as libpq reads this text.
        public init(conninfo: String) {
            self.conninfo = conninfo
        }

        /// libpq's keywords in order: what the conninfo says replaces what stands before it.
        var connectionSettings: [(String, String)] {
            var settings = [
                ("fallback_application_name", applicationName),
                ("connect_timeout", String(max(2, connectTimeout.components.seconds))),
                ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ]
            if preparedStatements {
                settings.append(("options", serverSettings))
            }
            settings.append(("dbname", conninfo))
            settings.append(("client_encoding", "UTF8"))
            return settings
        }

        /// Just-in-time compilation made short statements four times slower; see the README.
        private var serverSettings: String {
            let own = """
                -c jit=off -c statement_timeout=\(statementTimeout.milliseconds) \
                -c lock_timeout=\(lockTimeout.milliseconds) \
                -c idle_in_transaction_session_timeout=\(idleInTransactionTimeout.milliseconds)
                """
            return own + (ProcessInfo.processInfo.environment["PGOPTIONS"].map { " " + $0 } ?? "")
        }
    }
}
